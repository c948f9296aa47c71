//! JSON bodies: of the right type, small, soon here, and of the right form.

use super::Problem;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use futures::StreamExt;
use parlour_protocol::ErrorCode;
use parlour_protocol::rules::FRAME_MAX;
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::time::timeout;

/// A body that takes longer is not worth waiting for.
const SOON: Duration = Duration::from_secs(10);
/// Bytes over the limit that are still read, so that the client is done sending and reads why.
const EXCESS: usize = 1024 * 1024;

/// A JSON body.
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let read = timeout(SOON, read(request.into_body())).await;
        let bytes = read.unwrap_or_else(|_| {
            let sentence = "The body did not arrive in time.";
            Err(Problem::with_status(StatusCode::REQUEST_TIMEOUT, sentence))
        })?;
        if !is_json {
            let sentence = "The body must be JSON, with Content-Type: application/json.";
            return Err(Problem::with_status(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                sentence,
            ));
        }
        serde_json::from_slice(&bytes).map(Json).map_err(|error| {
            let sentence = if error.is_data() {
                "The body is JSON, but a field is missing or of the wrong type."
            } else {
                "The body is not JSON."
            };
            Problem::new(ErrorCode::BadRequest, sentence)
        })
    }
}

async fn read(body: Body) -> Result<Vec<u8>, Problem> {
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
        if read <= FRAME_MAX {
            bytes.extend_from_slice(&chunk);
        } else if read > FRAME_MAX + EXCESS {
            break;
        }
    }
    if read > FRAME_MAX {
        let sentence = format!("A body can have at most {FRAME_MAX} bytes.");
        return Err(Problem::new(ErrorCode::TooLarge, sentence));
    }
    Ok(bytes)
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(value)) = headers.get(CONTENT_TYPE).map(|value| value.to_str()) else {
        return false;
    };
    let media_type = value.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}
