//! What one has saved, over REST: the list, saving and letting go.

use crate::http::Problem;
use crate::http::paths::AtMessage;
use crate::http::query::MentionSlice;
use crate::messages::{self, Saved, SavedPage};
use crate::{Context, Scope};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LINK;
use axum::response::IntoResponse;
use parlour_protocol::{Message, Timestamp};
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
struct SavedBody {
    saved_at: Timestamp,
    message: Message,
}

/// What was saved last first.
pub(super) async fn list(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    MentionSlice { before, limit }: MentionSlice,
) -> Result<impl IntoResponse, Problem> {
    let SavedPage { saved, next } = messages::saved(&ctx, &scope, before, limit).await?;
    let next = next.map(|next| {
        let link = format!("</api/chat/me/saved?before={next}&limit={limit}>; rel=\"next\"");
        [(LINK, link)]
    });
    let saved = saved.into_iter().map(|Saved { message, at }| SavedBody {
        saved_at: at,
        message,
    });
    Ok((next, Json(saved.collect::<Vec<_>>())))
}

pub(super) async fn add(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
) -> Result<StatusCode, Problem> {
    messages::save(&ctx, &scope, room, number, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
) -> Result<StatusCode, Problem> {
    messages::save(&ctx, &scope, room, number, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
