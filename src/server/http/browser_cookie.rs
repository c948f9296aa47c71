//! The cookie by which a browser is known in which an account was signed in before.
//!
//! *Invariant:* it lets nobody in: all that it does is that others' wrong passwords do not count here. It outlives the
//! session.

use super::session_cookie::{MAX_AGE_SECONDS, find, is_https, value};
use crate::accounts::Token;
use crate::config::Settings;
use axum::http::{HeaderMap, HeaderValue};

const NAME: &str = "parlour_browser";
const HOST_NAME: &str = "__Host-parlour_browser";

fn name(settings: &Settings) -> &'static str {
    if is_https(settings) { HOST_NAME } else { NAME }
}

/// The `Set-Cookie` value that a browser is known by.
pub fn set(settings: &Settings, kept: &Token) -> HeaderValue {
    value(name(settings), kept.as_str(), MAX_AGE_SECONDS)
}

/// What a request's cookie says.
pub fn read<'h>(settings: &Settings, headers: &'h HeaderMap) -> Option<&'h str> {
    find(headers, name(settings))
}
