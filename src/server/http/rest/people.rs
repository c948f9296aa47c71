//! People over REST: guests, names, who is in a room, and whether a socket may be opened.

use crate::http::Problem;
use crate::http::body::Json as JsonBody;
use crate::http::paths::AtRoom;
use crate::http::session_cookie;
use crate::{Context, Scope, accounts, rooms};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::IntoResponse;
use parlour_protocol::calls::NameBody;
use parlour_protocol::{NewSession, Roster};
use serde::Serialize;
use std::sync::Arc;

pub(super) async fn create_guest(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    JsonBody(body): JsonBody<NameBody>,
) -> Result<impl IntoResponse, Problem> {
    let (user, token) = accounts::create_guest(&ctx, &scope, &body.username).await?;
    let token = token.as_str().to_owned();
    Ok((StatusCode::CREATED, Json(NewSession { user, token })))
}

/// Gives the browser's person a name, or makes them a guest with a session cookie.
pub(super) async fn give_name(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    JsonBody(body): JsonBody<NameBody>,
) -> Result<impl IntoResponse, Problem> {
    let (user, token) = accounts::give_name(&ctx, &scope, &body.username).await?;
    let cookie = token.map(|token| [(SET_COOKIE, session_cookie::set(&ctx.settings, &token))]);
    Ok((cookie, Json(user)))
}

/// The people in a room; `users` has their names alone.
#[derive(Serialize)]
pub(super) struct Here {
    users: Vec<String>,
    #[serde(flatten)]
    roster: Roster,
}

pub(super) async fn here(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
) -> Result<Json<Here>, Problem> {
    rooms::get(&ctx, &scope, room).await?;
    let roster = ctx.hub.roster(room);
    let users = roster.names();
    Ok(Json(Here { users, roster }))
}

/// Whether a socket from this address would be accepted, since a script cannot see why its handshake was refused.
pub(super) async fn connection(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
) -> Result<StatusCode, Problem> {
    ctx.limits.could_socket(scope.address)?;
    Ok(StatusCode::NO_CONTENT)
}
