//! The island itself: its parts, and what wakes up with it in the browser.

use super::desk::Desk;
use super::header::RoomHeader;
use super::log::Log;
use super::members::Members;
use super::sidebar::Sidebar;
use super::topbar::Topbar;
use super::welcome::Welcome;
use super::{composer::Composer, dialogs, link, sending, shown, visiting};
use crate::app::browser::{clock, document, navigation, storage};
use leptos::either::Either;
use leptos::prelude::*;
use parlour_protocol::Place;

/// The live page: sidebar, room, composer, members and modals.
///
/// What it shows at first is given by the page: as a context where the page is made, and as JSON
/// ([`document::place`]) in the browser. It is no property, because those are read with serde.
#[island]
pub fn Parlour() -> impl IntoView {
    let place = use_context::<Place>()
        .or_else(document::place)
        .expect("whoever shows the island gives it a place");
    let form_key = StoredValue::new(place.form_key.clone());
    let desk = Desk::new(place);
    provide_context(desk);
    Effect::new(move |_| wake(desk));

    let is_open = shown::holds(move || desk.open.with(|open| open.is_some()));
    let place_name = shown::text(move || if is_open.get() { "room" } else { "welcome" }.to_owned());
    let busy = shown::attribute(move || desk.loading.get().then(|| "true".to_owned()));
    view! {
            <div class="app" data-place=place_name>
                <Topbar/>
                <Sidebar/>
                <main id="main" class="main" tabindex="-1" aria-busy=busy>
                    {move || {
                        if is_open.get() {
                            Either::Left(view! {
                                <section class="room" aria-labelledby="room-title">
                                    <RoomHeader/>
                                    <div class="room-body">
                                        <Log/>
                                        <Composer form_key=form_key.get_value()/>
                                    </div>
                                    <Members/>
                                </section>
    })
                        } else {
                            Either::Right(view! { <Welcome/> })
                        }
                    }}
                </main>
                <div class="notice" role="status" data-shown=shown::mark(move || desk.notice.with(Option::is_some))>
                    {shown::sentence(desk.notice)}
                </div>
            </div>
        }
}

/// What only the browser can do, once.
fn wake(desk: Desk) {
    desk.offset.set(Some(clock::offset_minutes()));
    desk.now.set(clock::now_ms());
    sending::restore(desk);
    visiting::arrive(desk);
    dialogs::keep(desk);
    link::keep(desk);
    storage::on_change(move || sending::take_in(desk));
    navigation::on_history(move || visiting::history_moved(desk));
}
