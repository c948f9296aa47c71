//! People over REST: found by name, shown, blocked, and talked to alone.

use crate::http::Problem;
use crate::http::body::Json as JsonBody;
use crate::http::paths::AtPerson;
use crate::http::query::Wanted;
use crate::people::{self, Card};
use crate::{Context, Scope, rooms};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use parlour_protocol::{Availability, Room, ServerRole, User, UserId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct DirectBody {
    user_ids: Vec<UserId>,
}

/// What is shown of a person.
#[derive(Serialize)]
pub(super) struct CardBody {
    #[serde(flatten)]
    user: User,
    role: ServerRole,
    bio: String,
    utc_offset: Option<i64>,
    rooms: Vec<Room>,
    is_blocked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    availability: Option<Availability>,
}

impl From<Card> for CardBody {
    fn from(card: Card) -> Self {
        Self {
            user: card.user,
            role: card.role,
            bio: card.bio,
            utc_offset: card.utc_offset,
            rooms: card.rooms,
            is_blocked: card.is_blocked,
            availability: card.availability,
        }
    }
}

pub(super) async fn find(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    Wanted(wanted): Wanted,
) -> Result<Json<Vec<User>>, Problem> {
    Ok(Json(people::find(&ctx, &scope, &wanted).await?))
}

pub(super) async fn show(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtPerson(person): AtPerson,
) -> Result<Json<CardBody>, Problem> {
    Ok(Json(people::card(&ctx, &scope, person).await?.into()))
}

pub(super) async fn block(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtPerson(person): AtPerson,
) -> Result<StatusCode, Problem> {
    people::block(&ctx, &scope, person).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn unblock(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtPerson(person): AtPerson,
) -> Result<StatusCode, Problem> {
    people::unblock(&ctx, &scope, person).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The room of the person and some others, made unless there is one.
pub(super) async fn talk(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    JsonBody(body): JsonBody<DirectBody>,
) -> Result<impl IntoResponse, Problem> {
    let (room, is_new) = rooms::direct(&ctx, &scope, &body.user_ids).await?;
    let status = match is_new {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    let location = format!("/api/chat/rooms/{}", room.id);
    Ok((status, [(LOCATION, location)], Json(room)))
}
