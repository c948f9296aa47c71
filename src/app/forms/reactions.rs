//! The form below a message, whose buttons react to it or take that back.

use super::{Filled, see, unreadable};
use crate::app::pages;
use crate::app::pages::address::InRoom;
use crate::site::Site;
use axum::extract::{Form, State};
use axum::response::Response;
use parlour_protocol::paths;
use parlour_server::http::AtMessage;
use parlour_server::messages;
use serde::Deserialize;

/// One of its buttons was pressed.
#[derive(Debug, Deserialize)]
pub struct ReactForm {
    /// The emoji to react with.
    emoji: Option<String>,
    /// The emoji of which the reaction is to be taken back.
    off: Option<String>,
}

/// `POST /rooms/{slug}/m/{number}/react`: reacts to a message, or takes that back.
pub async fn react(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    AtMessage(_, number): AtMessage,
    form: Filled<ReactForm>,
) -> Response {
    let (emoji, on) = match form {
        Ok(Form(ReactForm { off: Some(off), .. })) => (off, false),
        Ok(Form(ReactForm { emoji, .. })) => (emoji.unwrap_or_default(), true),
        Err(_) => return unreadable(&site),
    };
    let reacted = messages::react(&site.ctx, &scope, room.id, number, &emoji, on).await;
    pages::answer(&site, reacted.map(|_| see(&paths::message(&room, number))))
}
