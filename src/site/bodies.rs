//! The bodies of forms, read before anything looks at them.
//!
//! *Invariant:* no handler of the site waits for the network.

use super::Site;
use crate::app::pages;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use parlour_protocol::{AppError, ErrorCode};
use parlour_server::http::body::arrived;

/// Bytes in a form's body: the longest message, four bytes a character, each as `%XX`, and its fields.
const FORM_MAX: usize = 128 * 1024;

/// Lets a request in once its body is here; what is too large or too late is refused as a page.
pub(super) async fn first(State(site): State<Site>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match arrived(body, FORM_MAX, &*site.ctx.clock).await {
        Ok(bytes) => {
            next.run(Request::from_parts(parts, Body::from(bytes)))
                .await
        }
        Err(problem) => {
            let status = problem.status();
            if status == StatusCode::PAYLOAD_TOO_LARGE {
                let error = AppError::new(ErrorCode::TooLarge, "That is far too much text.");
                pages::refusal(&site, status, &error)
            } else {
                pages::refusal(&site, status, problem.error())
            }
        }
    }
}
