//! Reactions over REST: reacting, taking that back, and who reacted.

use super::members::more;
use crate::http::Problem;
use crate::http::paths::AtReaction;
use crate::http::query::PeopleSlice;
use crate::messages;
use crate::rooms::PeoplePage;
use crate::{Context, Scope};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use parlour_protocol::paths;
use std::sync::Arc;

pub(super) async fn add(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtReaction(room, number, emoji): AtReaction,
) -> Result<StatusCode, Problem> {
    messages::react(&ctx, &scope, room, number, &emoji, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtReaction(room, number, emoji): AtReaction,
) -> Result<StatusCode, Problem> {
    messages::react(&ctx, &scope, room, number, &emoji, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who reacted with an emoji.
pub(super) async fn list(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtReaction(room, number, emoji): AtReaction,
    PeopleSlice { after, limit }: PeopleSlice,
) -> Result<impl IntoResponse, Problem> {
    let at = (room, number);
    let who = messages::who_reacted(&ctx, &scope, at, &emoji, after, limit).await?;
    let PeoplePage { people, next } = who;
    let list = format!("messages/{number}/reactions/{}", paths::encode(&emoji));
    Ok((more(room, &list, next, limit), Json(people)))
}
