//! The head of a room: the way back, what the room is, and a menu of what one can do with it.

use super::driver::{act, copy_link, follow, is_plain};
use super::one_of::when;
use super::shown::{self, heard};
use super::view_model::{Dialog, ViewModel};
use super::words::words;
use leptos::ev::{Event, MouseEvent, SubmitEvent};
use leptos::prelude::*;
use parlour_client::room_cache::Open;
use parlour_client::tab::capped;
use parlour_client::unread::Unread;
use parlour_protocol::{Room, paths};

/// The way back, name and description, and the menu.
#[component]
pub fn RoomHeader() -> impl IntoView {
    let model = ViewModel::here();
    let elsewhere = move || {
        let open = model.open_id();
        model.rooms().with(|rooms| Unread::elsewhere(rooms, open))
    };
    let is_any_elsewhere = shown::holds(move || elsewhere().count > 0);
    view! {
        <header class="room-header">
            <a
                class="back"
                href=paths::LIST
                on:click=heard(move |event: MouseEvent| follow(model, &event, paths::LIST.to_owned()))
            >
                <span class="visually-hidden">"All rooms"</span>
                {when(is_any_elsewhere, move || {
                    view! {
                        <span class="elsewhere" role="img" aria-label=shown::text(move || elsewhere().name())>
                            {words(shown::text(move || capped(elsewhere().count)))}
                        </span>
                    }
                })}
            </a>
            <div class="room-heading">
                <h1 id="room-title"><bdi>{words(of_room(model, |room| room.name.clone()))}</bdi></h1>
                <p class="room-description" title=of_room(model, description)><bdi>{words(of_room(model, description))}</bdi></p>
            </div>
            <Menu/>
        </header>
    }
}

/// What one can do with the room. A `<details>`, which needs no script; the page's closes it.
#[component]
fn Menu() -> impl IntoView {
    let model = ViewModel::here();
    let may_delete = shown::holds(move || {
        model
            .open()
            .with(|open| open.as_ref().is_some_and(|open| open.may_delete))
    });
    let is_somebody = shown::holds(move || model.me().with(Option::is_some));
    let is_described = shown::holds(move || {
        model
            .room()
            .is_some_and(|room| !room.description.is_empty())
    });
    let is_member = move || model.is_member();
    // Who is in it: others are led there only to be refused.
    let may_invite = shown::holds(move || {
        let is_named = model.room().is_some_and(|room| !room.id.is_direct());
        is_named && is_member()
    });
    let asking = move || {
        let asking = |open: &Option<Open>| open.as_ref().map_or(0, |open| open.asking);
        model.open().with(asking)
    };
    let invite = shown::text(move || match asking() {
        0 => "Invite people".to_owned(),
        asking => format!("Asking to come in: {asking}"),
    });
    let member = shown::text(move || {
        let path = if is_member() {
            paths::leave
        } else {
            paths::enter
        };
        model.room().map(|room| path(&room)).unwrap_or_default()
    });
    let is_favourite = move || {
        let open = model.open_id();
        (model.rooms()).with(|rooms| {
            rooms
                .iter()
                .any(|one| open == Some(one.room.id) && one.is_favourite)
        })
    };
    let favourite = shown::text(move || {
        let path = if is_favourite() {
            paths::unfavourite
        } else {
            paths::favourite
        };
        model.room().map(|room| path(&room)).unwrap_or_default()
    });
    let is_own = shown::holds(is_member);
    let come_or_go = move |event: SubmitEvent| {
        event.prevent_default();
        act(model, |session| {
            let is_member = |room| session.is_member(room);
            match session.open_id().is_some_and(is_member) {
                true => session.leave_room(),
                false => session.join_room(),
            }
        });
    };
    let copy = move |_: MouseEvent| {
        if let Some(room) = model.room() {
            copy_link(model, &paths::room(&room));
        }
    };
    let note = move |_: Event| act(model, |session| session.show_notes(!session.has_notes()));
    let asks = move |dialog| {
        heard(move |event: MouseEvent| {
            if is_plain(&event) {
                event.prevent_default();
                model.show_dialog(Some(dialog));
            }
        })
    };
    view! {
        <details class="menu">
            <summary title="Room menu">
                <span class="visually-hidden">"Room menu"</span>
            </summary>
            <div class="menu-items">
                {when(is_described, move || {
                    view! { <p class="menu-about"><bdi>{words(of_room(model, description))}</bdi></p> }
                })}
                <a class="menu-item pins" href=of_room(model, paths::pins)>"Pinned messages"</a>
                <a class="menu-item" href=of_room(model, paths::date)>"Jump to a date"</a>
                <button class="menu-item live-only" type="button" on:click=heard(copy)>
                    "Copy link"
                </button>
                <label class="menu-item live-only">
                    <input type="checkbox" prop:checked=move || model.has_notes() on:change=heard(note)/>
                    "Say who comes and goes"
                </label>
                <a class="menu-item list-keys" href=paths::KEYS on:click=asks(Dialog::Keys)>
                    "Keyboard shortcuts"
                </a>
                {when(may_invite, move || {
                    view! { <a class="menu-item" data-asking=shown::mark(move || asking() > 0) href=of_room(model, paths::invites)>{words(invite)}</a> }
                })}
                {when(is_somebody, move || {
                    view! {
                        <a class="menu-item own-name" href=paths::ME on:click=asks(Dialog::Name)>
                            "Change your name"
                        </a>
                        <form class="inline" method="post" action=member on:submit=heard(come_or_go)>
                            <button class="menu-item" type="submit">
                                {words(shown::text(move || if is_member() { "Leave" } else { "Join" }.to_owned()))}
                            </button>
                        </form>
                    }
                })}
                {when(is_own, move || {
                    view! {
                        <a class="menu-item" href=of_room(model, paths::level)>"Notifications"</a>
                        <form class="inline" method="post" action=favourite data-quiet="true">
                            <button class="menu-item" type="submit">
                                {words(shown::text(move || {
                                    if is_favourite() { "Remove from favourites" } else { "Add to favourites" }.to_owned()
                                }))}
                            </button>
                        </form>
                    }
                })}
                {when(may_delete, move || {
                    view! {
                        <a class="menu-item" href=of_room(model, paths::change_room) on:click=asks(Dialog::ChangeRoom)>
                            "Rename"
                        </a>
                        <a class="menu-item danger" href=of_room(model, paths::delete_room) on:click=asks(Dialog::DeleteRoom)>
                            "Delete room"
                        </a>
                    }
                })}
            </div>
        </details>
    }
}

fn description(room: &Room) -> String {
    room.description.clone()
}

/// Something of the open room.
fn of_room(model: ViewModel, part: fn(&Room) -> String) -> impl shown::Text {
    shown::text(move || {
        model
            .open()
            .with(|open| open.as_ref().map(|o| part(&o.room)).unwrap_or_default())
    })
}
