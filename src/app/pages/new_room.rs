//! `/rooms/new`: makes a room without script.

use super::parts::{LineField, PlainPage, TextField};
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{AppError, paths};
use parlour_server::Scope;

/// `GET /rooms/new`; somebody without a name gives one first.
pub async fn new_room(State(site): State<Site>, scope: Scope) -> Response {
    if scope.person.is_none() {
        return Redirect::to(&paths::join(paths::NEW_ROOM)).into_response();
    }
    new_room_page(&site, StatusCode::OK, "", "", None)
}

/// The form with what was typed, and what is wrong with it.
pub fn new_room_page(
    site: &Site,
    status: StatusCode,
    name: &str,
    description: &str,
    error: Option<&AppError>,
) -> Response {
    let head = Head {
        title: "New room",
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    let (name, description) = (name.to_owned(), description.to_owned());
    let is_about_description =
        error.is_some_and(|error| error.field.as_deref() == Some("description"));
    let sentence = error.map(|error| error.message.clone());
    let (about_description, about_name) = if is_about_description {
        (sentence, None)
    } else {
        (None, sentence)
    };
    site.assets.page(status, &head, move || {
        view! {
            <PlainPage heading="New room".to_owned() back=paths::HOME.to_owned() back_label="Back to the rooms">
                <form class="form" method="post" action=paths::NEW_ROOM>
                    <LineField label="Name" name="name" value=name error=about_name autocomplete="off"/>
                    <TextField
                        label="Description (optional)"
                        name="description"
                        value=description
                        error=about_description
                    />
                    <button class="primary" type="submit">"Create room"</button>
                </form>
            </PlainPage>
        }
            .into_any()
    })
}
