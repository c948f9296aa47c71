//! Pinned messages over REST: what is pinned in a room, pinning and unpinning.

use crate::http::Problem;
use crate::http::paths::{AtMessage, AtRoom};
use crate::messages::{self, Pin};
use crate::{Context, Scope};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use parlour_protocol::{Message, Person, Timestamp};
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
pub(super) struct PinBody {
    pinned_by: Person,
    pinned_at: Timestamp,
    message: Message,
}

/// The one that was pinned last first.
pub(super) async fn list(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
) -> Result<Json<Vec<PinBody>>, Problem> {
    let pins = messages::pins(&ctx, &scope, room).await?;
    let pins = pins.into_iter().map(|Pin { message, by, at }| PinBody {
        pinned_by: by,
        pinned_at: at,
        message,
    });
    Ok(Json(pins.collect()))
}

pub(super) async fn add(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
) -> Result<StatusCode, Problem> {
    messages::pin(&ctx, &scope, room, number, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
) -> Result<StatusCode, Problem> {
    messages::pin(&ctx, &scope, room, number, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
