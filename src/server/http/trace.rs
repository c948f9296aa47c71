//! One span and one line per request, under an id that the answer carries.
//!
//! *Invariant:* the path is logged escaped; the query, headers and bodies are not logged at all.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tracing::Instrument;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longer ones, and ones of other characters, are replaced.
const ID_MAX: usize = 64;

/// Runs a request in its span.
pub(super) async fn trace(request: Request, next: Next) -> Response {
    let given = request
        .headers()
        .get(&REQUEST_ID)
        .filter(|id| is_plain(id))
        .cloned();
    let id = given.unwrap_or_else(new_id);
    let span = tracing::info_span!(
        "request",
        id = id.to_str().unwrap_or_default(),
        method = ?request.method(),
        path = ?request.uri().path(),
    );
    async {
        let start = Instant::now();
        let mut response = next.run(request).await;
        let status = response.status().as_u16();
        let elapsed = start.elapsed();
        tracing::info!(status, ?elapsed, "answered");
        response.headers_mut().insert(REQUEST_ID, id);
        response
    }
    .instrument(span)
    .await
}

fn is_plain(id: &HeaderValue) -> bool {
    let bytes = id.as_bytes();
    !bytes.is_empty()
        && bytes.len() <= ID_MAX
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

/// Unique across restarts, which is all it is for: nobody is let in by it.
fn new_id() -> HeaderValue {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let text = format!("{:x}-{count:x}", since.as_micros());
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("unknown"))
}
