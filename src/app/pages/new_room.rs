//! `/rooms/new`: makes a room.

use super::form_page::{FormPage, form_page};
use super::parts::{LineField, TextField};
use super::shape::Shape;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{AppError, paths};
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
    let RoomFields { name, description } = typed;
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
    }
    .into_any()
}
