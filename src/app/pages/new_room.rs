//! `/rooms/new`: makes a room.

use super::form_page::{FormPage, form_page};
use super::parts::{Choice, ChoiceField, LineField, TextField};
use super::shape::Shape;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{AppError, Guests, Posting, Revisions, RoomKind, RoomRules, paths};
use parlour_server::Scope;

/// `GET /rooms/new`; somebody without a name gives one first.
pub async fn new_room(State(site): State<Site>, shape: Shape, scope: Scope) -> Response {
    if scope.person.is_none() {
        return Redirect::to(&paths::join(paths::NEW_ROOM)).into_response();
    }
    new_room_page(&site, shape, StatusCode::OK, RoomFields::default(), None)
}

/// What is typed into the fields of a room.
#[derive(Clone, Debug, Default)]
pub struct RoomFields {
    /// The name as it was typed.
    pub name: String,
    /// The description as it was typed.
    pub description: String,
    /// Who may see it and write in it; archived or not where that can be chosen.
    pub rules: RoomRules,
}

/// The form with what was typed, and what is wrong with it.
pub fn new_room_page(
    site: &Site,
    shape: Shape,
    status: StatusCode,
    typed: RoomFields,
    error: Option<&AppError>,
) -> Response {
    form_page(site, shape, status, "New room", || FormPage {
        fields: fields(shape, typed, error),
        ..FormPage::new(
            "New room".into_any(),
            paths::NEW_ROOM.to_owned(),
            "Create room",
        )
    })
}

/// The fields of a room, and what is wrong with one of them.
pub(super) fn fields(shape: Shape, typed: RoomFields, error: Option<&AppError>) -> AnyView {
    let RoomFields {
        name,
        description,
        rules,
    } = typed;
    let is_about_description =
        error.is_some_and(|error| error.field.as_deref() == Some("description"));
    let sentence = error.map(|error| error.message.clone());
    let (about_description, about_name) = if is_about_description {
        (sentence, None)
    } else {
        (None, sentence)
    };
    view! {
        <LineField label="Name" name="name" value=name error=about_name autocomplete="off" shape/>
        <TextField
            label="Description (optional)"
            name="description"
            value=description
            error=about_description
            shape
        />
        <ChoiceField label="Who may see it" name="kind" chosen=rules.kind.name() choices=&KINDS/>
        <ChoiceField label="Who writes in it" name="posting" chosen=rules.posting.name() choices=&POSTING/>
        <ChoiceField label="What guests may do who are no members" name="guests" chosen=rules.guests.name() choices=&GUESTS/>
        <ChoiceField
            label="Who reads what a message said before it was edited"
            name="revisions"
            chosen=rules.revisions.name()
            choices=&REVISIONS
        />
    }
    .into_any()
}

/// Values, and what they are called.
const KINDS: [Choice; 2] = [
    (RoomKind::Open.name(), "Everybody: it is in the list"),
    (
        RoomKind::Closed.name(),
        "Its members: to others it is not there",
    ),
];

const POSTING: [Choice; 3] = [
    (Posting::All.name(), "Everybody who sees it"),
    (Posting::Members.name(), "Its members"),
    (Posting::Moderators.name(), "Its moderators: announcements"),
];

const GUESTS: [Choice; 3] = [
    (Guests::Write.name(), "Read and write"),
    (Guests::Read.name(), "Only read"),
    (Guests::No.name(), "Nothing: to them it is not there"),
];

const REVISIONS: [Choice; 2] = [
    (Revisions::Everybody.name(), "Everybody who sees the room"),
    (
        Revisions::Nobody.name(),
        "Nobody: earlier versions are not kept",
    ),
];
