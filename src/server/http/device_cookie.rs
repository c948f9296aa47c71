//! The cookie by which a device is known that opened a link to be signed in, until it is.
//!
//! *Invariant:* it lets nobody in alone: the first device decides. It lasts no longer than the link.

use super::session_cookie::{find, is_https, value};
use crate::accounts::Token;
use crate::config::Settings;
use axum::http::{HeaderMap, HeaderValue};

const NAME: &str = "parlour_device";
const HOST_NAME: &str = "__Host-parlour_device";
/// How long a link holds.
const MAX_AGE_SECONDS: u32 = 120;

fn name(settings: &Settings) -> &'static str {
    if is_https(settings) { HOST_NAME } else { NAME }
}

/// The `Set-Cookie` value that a device is known by.
pub fn set(settings: &Settings, kept: &Token) -> HeaderValue {
    value(name(settings), kept.as_str(), MAX_AGE_SECONDS)
}

/// The `Set-Cookie` value that ends it.
pub fn end(settings: &Settings) -> HeaderValue {
    value(name(settings), "", 0)
}

/// What a request's cookie says.
pub fn read<'h>(settings: &Settings, headers: &'h HeaderMap) -> Option<&'h str> {
    find(headers, name(settings))
}
