//! Where somebody was last: the room that their browser's cookie names, for who comes from outside of the site.
//!
//! *Invariant:* what the cookie names is no more than a wish; who may see the room is asked of the contexts.

use super::{origin, session_cookie};
use crate::Context;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use parlour_protocol::{RoomId, last_room};
use std::convert::Infallible;
use std::sync::Arc;

/// The room in which somebody was last who comes from outside of the site: who typed its address, has it among their
/// bookmarks or on their desktop, or follows a link of another site's.
pub struct LastRoom(pub Option<RoomId>);

impl<S> FromRequestParts<S> for LastRoom
where
    S: Sync,
    Arc<Context>: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let ctx = Arc::<Context>::from_ref(state);
        let settings = &ctx.settings.server;
        let is_outside = origin::is_from_outside(settings, &parts.headers, &parts.extensions);
        Ok(Self(named(&parts.headers).filter(|_| is_outside)))
    }
}

/// Has the browser that is answered keep that this room was open last, unless it says that it does. A page that its
/// service worker fetches is not open.
pub fn keep(asked: &HeaderMap, room: RoomId, response: &mut Response) {
    let mode = asked.get("sec-fetch-mode");
    let is_open = mode.is_none_or(|mode| mode == "navigate");
    if is_open
        && named(asked) != Some(room)
        && let Ok(cookie) = HeaderValue::from_str(&last_room::cookie(room))
    {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

fn named(headers: &HeaderMap) -> Option<RoomId> {
    session_cookie::find(headers, last_room::NAME).and_then(last_room::parse)
}
