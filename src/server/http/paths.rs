//! Ids in paths. What is no id is no room: it is told as "not found", like an id nobody has.

use super::Problem;
use crate::ServiceError;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use parlour_protocol::{Number, RoomId};
use std::convert::Infallible;

/// The `{room}` of a path.
pub(super) struct AtRoom(pub(super) RoomId);

/// The `{room}` of a path that is answered by no status: what is no id is a room nobody has.
pub(super) struct AtAnyRoom(pub(super) RoomId);

/// The `{room}` and `{number}` of a path.
pub(super) struct AtMessage(pub(super) RoomId, pub(super) Number);

impl<S: Send + Sync> FromRequestParts<S> for AtRoom {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let room = id(parts, state, "room").await;
        Ok(Self(RoomId(room.ok_or(ServiceError::RoomNotFound)?)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AtAnyRoom {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self(RoomId(id(parts, state, "room").await.unwrap_or(-1))))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AtMessage {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let AtRoom(room) = AtRoom::from_request_parts(parts, state).await?;
        let number = id(parts, state, "number").await;
        Ok(Self(room, number.ok_or(ServiceError::MessageNotFound)?))
    }
}

async fn id<S: Send + Sync>(parts: &mut Parts, state: &S, name: &str) -> Option<i64> {
    let params = RawPathParams::from_request_parts(parts, state).await.ok()?;
    let (_, text) = params.iter().find(|(key, _)| *key == name)?;
    text.parse().ok()
}
