//! The buttons that pin a message, and unpin it.

use super::see;
use crate::app::pages;
use crate::app::pages::address::InRoom;
use crate::site::Site;
use axum::extract::State;
use axum::response::Response;
use parlour_protocol::paths;
use parlour_server::http::AtMessage;
use parlour_server::messages;

/// `POST /rooms/{slug}/m/{number}/pin`: pins a message for everybody in the room.
pub async fn pin(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    AtMessage(_, number): AtMessage,
) -> Response {
    let pinned = messages::pin(&site.ctx, &scope, room.id, number, true).await;
    pages::answer(&site, pinned.map(|_| see(&paths::message(&room, number))))
}

/// `POST /rooms/{slug}/m/{number}/unpin`: unpins it.
pub async fn unpin(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    AtMessage(_, number): AtMessage,
) -> Response {
    let unpinned = messages::pin(&site.ctx, &scope, room.id, number, false).await;
    pages::answer(&site, unpinned.map(|_| see(&paths::pins(&room))))
}
