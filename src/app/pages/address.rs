//! Rooms and messages as a page's address names them.
//!
//! *Invariant:* what is no id is told as "not found", by a page that leads back, like an id that
//! nothing has.

use super::answer;
use crate::site::Site;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::response::Response;
use parlour_protocol::{Number, RoomId, paths};
use parlour_server::ServiceError;

/// The `{slug}` of an address; only its number counts.
pub struct AtRoom(pub RoomId);

/// The `{slug}` and `{number}` of an address.
pub struct AtMessage(pub RoomId, pub Number);

impl FromRequestParts<Site> for AtRoom {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let room = part(parts, site, "slug").await;
        let room = room.and_then(|slug| paths::parse_slug(&slug));
        room.map(Self)
            .ok_or_else(|| answer(site, Err(ServiceError::RoomNotFound)))
    }
}

impl FromRequestParts<Site> for AtMessage {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let AtRoom(room) = AtRoom::from_request_parts(parts, site).await?;
        let number = part(parts, site, "number").await;
        let number = number.and_then(|number| paths::parse_number(&number));
        number
            .map(|number| Self(room, number))
            .ok_or_else(|| answer(site, Err(ServiceError::MessageNotFound)))
    }
}

/// `None` also for bytes that are no text.
async fn part(parts: &mut Parts, site: &Site, name: &str) -> Option<String> {
    let params = RawPathParams::from_request_parts(parts, site).await.ok()?;
    let (_, text) = params.iter().find(|(key, _)| *key == name)?;
    Some(text.to_owned())
}
