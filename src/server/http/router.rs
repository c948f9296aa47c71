//! The routes of the API, and the layers around the whole site.

use super::compressed::{counted, in_its_share, is_compressed};
use super::host::host;
use super::refusal::Refusals;
use super::same_origin::same_origin;
use super::security_headers::security_headers;
use super::session_cookie::renamed;
use super::slash::slash;
use super::trace::trace;
use super::{Problem, rest, socket};
use crate::Context;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Extension, Router};
use parlour_protocol::ErrorCode;
use std::any::Any;
use std::sync::Arc;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};

/// The level of Brotli: a page with fifty messages is a twelfth smaller than at the library's 4, and takes a fifth of
/// a millisecond longer. For gzip it is the usual level.
const QUALITY: CompressionLevel = CompressionLevel::Precise(6);

/// Whether the pages' own files are complete, for `/readyz`.
pub type IsWhole = Arc<dyn Fn() -> bool + Send + Sync>;

/// REST, both sockets and health, without layers: [`layered`] wraps them together with the rest of
/// the site. `/readyz` answers "not ready" while `is_whole` is false.
pub fn api_router(ctx: Arc<Context>, is_whole: IsWhole) -> Router {
    Router::new()
        .nest("/api/chat", rest::router(&ctx.settings.server))
        .route("/api", any(async || Problem::not_found()))
        .route("/api/{*rest}", any(async || Problem::not_found()))
        .route("/ws", get(socket::many))
        .route("/ws/chat/{room}", get(socket::one))
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(readyz).layer(Extension(is_whole)))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .with_state(ctx)
}

/// Wraps the site in the layers that every request passes once: request id and log, security headers, panics, the
/// host check, the same-origin guard against CSRF, compression. `show` renders their refusals for people.
pub fn layered(
    router: Router,
    ctx: &Arc<Context>,
    show: impl Fn(Problem) -> Response + Send + Sync + 'static,
) -> Router {
    let refusals = Refusals {
        ctx: Arc::clone(ctx),
        show: Arc::new(show),
    };
    // The last one is the outermost.
    router
        .layer(from_fn_with_state(Arc::clone(ctx), counted))
        .layer(
            CompressionLayer::new()
                .quality(QUALITY)
                .compress_when(DefaultPredicate::new().and(is_compressed)),
        )
        .layer(from_fn_with_state(Arc::clone(ctx), in_its_share))
        .layer(from_fn(slash))
        .layer(from_fn_with_state(Arc::clone(ctx), renamed))
        .layer(from_fn_with_state(refusals.clone(), same_origin))
        .layer(from_fn_with_state(refusals, host))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::clone(ctx), security_headers))
        .layer(from_fn_with_state(Arc::clone(ctx), trace))
}

async fn readyz(
    State(ctx): State<Arc<Context>>,
    Extension(is_whole): Extension<IsWhole>,
) -> Response {
    if is_whole() && ctx.is_ready().await {
        "ok".into_response()
    } else {
        let soon = [(RETRY_AFTER, "1")];
        (StatusCode::SERVICE_UNAVAILABLE, soon, "not ready").into_response()
    }
}

fn panicked(_panic: Box<dyn Any + Send>) -> Response {
    // The panic hook has logged where; its payload may hold a message's text.
    tracing::error!("a handler panicked");
    Problem::new(ErrorCode::Internal, "Something failed on the server.").into_response()
}
