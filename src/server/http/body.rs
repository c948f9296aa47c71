//! Bodies: small, and soon here; JSON ones of the right type and form too.
//!
//! Not tower-http's limits: its one of size answers while the client is still sending, which then finds its
//! connection reset instead of reading why; its one of time starts anew with every piece.
//!
//! *Invariant:* a body has a time for all of it, so that no request is waited for without end.

use super::Problem;
use crate::Context;
use crate::clock::{Clock, timeout};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use futures::StreamExt;
use parlour_protocol::ErrorCode;
use parlour_protocol::rules::FRAME_MAX;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;

/// How long all of a body may take.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes over the limit that are still read, so that the client is done sending and reads why.
const EXCESS: usize = 1024 * 1024;

/// A JSON body.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<Context>> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, ctx: &Arc<Context>) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let bytes = arrived(request.into_body(), FRAME_MAX, &*ctx.clock).await?;
        if !is_json {
            let sentence = "The body must be JSON, with Content-Type: application/json.";
            return Err(Problem::with_status(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                sentence,
            ));
        }
        // serde would read a list as a record whose fields have no names.
        let is_list = bytes.trim_ascii_start().starts_with(b"[");
        let sentence = match serde_json::from_slice(&bytes) {
            Ok(body) if !is_list => return Ok(Json(body)),
            Err(error) if !error.is_data() => "The body is not JSON.",
            _ => "The body is no JSON object, or a field is missing or of the wrong type.",
        };
        Err(Problem::new(ErrorCode::BadRequest, sentence))
    }
}

/// All of a body, if it has at most `max` bytes and is here within ten seconds of this clock.
///
/// # Errors
/// What it is refused with: 408, 413, or 400 for one that ends before its end.
pub async fn arrived(body: Body, max: usize, clock: &dyn Clock) -> Result<Bytes, Problem> {
    let arrived = timeout(clock, BODY_TIMEOUT, read(body, max)).await;
    arrived.unwrap_or_else(|| {
        let sentence = "The body did not arrive in time.";
        Err(Problem::with_status(StatusCode::REQUEST_TIMEOUT, sentence))
    })
}

async fn read(body: Body, max: usize) -> Result<Bytes, Problem> {
    let mut chunks = body.into_data_stream();
    let (mut bytes, mut read) = (Vec::new(), 0);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| {
            Problem::new(
                ErrorCode::BadRequest,
                "The body ended before it was complete.",
            )
        })?;
        read += chunk.len();
        if read <= max {
            bytes.extend_from_slice(&chunk);
        } else if read > max + EXCESS {
            break;
        }
    }
    if read > max {
        let sentence = format!("A body can have at most {max} bytes.");
        return Err(Problem::new(ErrorCode::TooLarge, sentence));
    }
    Ok(bytes.into())
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(value)) = headers.get(CONTENT_TYPE).map(|value| value.to_str()) else {
        return false;
    };
    let media_type = value.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}
