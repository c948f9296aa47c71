//! Messages over REST: listing, posting, editing and deleting.

use crate::error::ServiceError;
use crate::http::Problem;
use crate::http::body::Json as JsonBody;
use crate::http::paths::{AtMessage, AtRoom};
use crate::http::query::{MentionSlice, Slice, ThreadSlice};
use crate::messages::{self, Edit, Mentioning, NewMessage, Thread, View};
use crate::{Context, Scope};
use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, LINK};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use parlour_protocol::{Format, History, Message, Number, RoomId, UserId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The header that says until when a deleted message can be had back.
pub(super) const UNDO_UNTIL: HeaderName = HeaderName::from_static("undo-until");

#[derive(Deserialize)]
pub(super) struct NewMessageBody {
    content: String,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    reply_to: Option<Number>,
    #[serde(default)]
    format: Option<Format>,
    #[serde(default)]
    mentions: Option<Vec<UserId>>,
}

#[derive(Deserialize)]
pub(super) struct EditBody {
    content: String,
    #[serde(default)]
    format: Option<Format>,
    #[serde(default)]
    mentions: Option<Vec<UserId>>,
}

pub(super) async fn list(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
    mut slice: Slice,
) -> Result<Response, Problem> {
    if let Some(day) = slice.on {
        let first = messages::first_since(&ctx, &scope, room, day).await?;
        // What is behind the one before it.
        let before = first.map_or(Number::ZERO, |first| Number(first.0 - 1));
        slice.view = View::After(before);
    }
    let history = messages::history(&ctx, &scope, room, slice.view, slice.limit).await?;
    let next = next(room, &slice, &history).and_then(|next| next.parse().ok());
    let page = page(&history.messages);
    let mut page = page.map_err(|error| ServiceError::Io(error.into()))?;
    if let Some(next) = next {
        page.headers_mut().insert(LINK, next);
    }
    Ok(page)
}

/// A page of history with its seq, and whether there is more on either side.
pub(super) async fn history(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
    Slice { view, limit, .. }: Slice,
) -> Result<Json<History>, Problem> {
    Ok(Json(
        messages::history(&ctx, &scope, room, view, limit).await?,
    ))
}

/// What mentions who asks, the newest first.
pub(super) async fn mentions(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    MentionSlice { before, limit }: MentionSlice,
) -> Result<impl IntoResponse, Problem> {
    let Mentioning { messages, next } = messages::mentioning(&ctx, &scope, before, limit).await?;
    let next = next.map(|next| {
        let link = format!("</api/chat/me/mentions?before={next}&limit={limit}>; rel=\"next\"");
        [(LINK, link)]
    });
    Ok((next, Json(messages)))
}

#[derive(Serialize)]
pub(super) struct ThreadBody {
    root: Number,
    messages: Vec<Message>,
}

/// The thread that a message is in, oldest first.
pub(super) async fn thread(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
    ThreadSlice { after, limit }: ThreadSlice,
) -> Result<Response, Problem> {
    let Thread {
        root,
        messages,
        has_newer,
    } = messages::thread(&ctx, &scope, room, number, after, limit).await?;
    let last = messages.last().filter(|_| has_newer);
    let next = last.map(|last| {
        let (RoomId(room), after) = (room, last.number);
        format!(
            "</api/chat/rooms/{room}/messages/{number}/thread?after={after}&limit={limit}>; rel=\"next\""
        )
    });
    let mut answer = Json(ThreadBody { root, messages }).into_response();
    if let Some(next) = next.and_then(|next| next.parse().ok()) {
        answer.headers_mut().insert(LINK, next);
    }
    Ok(answer)
}

/// The URL of the next page in the direction of the query, if there is one. A page may be short without being the
/// last one, since long texts make it shorter.
fn next(room: RoomId, slice: &Slice, history: &History) -> Option<String> {
    let (has_more, message, way) = match slice.view {
        View::Newest | View::Before(_) => (history.has_older, history.messages.first(), "before"),
        View::After(_) => (history.has_newer, history.messages.last(), "after"),
        View::Around(_) | View::Unread(_) => return None,
    };
    let number = message.filter(|_| has_more)?.number;
    let (RoomId(room), limit) = (room, slice.limit);
    Some(format!(
        "</api/chat/rooms/{room}/messages?{way}={number}&limit={limit}>; rel=\"next\""
    ))
}

/// Bytes of a message's JSON besides its texts: names of fields, numbers, times.
const AROUND: usize = 320;

/// Serialises a page into a buffer of sufficient capacity, since a growing one is copied each time.
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
        format,
        mentions,
    } = body;
    let new = NewMessage {
        content,
        client_id,
        reply_to,
        format,
        mentions,
        is_quoting: false,
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
    let EditBody {
        content,
        format,
        mentions,
    } = body;
    let edit = Edit {
        content,
        format,
        mentions,
    };
    Ok(Json(
        messages::edit(&ctx, &scope, room, number, edit).await?,
    ))
}

pub(super) async fn delete(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
) -> Result<impl IntoResponse, Problem> {
    messages::delete(&ctx, &scope, room, number).await?;
    let undo_until = messages::undo_until(&ctx, &scope, room, number).await?;
    let undo_until = undo_until.map(|until| [(UNDO_UNTIL, until.to_string())]);
    Ok((StatusCode::NO_CONTENT, undo_until, ()))
}

/// Gives a message back that was just deleted.
pub(super) async fn undo_delete(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
) -> Result<Json<Message>, Problem> {
    Ok(Json(
        messages::undo_delete(&ctx, &scope, room, number).await?,
    ))
}
