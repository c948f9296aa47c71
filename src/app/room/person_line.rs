//! A line of the list of who is here.

use super::face::face;
use super::line::{card, numbered};
use super::shown;
use super::view_model::ViewModel;
use leptos::prelude::*;
use parlour_protocol::Person;

/// Somebody who is here.
#[component]
pub fn PersonLine(
    /// Who it is.
    person: Person,
    /// What tells them from somebody of the same name.
    number: Option<String>,
) -> impl IntoView {
    let face = face(Some((person.id, person.name.as_str())));
    let (model, id) = (ViewModel::here(), person.id);
    // They may be in the next room, too.
    let card = shown::attribute(move || card(model, id));
    view! { <li><a href=card>{face}<bdi>{person.name}</bdi></a>{numbered(number)}</li> }
}
