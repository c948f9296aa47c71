//! Ids in paths, as REST, the sockets and the pages name rooms and messages.
//!
//! *Invariant:* a text that is no id is read as an id that nothing has, so the lookup answers "not found" in the form
//! of its door: a status, a page, a close code.

use crate::SessionId;
use axum::extract::{FromRequestParts, Path, RawPathParams};
use axum::http::request::Parts;
use parlour_protocol::{Number, RoomId, Seq, UserId, paths};
use std::collections::HashMap;
use std::convert::Infallible;

/// No row has it: ids and numbers begin at one.
const NO_ID: i64 = 0;

/// The `{room}` of a path, which is an id, or its `{slug}`, of which only the number counts.
pub struct AtRoom(pub RoomId);

/// The `{person}` of a path.
pub struct AtPerson(pub UserId);

/// A room, and the `{person}` in it.
pub struct AtMember(pub RoomId, pub UserId);

/// A room, and the `{number}` of a message in it.
pub struct AtMessage(pub RoomId, pub Number);

/// A room, the `{number}` of a message in it, and the `{emoji}` of a reaction: "", which is none, for what is no text.
pub struct AtReaction(pub RoomId, pub Number, pub String);

/// A room, the `{number}` of a message in it, and the `{seq}` of an earlier version of that.
pub struct AtRevision(pub RoomId, pub Number, pub Seq);

/// The `{session}` of a path.
pub struct AtSession(pub SessionId);

impl<S: Send + Sync> FromRequestParts<S> for AtSession {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let session = read(parts, state, |name, text| match name {
            "session" => text.parse().ok(),
            _ => None,
        });
        Ok(Self(SessionId(session.await.unwrap_or(NO_ID))))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AtPerson {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let person = read(parts, state, |name, text| match name {
            "person" => paths::parse_person(text),
            _ => None,
        });
        Ok(Self(person.await.unwrap_or(UserId(NO_ID))))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AtRoom {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let room = read(parts, state, |name, text| match name {
            "room" => paths::parse_room_id(text),
            "slug" => paths::parse_slug(text),
            _ => None,
        });
        Ok(Self(room.await.unwrap_or(RoomId(NO_ID))))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AtMember {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let AtRoom(room) = AtRoom::from_request_parts(parts, state).await?;
        let AtPerson(person) = AtPerson::from_request_parts(parts, state).await?;
        Ok(Self(room, person))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AtMessage {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let AtRoom(room) = AtRoom::from_request_parts(parts, state).await?;
        let number = read(parts, state, |name, text| match name {
            "number" => paths::parse_number(text),
            _ => None,
        });
        Ok(Self(room, number.await.unwrap_or(Number(NO_ID))))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AtReaction {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let AtMessage(room, number) = AtMessage::from_request_parts(parts, state).await?;
        let named = Path::<HashMap<String, String>>::from_request_parts(parts, state).await;
        let emoji = named.ok().and_then(|Path(mut named)| named.remove("emoji"));
        let emoji = emoji.unwrap_or_default();
        Ok(Self(room, number, emoji))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AtRevision {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let AtMessage(room, number) = AtMessage::from_request_parts(parts, state).await?;
        let seq = read(parts, state, |name, text| match name {
            "seq" => text.parse().ok().map(Seq),
            _ => None,
        });
        Ok(Self(room, number, seq.await.unwrap_or(Seq(NO_ID))))
    }
}

/// The first parameter that can be read; none also where the path holds bytes that are no text.
async fn read<S: Send + Sync, T>(
    parts: &mut Parts,
    state: &S,
    id: impl Fn(&str, &str) -> Option<T>,
) -> Option<T> {
    let params = RawPathParams::from_request_parts(parts, state).await.ok()?;
    params.iter().find_map(|(name, text)| id(name, text))
}
