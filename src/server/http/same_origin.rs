//! Only our own pages, and programs, change anything: the guard of every unsafe request, forms and
//! server functions included.

use super::origin::{self, Origin};
use super::scope::{Bearer, bearer};
use super::{Problem, session_cookie};
use crate::Context;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use parlour_protocol::ErrorCode;
use std::sync::Arc;

/// Refuses unsafe requests that another site had a browser make.
pub async fn same_origin(
    State(ctx): State<Arc<Context>>,
    request: Request,
    next: Next,
) -> Response {
    if is_safe(request.method()) || is_ours(&ctx, request.headers()) {
        return next.run(request).await;
    }
    tracing::warn!(
        origin = ?request.headers().get(axum::http::header::ORIGIN),
        path = ?request.uri().path(),
        "request of another site refused"
    );
    Problem::new(
        ErrorCode::Forbidden,
        "This can only be done from Parlour's own pages.",
    )
    .into_response()
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn is_ours(ctx: &Context, headers: &HeaderMap) -> bool {
    // No browser sends this by itself, so who does knows the token.
    if bearer(headers) != Bearer::Absent {
        return true;
    }
    let site = headers.get("sec-fetch-site").map(|value| value.as_bytes());
    if site.is_some_and(|site| site != b"same-origin" && site != b"none") {
        return false;
    }
    match origin::of(&ctx.settings, headers) {
        Origin::Ours => true,
        Origin::Foreign => false,
        Origin::Absent => site.is_some() || session_cookie::read(&ctx.settings, headers).is_none(),
    }
}
