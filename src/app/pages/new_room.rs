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
    new_room_page(&site, shape, StatusCode::OK, "", "", None)
}

/// The form with what was typed, and what is wrong with it.
pub fn new_room_page(
    site: &Site,
    shape: Shape,
    status: StatusCode,
    name: &str,
    description: &str,
    error: Option<&AppError>,
) -> Response {
    let (name, description) = (name.to_owned(), description.to_owned());
    let is_about_description =
        error.is_some_and(|error| error.field.as_deref() == Some("description"));
    let sentence = error.map(|error| error.message.clone());
    let (about_description, about_name) = if is_about_description {
        (sentence, None)
    } else {
        (None, sentence)
    };
    form_page(site, shape, status, "New room", move || {
        let fields = view! {
            <LineField label="Name" name="name" value=name error=about_name autocomplete="off" shape/>
            <TextField
                label="Description (optional)"
                name="description"
                value=description
                error=about_description
                shape
            />
        };
        FormPage {
            fields: fields.into_any(),
            ..FormPage::new(
                "New room".into_any(),
                paths::NEW_ROOM.to_owned(),
                "Create room",
            )
        }
    })
}
