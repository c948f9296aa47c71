//! The cookie by which a browser keeps which emoji were taken in it last, and of which skin tone.
//!
//! *Invariant:* it says nothing else of anybody.

use super::session_cookie::{MAX_AGE_SECONDS, find, is_https, value};
use crate::config::Settings;
use crate::emoji::Kept;
use axum::http::{HeaderMap, HeaderValue};

const NAME: &str = "parlour_emoji";

/// The `Set-Cookie` value after this emoji was taken, in a browser that sent these headers.
pub fn set(settings: &Settings, headers: &HeaderMap, emoji: &str) -> HeaderValue {
    let mut kept = read(headers);
    kept.take(emoji);
    let cookie = value(NAME, &kept.text(), MAX_AGE_SECONDS);
    match (is_https(settings), cookie.to_str()) {
        (true, Ok(text)) => HeaderValue::try_from(format!("{text}; Secure")).unwrap_or(cookie),
        _ => cookie,
    }
}

/// What a request's cookie says.
pub fn read(headers: &HeaderMap) -> Kept {
    find(headers, NAME).map_or_else(Kept::default, Kept::read)
}
