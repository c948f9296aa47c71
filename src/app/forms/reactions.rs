//! The form below a message, whose buttons react to it or take that back, and those of what emoji are chosen from.

use super::{Filled, see, unreadable};
use crate::app::pages::address::InRoom;
use crate::app::pages::{self, Shape};
use crate::site::Site;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use parlour_protocol::paths;
use parlour_server::ServiceError;
use parlour_server::http::{AtMessage, emoji_cookie};
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

/// `POST /rooms/{slug}/m/{number}/react`: reacts to a message, or takes that back. The browser keeps what it was.
pub async fn react(
    State(site): State<Site>,
    shape: Shape,
    headers: HeaderMap,
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
    let reacted = reacted.map(|_| {
        let done = done(shape, &paths::message(&room, number));
        match on {
            true => kept(&site, &headers, &emoji, done),
            false => done,
        }
    });
    pages::answer_in(&site, shape, reacted)
}

/// An emoji was put into a text.
#[derive(Debug, Deserialize)]
pub struct EmojiForm {
    emoji: String,
}

/// `POST /emoji`: the browser keeps that it was taken.
pub async fn take_emoji(
    State(site): State<Site>,
    shape: Shape,
    headers: HeaderMap,
    form: Filled<EmojiForm>,
) -> Response {
    let Ok(Form(EmojiForm { emoji })) = form else {
        return unreadable(&site);
    };
    let taken = match parlour_server::emoji::is_one(&emoji) {
        true => Ok(kept(&site, &headers, &emoji, done(shape, paths::EMOJI))),
        false => Err(ServiceError::Unfit {
            field: "emoji",
            sentence: "This is no emoji, and no short name of one.",
        }),
    };
    pages::answer_in(&site, shape, taken)
}

/// In a panel there is nothing more to see.
fn done(shape: Shape, page: &str) -> Response {
    match shape {
        Shape::Page => see(page),
        Shape::Panel => StatusCode::NO_CONTENT.into_response(),
    }
}

fn kept(site: &Site, headers: &HeaderMap, emoji: &str, mut response: Response) -> Response {
    let cookie = emoji_cookie::set(&site.ctx.settings, headers, emoji);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}
