//! The cookie by which a browser keeps how it wants pages to look.
//!
//! *Invariant:* it says nothing else of anybody.

use super::session_cookie::{MAX_AGE_SECONDS, find, is_https, value};
use crate::config::Settings;
use axum::http::{HeaderMap, HeaderValue};

const NAME: &str = "parlour_look";

/// The `Set-Cookie` value that keeps a look, by its name of letters and hyphens.
pub fn set(settings: &Settings, look: &str) -> HeaderValue {
    let kept = value(NAME, look, MAX_AGE_SECONDS);
    match (is_https(settings), kept.to_str()) {
        (true, Ok(kept)) => {
            HeaderValue::try_from(format!("{kept}; Secure")).unwrap_or(value(NAME, "", 0))
        }
        _ => kept,
    }
}

/// What a request's cookie says.
pub fn read(headers: &HeaderMap) -> Option<&str> {
    find(headers, NAME)
}
