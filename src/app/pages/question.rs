//! The questions before something is gone: `/rooms/{slug}/delete` before a room is,
//! `/rooms/{slug}/m/{number}/delete` before a message is.

use super::answer_in;
use super::form_page::{FormPage, form_page};
use super::shape::Shape;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::{Action, Number, RoomId, paths};
use parlour_server::http::{AtMessage, AtRoom};
use parlour_server::{Scope, ServiceError, messages, rooms};

/// `GET /rooms/{slug}/delete`: asks before a room is deleted.
pub async fn delete_room(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    AtRoom(room): AtRoom,
) -> Response {
    let page = before_a_room(&site, shape, &scope, room).await;
    answer_in(&site, shape, page)
}

async fn before_a_room(
    site: &Site,
    shape: Shape,
    scope: &Scope,
    room: RoomId,
) -> Result<Response, ServiceError> {
    let found = rooms::get_for(&site.ctx, scope, room, Action::DeleteRoom).await?;
    let room = found.room;
    Ok(form_page(
        site,
        shape,
        StatusCode::OK,
        "Delete room",
        || {
            let heading = view! { "Delete " <bdi>{room.name.clone()}</bdi> "?" };
            FormPage {
                sentence: Some(
                    "Everything said in it is deleted for everybody. This cannot be undone. Backups made before keep it.",
                ),
                class: "primary danger",
                back: paths::latest(&room),
                back_label: "Keep it",
                ..FormPage::new(heading.into_any(), paths::delete_room(&room), "Delete room")
            }
        },
    ))
}

/// `GET /rooms/{slug}/m/{number}/delete`: asks before a message is deleted.
pub async fn delete_message(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    AtMessage(room, number): AtMessage,
) -> Response {
    let page = before_a_message(&site, shape, &scope, room, number).await;
    answer_in(&site, shape, page)
}

async fn before_a_message(
    site: &Site,
    shape: Shape,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<Response, ServiceError> {
    let room = rooms::get(&site.ctx, scope, room).await?;
    let message = messages::deletable(&site.ctx, scope, room.id, number).await?;
    let (number, title) = (message.number, "Delete message");
    Ok(form_page(site, shape, StatusCode::OK, title, || FormPage {
        sentence: Some("Its text is removed for everybody. Backups made before keep it."),
        class: "primary danger",
        back: paths::message(&room, number),
        back_label: "Keep it",
        ..FormPage::new(
            "Delete this message?".into_any(),
            paths::delete_message(&room, number),
            title,
        )
    }))
}
