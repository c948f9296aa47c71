//! The buttons that save a message for oneself, and let go of it.

use super::{Filled, MemberForm, see};
use crate::app::pages;
use crate::app::pages::address::InRoom;
use crate::site::Site;
use axum::extract::{Form, State};
use axum::response::Response;
use parlour_protocol::paths;
use parlour_server::http::AtMessage;
use parlour_server::messages;

/// `POST /rooms/{slug}/m/{number}/save`: saves a message.
pub async fn save(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    AtMessage(_, number): AtMessage,
) -> Response {
    let saved = messages::save(&site.ctx, &scope, room.id, number, true).await;
    pages::answer(&site, saved.map(|()| see(&paths::message(&room, number))))
}

/// `POST /rooms/{slug}/m/{number}/unsave`: lets go of it.
pub async fn unsave(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    AtMessage(_, number): AtMessage,
    form: Filled<MemberForm>,
) -> Response {
    let next = form.ok().and_then(|Form(filled)| filled.next);
    let next = next.unwrap_or_else(|| paths::message(&room, number));
    let saved = messages::save(&site.ctx, &scope, room.id, number, false).await;
    pages::answer(&site, saved.map(|()| see(paths::safe_next(&next))))
}
