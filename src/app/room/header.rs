//! The head of a room: what it is, and how to leave or delete it.

use super::driver::{act, follow};
use super::one_of::when;
use super::shown;
use super::shown::heard;
use super::view_model::{Dialog, ViewModel};
use super::words::words;
use leptos::ev::{MouseEvent, SubmitEvent};
use leptos::prelude::*;
use parlour_client::session::Session;
use parlour_protocol::{Room, paths};

/// Name, description and what one can do with the room.
#[component]
pub fn RoomHeader() -> impl IntoView {
    let model = ViewModel::here();
    let of_room = move |part: fn(&Room) -> String| {
        shown::text(move || {
            model
                .open()
                .with(|open| open.as_ref().map(|o| part(&o.room)).unwrap_or_default())
        })
    };
    let may_delete = shown::holds(move || {
        model
            .open()
            .with(|open| open.as_ref().is_some_and(|open| open.may_delete))
    });
    let is_somebody = shown::holds(move || model.me().with(Option::is_some));
    let leave = move |event: SubmitEvent| {
        event.prevent_default();
        act(model, Session::leave_room);
    };
    let ask_delete = move |event: MouseEvent| {
        event.prevent_default();
        model.show_dialog(Some(Dialog::DeleteRoom));
    };
    view! {
        <header class="room-header">
            <a
                class="back"
                href=paths::HOME
                on:click=heard(move |event: MouseEvent| follow(model, &event, paths::HOME.to_owned()))
            >
                <span class="visually-hidden">"All rooms"</span>
            </a>
            <div class="room-heading">
                <h1 id="room-title"><bdi>{words(of_room(|room| room.name.clone()))}</bdi></h1>
                <p class="room-description" title=of_room(|room| room.description.clone())><bdi>{words(of_room(|room| room.description.clone()))}</bdi></p>
            </div>
            <div class="room-actions">
                {when(is_somebody, move || {
                    view! {
                        <form class="inline" method="post" action=of_room(paths::leave) on:submit=heard(leave)>
                            <button class="quiet" type="submit">"Leave"</button>
                        </form>
                    }
                })}
                {when(may_delete, move || {
                    view! {
                        <a class="quiet danger" href=of_room(paths::delete_room) on:click=heard(ask_delete)>
                            "Delete room"
                        </a>
                    }
                })}
            </div>
        </header>
    }
}
