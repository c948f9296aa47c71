//! A line of the list of rooms: a room with what is unread in it, or what stands over a section.

use super::driver::follow;
use super::one_of::when;
use super::shown::{self, Derived, heard};
use super::view_model::ViewModel;
use super::words::words;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use parlour_client::sections::Section;
use parlour_client::session::Part;
use parlour_client::tab::capped;
use parlour_client::unread::Unread;
use parlour_protocol::{Availability, RoomEntry, paths};

/// By what the style knows a count of what is unread.
pub fn class_of(unread: Unread) -> &'static str {
    match unread.is_for_you {
        true => "unread for-you",
        false => "unread",
    }
}

/// What stands over a section of the sidebar.
#[component]
pub fn Heading(
    /// Which one begins here.
    section: Section,
) -> impl IntoView {
    view! { <li class="section" data-section=section.name() inner_html=heading(section)></li> }
}

/// What stands in it. One that can be folded is remembered by the page's script; the style shows what is unread in it.
fn heading(section: Section) -> &'static str {
    match section {
        Section::Favourites => {
            "<details open><summary><h3>Favourites</h3></summary></details>\
            <a class=add href=/rooms/all title='Choose favourites' aria-label='Choose favourites'></a>"
        }
        Section::Unread => "<h3>Unread</h3>",
        Section::Own => "<details open><summary><h3>Your rooms</h3></summary></details>",
        Section::Direct => {
            "<details open><summary><h3>Direct messages</h3></summary></details>\
            <a class=add href=/people title='Write to somebody' aria-label='Write to somebody'></a>"
        }
        Section::Others => "<details open><summary><h3>Other rooms</h3></summary></details>",
    }
}

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
    // As it was when another room was opened: nothing is drawn anew while somebody writes.
    let has_draft = move || model.see(Part::Rooms, |session| session.has_draft(id));
    let unread = move || entry.with(Unread::of);
    let is_any_unread = shown::holds(move || unread().count > 0);
    let availability = move || entry.with(|entry| entry.availability);
    let is_there = shown::holds(move || availability().is_some());
    let there = move || {
        availability()
            .map(Availability::name)
            .unwrap_or_default()
            .to_owned()
    };
    let visit = move |event: MouseEvent| {
        let path = entry.with_untracked(|entry| paths::room(&entry.room));
        follow(model, &event, path);
    };
    view! {
        <li>
            <a
                href=shown::text(move || entry.with(|entry| paths::room(&entry.room)))
                aria-current=shown::attribute(move || is_open().then(|| "page".to_owned()))
                data-draft=shown::mark(move || !is_open() && has_draft())
                on:click=heard(visit)
            >
                {when(is_there, move || {
                    view! { <span class="dot" role="img" aria-label=shown::text(there)></span> }
                })}
                <bdi>{words(shown::text(move || entry.with(|entry| entry.room.name.clone())))}</bdi>
                {when(is_any_unread, move || {
                    view! {
                        <span class=class_of(unread()) role="img" aria-label=shown::text(move || unread().name())>
                            {words(shown::text(move || capped(unread().count)))}
                        </span>
                    }
                })}
            </a>
        </li>
    }
}
