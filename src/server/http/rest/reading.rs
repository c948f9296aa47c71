//! What was read, over REST: a room, or all of them.

use crate::http::Problem;
use crate::http::body::Json as JsonBody;
use crate::http::paths::AtRoom;
use crate::{Context, Scope, rooms};
use axum::extract::State;
use axum::http::StatusCode;
use parlour_protocol::Seq;
use serde::Deserialize;
use std::sync::Arc;

/// Up to where a room was read; without, to its end.
#[derive(Deserialize)]
pub(super) struct ReadBody {
    seq: Option<Seq>,
}

pub(super) async fn read(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
    JsonBody(body): JsonBody<ReadBody>,
) -> Result<StatusCode, Problem> {
    let seq = body.seq.unwrap_or(Seq::MAX);
    rooms::read_up_to(&ctx, &scope, room, seq).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn read_all(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
) -> Result<StatusCode, Problem> {
    rooms::read_all(&ctx, &scope).await?;
    Ok(StatusCode::NO_CONTENT)
}
