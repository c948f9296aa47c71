//! A line of the list of who is here.

use super::face::face;
use super::line::numbered;
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
    view! { <li>{face}<bdi>{person.name}</bdi>{numbered(number)}</li> }
}
