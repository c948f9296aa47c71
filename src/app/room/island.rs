//! The island itself: its parts, how it comes to be in the page, and what wakes up with it there.

use super::composer::{Composer, SkipLink};
use super::header::RoomHeader;
use super::log::Log;
use super::members::Members;
use super::one_of::{one_of, when};
use super::shown::{self, heard};
use super::sidebar::Sidebar;
use super::topbar::Topbar;
use super::view_model::ViewModel;
use super::welcome::Welcome;
use super::words::words;
use super::{attention, dialogs, driver, fold, keyboard, namesakes};
use crate::app::browser::{clock, document, navigation, storage, text_field, transfer};
use crate::app::slots::{Slot, slot};
use leptos::ev::MouseEvent;
use leptos::mount::mount_to;
use leptos::prelude::*;
use parlour_client::session::Session;
use parlour_protocol::Place;
use std::any::Any;
use std::cell::RefCell;

/// The island as a page is printed with it.
#[component]
pub fn Parlour(
    /// What it shows.
    place: Place,
) -> impl IntoView {
    let form_key = place.form_key.clone();
    let model = ViewModel::new(place, Box::new(()));
    view! { <leptos-island><Parts model form_key/></leptos-island> }
}

/// The island in the browser.
struct Island {
    owner: Owner,
    model: ViewModel,
    form_key: String,
    /// What is in the page; dropped, it is there no more.
    view: Option<Box<dyn Any>>,
}

/// Draws the island into the page's element for it. What it shows at first is what the page says as
/// JSON ([`document::place`]); drawn again it shows what it knows by then, and what was drawn before
/// is no more.
///
/// # Panics
/// When the page has no such element, or does not say what it shows.
pub fn draw() {
    thread_local! {
        static ISLAND: RefCell<Option<Island>> = const { RefCell::new(None) };
    }
    ISLAND.with_borrow_mut(|island| {
        let is_first = island.is_none();
        let island = island.get_or_insert_with(|| {
            let place = document::place().expect("the page says what it shows");
            let owner = Owner::new();
            Island {
                form_key: place.form_key.clone(),
                model: owner.with(|| live(place)),
                owner,
                view: None,
            }
        });
        let (model, form_key) = (island.model, island.form_key.clone());
        let element = document::island().expect("the page has an element for the island");
        island.view = None;
        let view = island.owner.with(|| {
            let view = mount_to(element, move || view! { <Parts model form_key/> });
            if is_first {
                shown::keep(move || wake(model));
            }
            view
        });
        island.view = Some(Box::new(view));
    });
}

/// The view model of a page that is about to connect.
fn live(place: Place) -> ViewModel {
    let model = ViewModel::new(place, Box::new(storage::LocalStorage));
    model.set_today(clock::today());
    model.change(|state| state.session.prepare());
    model
}

/// Sidebar, room, composer, members.
#[component]
fn Parts(model: ViewModel, form_key: String) -> impl IntoView {
    provide_context(model);
    namesakes::provide(model);
    let form_key = StoredValue::new(form_key);
    let is_open = shown::holds(move || model.open().with(|open| open.is_some()));
    let place_name = shown::text(move || if is_open.get() { "room" } else { "welcome" }.to_owned());
    let busy = shown::attribute(move || model.is_loading().then(|| "true".to_owned()));
    let can_undo = shown::holds(move || model.can_undo());
    let undo = move |_: MouseEvent| {
        if let Some(undo) = model.take_undo() {
            driver::focus_room();
            driver::act(model, |session| session.undo(undo));
        }
    };
    view! {
        <div class="app" prop:drawn=true data-place=place_name>
            {when(is_open, || view! { <SkipLink/> })}
            <Topbar/>
            <Sidebar/>
            <main id="main" class="main" tabindex="-1" aria-busy=busy>
                {one_of(
                    is_open,
                    move || {
                        view! {
                            <section class="room" aria-labelledby="room-title">
                                {slot(Slot::Header, view! { <RoomHeader/> })}
                                <div class="room-body">
                                    <Log/>
                                    <Composer form_key=form_key.get_value()/>
                                </div>
                                {slot(Slot::Members, view! { <Members/> })}
                            </section>
                        }
                    },
                    || view! { <Welcome/> },
                )}
            </main>
            <div class="notice" role="status" data-shown=shown::mark(move || model.notice().with(Option::is_some))>
                <span>{words(shown::sentence(model.notice()))}</span>
                {when(can_undo, move || view! { <button class="undo" type="button" on:click=heard(undo)>"Undo"</button> })}
            </div>
        </div>
    }
}

/// What only the browser can do, once.
fn wake(model: ViewModel) {
    navigation::on_touch(move |is_coarse| model.set_enter_sends(!is_coarse));
    text_field::keep_from_composing(move || model.enter_sends().get_untracked());
    transfer::on_file(move || driver::act(model, Session::refuse_file));
    attention::keep(model);
    dialogs::keep(model);
    fold::keep(model);
    keyboard::keep(model);
    driver::keep(model);
}
