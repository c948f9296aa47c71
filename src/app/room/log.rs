//! The messages: the page's own, older and newer ones as one scrolls, and those on their way.

use super::driver::{self, act, is_plain};
use super::empty_room::EmptyRoom;
use super::keyed_list::{Line, lines};
use super::namesakes;
use super::new_line::{NewBar, mark_read};
use super::one_of::{one_of, when};
use super::shown;
use super::shown::{Derived, heard};
use super::view_model::ViewModel;
use super::words::words;
use crate::app::browser::document::ALOUD;
use crate::app::browser::scroll::{self, SCROLLER};
use crate::app::slots::{STOP, Slot, printed, slot};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use parlour_client::session::Session;
use parlour_client::timeline::{Row, Timeline, draw_new_line, hide, name_days, tell_apart};
use parlour_protocol::display::isolated;
use parlour_protocol::{Number, paths};

/// The scroller with everything in it, and the button that leads back to its end.
#[component]
pub fn Log() -> impl IntoView {
    let model = ViewModel::here();
    let namesakes = namesakes::all(model);
    let rows = Derived::new(move || {
        let (marked, new) = model.open().with(|open| {
            let open = open.as_ref();
            open.map_or((None, None), |open| (open.marked, open.new))
        });
        let mut rows = model
            .timeline()
            .with(|timeline| timeline.rows(&model.my_ids(), marked, model.zone()));
        model.look(|state| {
            state.session.presume(&mut rows);
            hide(&mut rows, state.session.blocked());
        });
        if let Some(new) = new {
            draw_new_line(&mut rows, new.first);
        }
        rows.extend(pending(model));
        namesakes.with(|namesakes| tell_apart(&mut rows, namesakes));
        name_days(&mut rows, model.today().get());
        rows
    });
    let label = shown::text(move || {
        model.open().with(|o| {
            o.as_ref()
                .map(|o| format!("Messages in {}", isolated(&o.room.name)))
                .unwrap_or_default()
        })
    });
    let jump = shown::text(move || match model.missed() {
        0 => "Newest messages ↓".to_owned(),
        1 => "1 new message ↓".to_owned(),
        n => format!("{n} new messages ↓"),
    });
    let can_jump =
        shown::holds(move || model.missed() > 0 || model.timeline().with(Timeline::has_newer));
    shown::keep(move || {
        rows.with(|_| ());
        driver::keep_focus(model);
    });
    shown::keep(move || {
        scroll::on_resize(move || {
            driver::laid_out(model);
            driver::fill(model);
        });
    });
    view! {
        <NewBar/>
        <div
            class="scroller"
            tabindex="0"
            role="region"
            aria-label="Message history"
            id=SCROLLER
            on:scroll=heard(move |_| driver::scrolled(model))
        >
            <div class="log" prop:drawn=true role="log" aria-live="off" aria-label=label>
                {slot(Slot::Older, view! { <OlderEnd/> })}
                {slot(Slot::Empty, view! { <EmptyRoom/> })}
                {slot(Slot::Rows, lines(move || rows.get().into_iter().map(Line::Row).collect()))}
                {slot(Slot::Newer, view! { <NewerEnd/> })}
                {printed(Slot::MarkRead, move || mark_read(model))}
                <span id="latest"></span>
            </div>
        </div>
        // Not the log itself: it changes with every page of history and every room.
        <div class="announcer visually-hidden" id=ALOUD aria-live="polite"></div>
        {when(can_jump, move || {
            view! {
                <button class="jump" type="button" on:click=heard(move |_| act(model, Session::to_newest))>
                    {words(jump)}
                </button>
            }
        })}
    }
}

/// What is on its way to this room.
fn pending(model: ViewModel) -> Vec<Row> {
    let room = model.open_id();
    let sends = model
        .outbox()
        .with(|outbox| room.map(|room| outbox.pending(room)).unwrap_or_default());
    if sends.is_empty() {
        return Vec::new();
    }
    model.me().with(|me| {
        let now = model.look(|state| state.session.date());
        let rows =
            |timeline: &Timeline| timeline.pending_rows(sends, me.as_ref(), now, model.zone());
        model.timeline().with(rows)
    })
}

/// The way to older messages, or what stands above the first one of all.
#[component]
pub fn OlderEnd() -> impl IntoView {
    let model = ViewModel::here();
    let has_older = shown::holds(move || model.timeline().with(Timeline::has_older));
    let href = shown::attribute(move || {
        let first = model
            .timeline()
            .with(Timeline::first_number)
            .unwrap_or(Number::ZERO);
        model.room().map(|room| paths::before(&room, first))
    });
    let name = shown::text(move || model.room().map(|room| room.name).unwrap_or_default());
    let older = move |event: MouseEvent| {
        if is_plain(&event) {
            event.prevent_default();
            act(model, Session::fetch_older);
        }
    };
    one_of(
        has_older,
        move || view! { <a class="older" href=href tabindex=STOP on:click=heard(older)>"Older messages"</a> },
        move || view! { <p class="beginning">"This is the beginning of " <bdi>{words(name)}</bdi> "."</p> },
    )
}

/// The way to newer messages, if there are any.
#[component]
pub fn NewerEnd() -> impl IntoView {
    let model = ViewModel::here();
    let has_newer = shown::holds(move || model.timeline().with(Timeline::has_newer));
    let href = shown::attribute(move || {
        let last = model
            .timeline()
            .with(Timeline::last_number)
            .unwrap_or(Number::ZERO);
        model.room().map(|room| paths::after(&room, last))
    });
    let newer = move |event: MouseEvent| {
        if is_plain(&event) {
            event.prevent_default();
            act(model, Session::fetch_newer);
        }
    };
    when(
        has_newer,
        move || view! { <a class="newer" href=href tabindex=STOP on:click=heard(newer)>"Newer messages"</a> },
    )
}
