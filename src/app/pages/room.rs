//! The pages with the live room in them: the welcome screen, a room, a message in its place.

use super::answer;
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use parlour_protocol::Number;
use parlour_server::http::{AtMessage, AtRoom};
use parlour_server::messages::View;
use parlour_server::page_content::At;
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;

/// Which part of the history, for who pages through it without script.
#[derive(Debug, Default, Deserialize)]
pub struct Window {
    before: Option<Number>,
    after: Option<Number>,
}

/// `GET /`: the live page without an open room.
pub async fn home(State(site): State<Site>, scope: Scope) -> Response {
    let page = live(&site, &scope, None).await;
    answer(&site, page)
}

/// `GET /rooms/{slug}`: the live page of a room.
pub async fn room(
    State(site): State<Site>,
    scope: Scope,
    AtRoom(room): AtRoom,
    window: Result<Query<Window>, QueryRejection>,
) -> Response {
    let window = window.map(|Query(window)| window).unwrap_or_default();
    let view = match (window.before, window.after) {
        (Some(number), _) => View::Before(number),
        (None, Some(number)) => View::After(number),
        (None, None) => View::Newest,
    };
    let page = live(&site, &scope, Some(At { room, view })).await;
    answer(&site, page)
}

/// `GET /rooms/{slug}/m/{number}`: the live page around a message.
pub async fn permalink(
    State(site): State<Site>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
) -> Response {
    let view = View::Around(number);
    let page = live(&site, &scope, Some(At { room, view })).await;
    answer(&site, page)
}

async fn live(site: &Site, scope: &Scope, at: Option<At>) -> Result<Response, ServiceError> {
    let page = site.live_pages.page(scope, at).await?;
    Ok(page.into_response(StatusCode::OK))
}
