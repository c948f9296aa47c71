//! The pages with the live room in them: the welcome screen, a room, a message in its place.

use super::all_rooms::{Asked, moved};
use super::answer;
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use parlour_protocol::{Number, paths};
use parlour_server::http::{AtMessage, AtRoom, LastRoom, last_room};
use parlour_server::messages::View;
use parlour_server::page_content::At;
use parlour_server::{Scope, ServiceError, rooms};
use serde::Deserialize;

/// Which part of the history, for who pages through it without script.
#[derive(Debug, Default, Deserialize)]
pub struct Window {
    before: Option<Number>,
    after: Option<Number>,
}

/// `GET /`: leads who comes from outside to the room they were in last, if it is there for them; all others are shown
/// the rooms.
pub async fn home(State(site): State<Site>, scope: Scope, LastRoom(last): LastRoom) -> Response {
    if let Some(last) = last
        && let Ok(room) = rooms::get(&site.ctx, &scope, last).await
    {
        return Redirect::to(&paths::room(&room)).into_response();
    }
    without_room(&site, &scope).await
}

/// `GET /rooms`: the rooms. What an earlier version had there is all rooms, and is where it says.
pub async fn list(State(site): State<Site>, scope: Scope, part: Asked) -> Response {
    match moved(part) {
        Some(moved) => moved,
        None => without_room(&site, &scope).await,
    }
}

/// The live page without an open room.
async fn without_room(site: &Site, scope: &Scope) -> Response {
    let page = live(site, scope, None).await;
    answer(site, page)
}

/// `GET /rooms/{slug}`: the live page of a room.
pub async fn room(
    State(site): State<Site>,
    scope: Scope,
    AtRoom(room): AtRoom,
    window: Result<Query<Window>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let window = window.map(|Query(window)| window).unwrap_or_default();
    let view = match (window.before, window.after) {
        (Some(number), _) => View::Before(number),
        (None, Some(number)) => View::After(number),
        (None, None) => View::Newest,
    };
    open(&site, &scope, At { room, view }, &headers).await
}

/// `GET /rooms/{slug}/m/{number}`: the live page around a message.
pub async fn permalink(
    State(site): State<Site>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
    headers: HeaderMap,
) -> Response {
    let view = View::Around(number);
    open(&site, &scope, At { room, view }, &headers).await
}

/// The live page of a room, which is the last one that was open in this browser.
async fn open(site: &Site, scope: &Scope, at: At, headers: &HeaderMap) -> Response {
    let mut page = live(site, scope, Some(at)).await;
    if let Ok(page) = &mut page {
        last_room::keep(headers, at.room, page);
    }
    answer(site, page)
}

async fn live(site: &Site, scope: &Scope, at: Option<At>) -> Result<Response, ServiceError> {
    let page = site.live_pages.page(scope, at).await?;
    Ok(page.into_response(StatusCode::OK))
}
