//! Messages over REST: listing, posting, editing and taking back.

use crate::error::ServiceError;
use crate::http::Problem;
use crate::http::body::Json as JsonBody;
use crate::http::paths::{AtMessage, AtRoom};
use crate::http::query::Slice;
use crate::messages::{self, NewMessage};
use crate::{Context, Scope};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use parlour_protocol::{Message, Number};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct NewMessageBody {
    content: String,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    reply_to: Option<Number>,
}

#[derive(Deserialize)]
pub(super) struct EditBody {
    content: String,
}

pub(super) async fn list(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
    slice: Slice,
) -> Result<Response, Problem> {
    let history = messages::history(&ctx, &scope, room, slice.view, slice.limit).await?;
    page(&history.messages).map_err(|error| ServiceError::Io(error.into()).into())
}

/// What a message takes as JSON besides what was written in it: the names of its fields, numbers, times.
const AROUND: usize = 320;

/// As JSON, into memory that is large enough from the start: what grows is copied each time.
fn page(messages: &[Message]) -> serde_json::Result<Response> {
    let written = messages.iter().map(|message| message.content.len());
    let mut json = Vec::with_capacity(2 + written.map(|length| length + AROUND).sum::<usize>());
    serde_json::to_writer(&mut json, messages)?;
    Ok(([(CONTENT_TYPE, "application/json")], json).into_response())
}

pub(super) async fn post(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
    JsonBody(body): JsonBody<NewMessageBody>,
) -> Result<impl IntoResponse, Problem> {
    let NewMessageBody {
        content,
        client_id,
        reply_to,
    } = body;
    let new = NewMessage {
        content,
        client_id,
        reply_to,
    };
    let posted = messages::post(&ctx, &scope, room, new).await?;
    let status = if posted.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(posted.message)))
}

pub(super) async fn edit(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
    JsonBody(body): JsonBody<EditBody>,
) -> Result<Json<Message>, Problem> {
    Ok(Json(
        messages::edit(&ctx, &scope, room, number, body.content).await?,
    ))
}

pub(super) async fn delete(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
) -> Result<StatusCode, Problem> {
    messages::delete(&ctx, &scope, room, number).await?;
    Ok(StatusCode::NO_CONTENT)
}
