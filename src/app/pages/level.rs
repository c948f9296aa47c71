//! `/rooms/{slug}/level`: of what in a room its reader wants to be told.

use super::answer_in;
use super::form_page::{FormPage, form_page};
use super::parts::{Choice, ChoiceField};
use super::shape::Shape;
use crate::site::Site;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{Level, Room, RoomId, paths};
use parlour_server::http::AtRoom;
use parlour_server::{Scope, ServiceError, rooms};
use serde::Deserialize;

const LEVELS: [Choice; 3] = [
    ("all", "Everything"),
    ("mentions", "What mentions me"),
    ("nothing", "Nothing"),
];

/// What was chosen.
#[derive(Debug, Default, Deserialize)]
pub struct LevelForm {
    level: String,
}

/// `GET /rooms/{slug}/level`: the form, for who is in the room.
pub async fn level(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    AtRoom(room): AtRoom,
) -> Response {
    let found = rooms::level(&site.ctx, &scope, room).await;
    let page = found.map(|(room, level)| level_page(&site, shape, &room, level));
    answer_in(&site, shape, page)
}

/// `POST /rooms/{slug}/level`: sets it, and leads back to the room.
pub async fn set_level(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    AtRoom(room): AtRoom,
    form: Result<Form<LevelForm>, FormRejection>,
) -> Response {
    let LevelForm { level } = form.map(|Form(filled)| filled).unwrap_or_default();
    answer_in(&site, shape, set(&site, &scope, room, &level).await)
}

async fn set(
    site: &Site,
    scope: &Scope,
    room: RoomId,
    level: &str,
) -> Result<Response, ServiceError> {
    let room = rooms::get(&site.ctx, scope, room).await?;
    rooms::set_level(&site.ctx, scope, room.id, level).await?;
    Ok(Redirect::to(&paths::room(&room)).into_response())
}

fn level_page(site: &Site, shape: Shape, room: &Room, level: Level) -> Response {
    form_page(site, shape, StatusCode::OK, "Notifications", || {
        let heading = view! { "Notifications from " <bdi>{room.name.clone()}</bdi> };
        let fields = view! {
            <ChoiceField label="What is counted in the list of rooms" name="level" chosen=level.name() choices=&LEVELS/>
        };
        FormPage {
            fields: fields.into_any(),
            hint: Some(
                "Whatever it is, all that is said there can be read, and nobody else hears of it.",
            ),
            back: paths::latest(room),
            back_label: "Back to the room",
            ..FormPage::new(heading.into_any(), paths::level(room), "Save")
        }
    })
}
