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
    // Nobody made the first room of all.
    let is_made = shown::holds(move || model.room().is_some_and(|room| room.created_by.is_some()));
    let made_on = shown::text(move || {
        let made = |room: Room| {
            let zone = model.zone()(room.created_at);
            format!("Made on {}", room.created_at.civil(zone).date())
        };
        model.room().map(made).unwrap_or_default()
    });
    // Whoever made it just now is there; later its date says more.
    let maker = move || {
        let maker = model.room().and_then(|room| room.created_by);
        let is_it = |person: &&Person| Some(person.id) == maker;
        model.presence().with(|presence| {
            let it = presence.roster.people.iter().find(is_it);
            it.map(|it| it.name.clone()).unwrap_or_default()
        })
    };
    let is_here = shown::holds(move || !maker().is_empty());
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
            {when(is_made, move || {
                view! {
                    <p class="empty-made">
                        <span>{words(made_on)}</span>
                        {when(is_here, move || {
                            view! { " by " <bdi>{words(shown::text(maker))}</bdi> }
                        })}
                    </p>
                }
            })}
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
