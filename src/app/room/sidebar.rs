//! The list of rooms, and the way to a new one.

use super::dialogs;
use super::driver::is_plain;
use super::keyed_list::{Line, lines};
use super::one_of::when;
use super::shown::{self, heard};
use super::view_model::{Dialog, ViewModel};
use crate::app::slots::{Slot, slot};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use parlour_client::listed;
use parlour_protocol::paths;

/// The list of rooms, and the way to a new one.
#[component]
pub fn Sidebar() -> impl IntoView {
    let model = ViewModel::here();
    let new_room = move |event: MouseEvent| {
        if is_plain(&event) {
            event.prevent_default();
            dialogs::with_name(model, Dialog::NewRoom);
        }
    };
    let is_cut = shown::holds(move || model.rooms().with(|rooms| !listed::is_whole(rooms.len())));
    view! {
        <nav class="sidebar" aria-label="Rooms">
            <div class="sidebar-head">
                <h2>"Rooms"</h2>
                <a class="button new-room" href=paths::NEW_ROOM on:click=heard(new_room)>"New room"</a>
            </div>
            <ul class="room-list">
                {slot(Slot::Rooms, lines(move || model.rooms().get().into_iter().map(Line::Room).collect()))}
            </ul>
            {when(is_cut, || {
                view! {
                    <p class="more-rooms">
                        <a href=paths::ROOMS>"All rooms"</a>
                    </p>
                }
            })}
        </nav>
    }
}
