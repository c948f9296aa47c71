//! The room of a form's address.

use super::answer_in;
use super::shape::Shape;
use crate::site::Site;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use parlour_protocol::Room;
use parlour_server::http::AtRoom;
use parlour_server::{Scope, rooms};

/// Who asks, and the room of the address as they may see it. Without one the answer is a page that leads back.
pub struct InRoom(pub Scope, pub Room);

impl FromRequestParts<Site> for InRoom {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let scope = Scope::from_request_parts(parts, site).await;
        let scope = scope.map_err(IntoResponse::into_response)?;
        let Ok(AtRoom(room)) = AtRoom::from_request_parts(parts, site).await;
        match rooms::get(&site.ctx, &scope, room).await {
            Ok(room) => Ok(Self(scope, room)),
            Err(error) => Err(answer_in(site, Shape::of(parts), Err(error))),
        }
    }
}
