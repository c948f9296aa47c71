//! `/rooms/{slug}/edit`: changes the name, the description and the rules of a room, and archives it.

use super::answer_in;
use super::form_page::{FormPage, form_page};
use super::new_room::{RoomFields, fields};
use super::parts::{Choice, ChoiceField};
use super::shape::Shape;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::{Action, AppError, Room, RoomId, paths};
use parlour_server::http::AtRoom;
use parlour_server::rooms::{self, Ruled};
use parlour_server::{Scope, ServiceError};

const STATES: [Choice; 2] = [
    ("false", "In use"),
    (
        "true",
        "Archived: it is read and found, and not in the list",
    ),
];

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
    let Ruled { room, rules } = rooms::get_for(&site.ctx, scope, room, Action::ArchiveRoom).await?;
    let typed = RoomFields {
        name: room.name.clone(),
        description: room.description.clone(),
        rules,
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
        let archived = if typed.rules.is_archived {
            "true"
        } else {
            "false"
        };
        let fields = view! {
            {fields(shape, typed, error)}
            <ChoiceField label="Its state" name="archived" chosen=archived choices=&STATES/>
            <p><a href=paths::members(room)>"Members of the room"</a></p>
        };
        FormPage {
            fields: fields.into_any(),
            hint: Some("Links to the room go on leading to it."),
            back: paths::latest(room),
            back_label: "Back to the room",
            ..FormPage::new(heading.into_any(), paths::change_room(room), "Save")
        }
    })
}
