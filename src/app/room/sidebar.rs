//! The list of rooms, in sections, and the ways to a new one and to all there are.

use super::driver::is_plain;
use super::fold::{self, Fold};
use super::keyed_list::{Line, lines};
use super::shown::heard;
use super::view_model::{Dialog, ViewModel};
use super::words::words;
use super::{dialogs, shown};
use crate::app::browser::room_list;
use crate::app::slots::{Slot, slot};
use leptos::ev::{Event, MouseEvent};
use leptos::prelude::*;
use parlour_client::{listed, sections};
use parlour_protocol::paths;

/// What mentions one, and, for as long as anything is unread, that it was read: drawn as it is, and never anew.
const FOR_ME: &str = "<a href=/mentions>Mentions</a>\
    <form method=post action=/rooms/read data-quiet=true><button id=read-all class=quiet>Mark all as read</button></form>";

/// The list of rooms, and the ways to a new one and to all.
#[component]
pub fn Sidebar() -> impl IntoView {
    let model = ViewModel::here();
    let new_room = move |event: MouseEvent| {
        if is_plain(&event) {
            event.prevent_default();
            dialogs::with_name(model, Dialog::NewRoom);
        }
    };
    let lines_now = move || {
        model.open_id();
        model.rooms().with(|_| ());
        model.look(|state| {
            let session = &state.session;
            let line = |line| match line {
                sections::Line::Heading(section) => Line::Heading(section),
                sections::Line::Room(place) => Line::Room(session.rooms()[place].clone()),
            };
            session.lines().into_iter().map(line).collect()
        })
    };
    let browse = shown::text(move || match model.rooms().with(Vec::len) {
        all if listed::is_whole(all) => format!("Browse all rooms ({all})"),
        _ => "Browse all rooms".to_owned(),
    });
    let find = move |event: MouseEvent| {
        if is_plain(&event) {
            event.prevent_default();
            model.show_dialog(Some(Dialog::Find));
        }
    };
    view! {
        <nav class="sidebar" aria-label="Rooms">
            <div class="sidebar-head">
                <h2>"Rooms"</h2>
                <a class="quiet find" href=paths::GO title="Ctrl K" on:click=heard(find)>"Find"</a>
                <a class="button new-room" href=paths::NEW_ROOM on:click=heard(new_room)>"New room"</a>
            </div>
            <Fold is_below=false/>
            <ul class="room-list" id=room_list::LIST on:scroll=heard(move |_: Event| fold::look(model))>
                {slot(Slot::Rooms, lines(lines_now))}
            </ul>
            <Fold is_below=true/>
            <p class="more-rooms">
                <a href=paths::ROOMS>{words(browse)}</a>
            </p>
            <div class="for-me" inner_html=FOR_ME></div>
        </nav>
    }
}
