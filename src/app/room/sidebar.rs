//! The rooms: name, how many people are there, what is unread.

use super::desk::{Desk, Dialog};
use super::lines::{Line, lines};
use super::shown::heard;
use super::words::words;
use super::{dialogs, shown, visiting};
use crate::app::slots::{Slot, slot};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use parlour_client::listed;
use parlour_client::tab::capped;
use parlour_protocol::{RoomEntry, paths};

/// The list of rooms, and the way to a new one.
#[component]
pub fn Sidebar() -> impl IntoView {
    let desk = Desk::here();
    let new_room = move |event: MouseEvent| {
        if is_plain(&event) {
            event.prevent_default();
            dialogs::with_name(desk, Dialog::NewRoom);
        }
    };
    view! {
        <nav class="sidebar" aria-label="Rooms">
            <div class="sidebar-head">
                <h2>"Rooms"</h2>
                <a class="button new-room" href=paths::NEW_ROOM on:click=heard(new_room)>"New room"</a>
            </div>
            <ul class="room-list">
                {slot(Slot::Rooms, lines(move || desk.rooms.get().into_iter().map(Line::Room).collect()))}
            </ul>
            {move || {
                desk.rooms
                    .with(|rooms| !listed::is_whole(rooms.len()))
                    .then(|| {
                        view! {
                            <p class="more-rooms">
                                <a href=paths::ROOMS>"All rooms"</a>
                            </p>
                        }
                    })
            }}
        </nav>
    }
}

/// Follows a link inside the island, unless the browser was asked for a new tab or window.
pub fn follow(desk: Desk, event: &MouseEvent, path: String) {
    if is_plain(event) {
        event.prevent_default();
        visiting::visit(desk, path, true);
    }
}

/// A room.
#[component]
pub fn RoomLine(
    /// The line as it is when it appears; afterwards it follows the desk.
    entry: RoomEntry,
) -> impl IntoView {
    let desk = Desk::here();
    let id = entry.room.id;
    let entry = Memo::new(move |_| {
        desk.rooms
            .with(|rooms| rooms.iter().find(|e| e.room.id == id).cloned())
            .unwrap_or_else(|| entry.clone())
    });
    let is_open = move || desk.open_id() == Some(id);
    let online = Memo::new(move |_| entry.with(|entry| entry.room.online));
    let unread = Memo::new(move |_| entry.with(|entry| entry.unread));
    let visit = move |event: MouseEvent| {
        let path = entry.with_untracked(|entry| paths::room(&entry.room));
        follow(desk, &event, path);
        if event.default_prevented() {
            visiting::ask_for_name_once(desk);
        }
    };
    view! {
            <li>
                <a
                    href=shown::text(move || entry.with(|entry| paths::room(&entry.room)))
                    aria-current=shown::attribute(move || is_open().then(|| "page".to_owned()))
                    data-unread=shown::mark(move || unread.get() > 0)
                    on:click=heard(visit)
                >
                    <bdi>{words(shown::text(move || entry.with(|entry| entry.room.name.clone())))}</bdi>
    {move || {
                        (online.get() > 0)
                            .then(|| {
                                view! {
                                    <span class="room-online">
                                        <span>{words(shown::text(move || online.get().to_string()))}</span>
                                        <span class="visually-hidden">" online"</span>
                                    </span>
                                }
                            })
                    }}
                    {move || {
                        (unread.get() > 0)
                            .then(|| {
                                view! {
                                    <span class="unread" role="img" aria-label=shown::text(move || format!("{} unread", unread.get()))>
                                        {words(shown::text(move || capped(unread.get())))}
                                    </span>
                                }
                            })
                    }}
                </a>
            </li>
        }
}

/// A click that asks for no new tab, window or download.
pub fn is_plain(event: &MouseEvent) -> bool {
    event.button() == 0
        && !(event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key())
}
