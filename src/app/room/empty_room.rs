//! What stands in a room in which nobody has said anything: what it is for, whose it is, and what one can do first.

use super::driver::copy_link;
use super::one_of::when;
use super::shown::{self, heard};
use super::view_model::ViewModel;
use super::words::words;
use crate::app::browser::text_field::{self, COMPOSER};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use parlour_client::timeline::Timeline;
use parlour_protocol::display::isolated;
use parlour_protocol::{Person, Room, paths};

/// It is there until the first message is.
#[component]
pub fn EmptyRoom() -> impl IntoView {
    let model = ViewModel::here();
    let is_silent =
        |timeline: &Timeline| timeline.is_empty() && !timeline.has_older() && !timeline.has_newer();
    let is_empty =
        shown::holds(move || model.open_id().is_some() && model.timeline().with(is_silent));
    when(is_empty, || view! { <Beginning/> })
}

#[component]
fn Beginning() -> impl IntoView {
    let model = ViewModel::here();
    let about = shown::text(move || {
        let room = model.room();
        room.map(|room| room.description).unwrap_or_default()
    });
    // Nobody made the first room of all. Whoever made it just now is there; later its date says more.
    let made = shown::text(move || {
        let made = |room: Room| {
            let maker = room.created_by?;
            let zone = model.zone()(room.created_at);
            let date = room.created_at.civil(zone).date();
            let is_it = |person: &&Person| person.id == maker;
            Some(model.presence().with(
                |presence| match presence.roster.people.iter().find(is_it) {
                    Some(maker) => format!("Made on {date} by {}", isolated(&maker.name)),
                    None => format!("Made on {date}"),
                },
            ))
        };
        model.room().and_then(made).unwrap_or_default()
    });
    let is_somebody = shown::holds(move || model.me().with(Option::is_some));
    let copy = move |_: MouseEvent| {
        if let Some(room) = model.room() {
            copy_link(model, &paths::room(&room));
        }
    };
    let say_hello = move |event: MouseEvent| {
        event.prevent_default();
        text_field::focus(COMPOSER);
    };
    view! {
        <div class="empty-room">
            <p class="empty-about"><bdi>{words(about)}</bdi></p>
            <p class="empty-made">{words(made)}</p>
            <p class="empty-deeds">
                <button class="quiet live-only" type="button" on:click=heard(copy)>"Copy link"</button>
                {when(is_somebody, move || {
                    view! {
                        <a class="primary" href=format!("#{COMPOSER}") on:click=heard(say_hello)>"Say hello"</a>
                    }
                })}
            </p>
        </div>
    }
}
