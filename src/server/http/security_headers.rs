//! Headers that every answer has, but for the one that a socket begins with. A handler's own value stays.
//!
//! One layer for all of them. With tower-http's it would be one around every request for each header, each asking
//! again what the answer is.
//!
//! *Invariant:* whatever a browser could make a document of, pictures and errors too, has all of them.

use crate::Context;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// For answers that are no page: nothing may load, run or frame them.
const NOTHING: &str =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const ALWAYS: [(HeaderName, &str); 3] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (CACHE_CONTROL, "no-store"),
];

/// What speaks of documents only.
const OF_DOCUMENTS: [(HeaderName, &str); 4] = [
    (REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (X_FRAME_OPTIONS, "DENY"),
    (CONTENT_SECURITY_POLICY, NOTHING),
];

/// What is a part of a page and never a page: opened by itself it is plain text or a download, since
/// nobody may guess at it. Three of a first visit's seven answers are: a fifth of a kilobyte less for each.
const PARTS: [&str; 4] = [
    "text/css",
    "text/javascript",
    "application/wasm",
    "application/manifest+json",
];

/// Adds what is missing.
pub async fn security_headers(
    State(ctx): State<Arc<Context>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    // What follows are a socket's frames: nothing that a browser shows, runs or keeps.
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return response;
    }
    let headers = response.headers_mut();
    add(headers, ALWAYS);
    if !is_part(headers) {
        add(headers, OF_DOCUMENTS);
    }
    if ctx.settings.server.public_url.starts_with("https://") {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.entry(STRICT_TRANSPORT_SECURITY).or_insert(year);
    }
    response
}

fn add<const N: usize>(headers: &mut HeaderMap, missing: [(HeaderName, &'static str); N]) {
    for (name, value) in missing {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}

fn is_part(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE);
    kind.is_some_and(|kind| PARTS.iter().any(|part| kind == part))
}
