//! `/api/chat`: the plain JSON door.

mod messages;
mod people;
mod rooms;

use super::Problem;
use crate::Context;
use axum::Router;
use axum::routing::{get, patch, post};
use std::sync::Arc;

/// Every call of the REST API.
pub(super) fn router() -> Router<Arc<Context>> {
    Router::new()
        .route("/rooms", get(rooms::list).post(rooms::create))
        .route("/rooms/{room}", get(rooms::get).delete(rooms::delete))
        .route(
            "/rooms/{room}/messages",
            get(messages::list).post(messages::post),
        )
        .route(
            "/rooms/{room}/messages/{number}",
            patch(messages::edit).delete(messages::delete),
        )
        .route("/rooms/{room}/users", get(people::here))
        .route("/guests", post(people::create_guest))
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
}
