//! Earlier versions of messages over REST: reading them, and forgetting one's own.

use crate::http::Problem;
use crate::http::paths::{AtMessage, AtRevision};
use crate::http::query::RevisionSlice;
use crate::messages::{self, Earlier};
use crate::{Context, Scope};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LINK;
use axum::response::IntoResponse;
use parlour_protocol::RoomId;
use std::sync::Arc;

/// The newest first.
pub(super) async fn list(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
    RevisionSlice { before, limit }: RevisionSlice,
) -> Result<impl IntoResponse, Problem> {
    let Earlier {
        revisions,
        has_older,
        ..
    } = messages::revisions(&ctx, &scope, (room, number), before, limit).await?;
    let last = revisions.last().filter(|_| has_older);
    let next = last.map(|last| {
        let (RoomId(room), before) = (room, last.seq);
        let link = format!(
            "</api/chat/rooms/{room}/messages/{number}/revisions?before={before}&limit={limit}>; rel=\"next\""
        );
        [(LINK, link)]
    });
    Ok((next, Json(revisions)))
}

pub(super) async fn remove(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRevision(room, number, seq): AtRevision,
) -> Result<StatusCode, Problem> {
    messages::drop_revision(&ctx, &scope, (room, number), seq).await?;
    Ok(StatusCode::NO_CONTENT)
}
