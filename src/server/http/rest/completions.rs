//! What a text in a room may go on with, over REST.

use crate::http::Problem;
use crate::http::paths::AtRoom;
use crate::http::query::Wanted;
use crate::messages::{self, Completion};
use crate::{Context, Scope};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;

/// A completion, as the list has it.
#[derive(Serialize)]
pub(super) struct CompletionRecord {
    text: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_member: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    emoji: Option<&'static str>,
}

impl From<Completion> for CompletionRecord {
    fn from(completion: Completion) -> Self {
        let Completion {
            text,
            name,
            id,
            is_member,
            emoji,
        } = completion;
        Self {
            text,
            name,
            id,
            is_member,
            emoji,
        }
    }
}

pub(super) async fn list(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
    Wanted(begun): Wanted,
) -> Result<Json<Vec<CompletionRecord>>, Problem> {
    let found = messages::completions(&ctx, &scope, room, &begun).await?;
    Ok(Json(found.into_iter().map(Into::into).collect()))
}
