//! How server functions and forms get to the contexts: who asks, and what is told of an error.

use super::Refused;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;
use parlour_protocol::{AppError, User};
use parlour_server::http::problem::retry_after;
use parlour_server::{Context, Scope, ServiceError, Token, accounts, http, telemetry};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A call of a server function. It is understood once its arguments could be read, which is when the
/// function begins; until then whatever fails is the caller's mistake.
#[derive(Clone, Debug, Default)]
pub struct Call(Arc<AtomicBool>);

impl Call {
    /// Whether the function began.
    pub fn was_understood(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Who calls the server function that runs now, and the contexts it may call.
pub async fn enter() -> Result<(Arc<Context>, Scope), Refused> {
    expect_context::<Call>().0.store(true, Ordering::Release);
    let ctx = expect_context::<Arc<Context>>();
    let mut parts = expect_context::<Parts>();
    let scope = Scope::from_request_parts(&mut parts, &ctx).await;
    let scope = scope.map_err(|problem| refused(problem.error().clone()))?;
    Ok((ctx, scope))
}

/// A context's answer as a server function's, with the HTTP status of its code.
pub fn answer<T>(result: Result<T, ServiceError>) -> Result<T, Refused> {
    result.map_err(|error| refused(telemetry::told(&error)))
}

fn refused(told: AppError) -> Refused {
    if let Some(response) = use_context::<ResponseOptions>() {
        let status = StatusCode::from_u16(told.code.status());
        response.set_status(status.unwrap_or(StatusCode::BAD_REQUEST));
        if let Some(wait) = retry_after(&told) {
            response.insert_header(header::RETRY_AFTER, wait);
        }
    }
    Refused::Said(told)
}

/// A new guest with its token, or a new name for who there is.
///
/// # Errors
/// The name breaks a rule or is taken; too many new guests from this address.
pub async fn give_name(
    ctx: &Context,
    scope: &Scope,
    username: &str,
) -> Result<(User, Option<Token>), ServiceError> {
    if scope.person.is_some() {
        return Ok((accounts::rename(ctx, scope, username).await?, None));
    }
    let (user, token) = accounts::create_guest(ctx, scope, username).await?;
    Ok((user, Some(token)))
}

/// Gives the browser that called this server function its session.
pub fn start_session(ctx: &Context, token: &Token) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(header::SET_COOKIE, session_cookie(ctx, token));
    }
}

/// The cookie that holds a session's token.
pub fn session_cookie(ctx: &Context, token: &Token) -> HeaderValue {
    http::session_cookie::set(&ctx.settings, token)
}
