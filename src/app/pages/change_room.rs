//! `/rooms/{slug}/edit`: changes the name and the description of a room.

use super::answer_in;
use super::form_page::{FormPage, form_page};
use super::new_room::{RoomFields, fields};
use super::shape::Shape;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::{AppError, Room, RoomId, paths};
use parlour_server::http::AtRoom;
use parlour_server::{Scope, ServiceError, rooms};

/// `GET /rooms/{slug}/edit`: the form, for who may change the room.
pub async fn change_room(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    AtRoom(room): AtRoom,
) -> Response {
    let page = load(&site, shape, &scope, room).await;
    answer_in(&site, shape, page)
}

async fn load(
    site: &Site,
    shape: Shape,
    scope: &Scope,
    room: RoomId,
) -> Result<Response, ServiceError> {
    let room = rooms::get_to_change(&site.ctx, scope, room).await?;
    let typed = RoomFields {
        name: room.name.clone(),
        description: room.description.clone(),
    };
    Ok(change_room_page(
        site,
        shape,
        StatusCode::OK,
        &room,
        typed,
        None,
    ))
}

/// The form with what was typed, and what is wrong with it.
pub fn change_room_page(
    site: &Site,
    shape: Shape,
    status: StatusCode,
    room: &Room,
    typed: RoomFields,
    error: Option<&AppError>,
) -> Response {
    form_page(site, shape, status, "Change room", || {
        let heading = view! { "Change " <bdi>{room.name.clone()}</bdi> };
        FormPage {
            fields: fields(shape, typed, error),
            hint: Some("Links to the room go on leading to it."),
            back: paths::latest(room),
            back_label: "Back to the room",
            ..FormPage::new(heading.into_any(), paths::change_room(room), "Save")
        }
    })
}
