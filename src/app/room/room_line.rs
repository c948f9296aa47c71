//! A room in the list: its name, how many people are there, what is unread.

use super::driver::{act, is_plain};
use super::one_of::when;
use super::shown::{self, Derived, heard};
use super::view_model::ViewModel;
use super::words::words;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use parlour_client::tab::capped;
use parlour_protocol::{RoomEntry, paths};

/// A room in the sidebar.
#[component]
pub fn RoomLine(
    /// The line as it is when it appears; afterwards it follows the view model.
    entry: RoomEntry,
) -> impl IntoView {
    let model = ViewModel::here();
    let id = entry.room.id;
    let entry = Derived::new(move || {
        model
            .rooms()
            .with(|rooms| rooms.iter().find(|e| e.room.id == id).cloned())
            .unwrap_or_else(|| entry.clone())
    });
    let is_open = move || model.open_id() == Some(id);
    let online = move || entry.with(|entry| entry.room.online);
    let unread = move || entry.with(|entry| entry.unread);
    let is_any_online = shown::holds(move || online() > 0);
    let is_any_unread = shown::holds(move || unread() > 0);
    let visit = move |event: MouseEvent| {
        let path = entry.with_untracked(|entry| paths::room(&entry.room));
        if is_plain(&event) {
            event.prevent_default();
            act(model, |session| session.visit_by_click(path));
        }
    };
    view! {
        <li>
            <a
                href=shown::text(move || entry.with(|entry| paths::room(&entry.room)))
                aria-current=shown::attribute(move || is_open().then(|| "page".to_owned()))
                data-unread=shown::mark(move || unread() > 0)
                on:click=heard(visit)
            >
                <bdi>{words(shown::text(move || entry.with(|entry| entry.room.name.clone())))}</bdi>
                {when(is_any_online, move || {
                    view! {
                        <span class="room-online">
                            <span>{words(shown::text(move || online().to_string()))}</span>
                            <span class="visually-hidden">" online"</span>
                        </span>
                    }
                })}
                {when(is_any_unread, move || {
                    view! {
                        <span class="unread" role="img" aria-label=shown::text(move || format!("{} unread", unread()))>
                            {words(shown::text(move || capped(unread())))}
                        </span>
                    }
                })}
            </a>
        </li>
    }
}
