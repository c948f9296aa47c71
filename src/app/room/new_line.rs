//! What shows how far one has read: the line *New*, the bar that leads up to it, and the ways to say otherwise.

use super::driver::{act, is_plain};
use super::one_of::when;
use super::shown;
use super::shown::heard;
use super::view_model::ViewModel;
use super::words::words;
use crate::app::browser::clock;
use crate::app::browser::scroll::NEW;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use parlour_client::read_here::ReadHere;
use parlour_client::session::{NewsAbove, Session};
use parlour_protocol::{Room, Timestamp, paths};

/// The line above the first message that was not read.
#[component]
pub fn NewLine() -> impl IntoView {
    view! { <h2 class="new-line" id=NEW>"New"</h2> }
}

/// Says that what is new begins above the view, and leads there.
#[component]
pub fn NewBar() -> impl IntoView {
    let model = ViewModel::here();
    let is_missed = shown::holds(move || model.news_above().is_some());
    let up = move |event: MouseEvent| {
        if is_plain(&event) {
            event.prevent_default();
            act(model, Session::to_new);
        }
    };
    when(is_missed, move || {
        view! {
            <p class="new-bar">
                <a href=format!("#{NEW}") on:click=heard(up)>
                    {words(shown::text(move || news(model)))}
                </a>
                <button type="button" on:click=heard(move |_| act(model, Session::read_all))>
                    "Mark as read"
                </button>
            </p>
        }
    })
}

/// `60 new since 09:14`.
fn news(model: ViewModel) -> String {
    match model.news_above() {
        Some(NewsAbove {
            count,
            since: Some(since),
        }) => {
            let civil = |at: Timestamp| at.civil(model.zone()(at));
            let (at, now) = (civil(since), civil(Timestamp(clock::wall_ms() as i64)));
            let day = match at.day_number == now.day_number {
                true => String::new(),
                false => format!("{}, ", at.date()),
            };
            format!("{count} new since {day}{}", at.clock())
        }
        Some(NewsAbove { count, .. }) => format!("More than {count} new messages"),
        None => String::new(),
    }
}

/// For who has no script: says that all up to the end of the page is read.
#[component]
pub fn MarkRead(
    /// The room that is open.
    room: Room,
    /// What is marked by it.
    here: ReadHere,
) -> impl IntoView {
    let ReadHere {
        seq,
        unread,
        has_line,
    } = here;
    let link = has_line.then(|| {
        let text = match unread {
            1 => "1 new message".to_owned(),
            n => format!("{n} new messages"),
        };
        view! { <a href=format!("#{NEW}")>{text}</a> }
    });
    view! {
        <form class="mark-read" method="post" action=paths::mark_read(&room)>
            {link}
            <input type="hidden" name="seq" value=seq.0.to_string()/>
            <button class="button" type="submit">"Mark read up to here"</button>
        </form>
    }
}

/// The same as it follows from what the page shows, where there is something to be marked.
pub fn mark_read(model: ViewModel) -> impl IntoView {
    let offer = model.look(|state| {
        let open = state.session.open().as_ref()?;
        let here = state.session.read_here()?;
        Some((open.room.clone(), here))
    });
    offer.map(|(room, here)| view! { <MarkRead room here/> })
}
