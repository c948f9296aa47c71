//! The face of a person: a square with their letters in their colour (`parlour_client::faces`).
//!
//! *Invariant:* it says nothing that the name beside it does not. Its letters stand in an attribute, from where the
//! style takes them, so that they are neither read aloud, nor copied, nor found, nor translated.

use super::shown;
use leptos::prelude::*;
use parlour_client::faces;
use parlour_protocol::{Person, UserId};

/// The face of somebody who stays who they are; of nobody, one that is not shown.
pub fn face(person: Option<(UserId, &str)>) -> impl IntoView + use<> {
    let hue = person.map(|(id, _)| hue(id));
    let initials = person.map(|(_, name)| faces::initials(name));
    view! { <span class="face" aria-hidden="true" data-hue=hue data-initials=initials></span> }
}

/// The face of whoever it is at the moment.
pub fn face_of(
    person: impl Fn() -> Option<Person> + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let hue = shown::attribute(move || person().map(|person| hue(person.id)));
    let initials = shown::attribute(move || person().map(|person| faces::initials(&person.name)));
    view! { <span class="face" aria-hidden="true" data-hue=hue data-initials=initials></span> }
}

fn hue(id: UserId) -> String {
    faces::hue(id).to_string()
}
