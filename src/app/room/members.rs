//! Who is in the room now.

use super::keyed_list::{Line, lines};
use super::namesakes;
use super::one_of::when;
use super::shown::{self, Derived};
use super::view_model::ViewModel;
use super::words::words;
use leptos::prelude::*;
use parlour_protocol::Person;

/// How many of them show their faces where the list is folded away.
const FACES: usize = 3;

/// The people here, and how many they are.
#[component]
pub fn Members() -> impl IntoView {
    let model = ViewModel::here();
    let roster = Derived::new(move || model.presence().with(|presence| presence.roster.clone()));
    let namesakes = namesakes::all(model);
    let more = move || {
        roster
            .with(|roster| i64::from(roster.count) - roster.people.len() as i64)
            .max(0)
    };
    let count = shown::text(move || roster.with(|roster| roster.count.to_string()));
    let is_more = shown::holds(move || more() > 0);
    let is_empty = shown::holds(move || roster.with(|roster| roster.count == 0));
    let faces = move || {
        roster.with(|roster| {
            let first = roster.people.iter().take(FACES).cloned();
            first.map(Line::Face).collect()
        })
    };
    let people = move || {
        roster.with(|roster| {
            let numbered = |person: &Person| {
                let number = namesakes.with(|namesakes| namesakes.number(person.id));
                Line::Person(person.clone(), number)
            };
            roster.people.iter().map(numbered).collect()
        })
    };
    view! {
        <details class="members">
            <summary>
                <span class="faces">{lines(faces)}</span>
                <span class="label">"People "</span>
                <span class="count">{words(count)}</span>
            </summary>
            <ul>
                {lines(people)}
                {when(is_more, move || {
                    view! { <li class="more">{words(shown::text(move || format!("and {} more", more())))}</li> }
                })}
            </ul>
            {when(is_empty, || view! { <p class="members-empty">"Nobody is here right now."</p> })}
        </details>
    }
}
