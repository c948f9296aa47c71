//! Who comes, and who is there.

use crate::http::Problem;
use crate::http::body::Json as JsonBody;
use crate::http::paths::AtRoom;
use crate::{Context, Scope, accounts, rooms};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use parlour_protocol::{NewGuest, Roster};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct NewGuestBody {
    username: String,
}

pub(super) async fn create_guest(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    JsonBody(body): JsonBody<NewGuestBody>,
) -> Result<impl IntoResponse, Problem> {
    let (user, token) = accounts::create_guest(&ctx, &scope, &body.username).await?;
    let token = token.as_str().to_owned();
    Ok((StatusCode::CREATED, Json(NewGuest { user, token })))
}

/// Who is there; `users` has the names alone.
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

/// Whether a socket from this address would be taken: a page's script cannot see why one was not.
pub(super) async fn connection(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
) -> Result<StatusCode, Problem> {
    ctx.limits.could_socket(scope.address)?;
    Ok(StatusCode::NO_CONTENT)
}
