//! Sessions: thirty days from the last visit, renewed at most once a day.

use super::token::Token;
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::{Person, SessionId};
use parlour_protocol::Timestamp;

const DAY: i64 = 24 * 60 * 60 * 1_000;
/// How long a session lives after it was last renewed.
const LIFE: i64 = 30 * DAY;

/// When a session ends that begins, or is renewed, now.
pub(super) fn expiry(now: Timestamp) -> Timestamp {
    Timestamp(now.0 + LIFE)
}

/// The person whose session has this token; `None` if it is malformed, unknown or expired. A session in use is
/// renewed.
///
/// # Errors
/// The database failed.
pub async fn authenticate(ctx: &Context, token: &str) -> Result<Option<Person>, ServiceError> {
    let Some(token) = Token::read(token) else {
        return Ok(None);
    };
    let now = ctx.clock.now();
    let version = ctx.store.version();
    let hash = token.hash();
    let known = ctx.sessions.at(version, &hash);
    let found = match &known {
        Some(proved) => Some(proved.clone()),
        None => ctx.store.session_by_token(hash.clone()).await?,
    };
    let Some(proved) = found.filter(|proved| proved.expires_at > now) else {
        return Ok(None);
    };
    if known.is_none() {
        ctx.sessions.keep(version, hash, proved.clone(), 1);
    }
    if proved.expires_at.0 < now.0 + LIFE - DAY {
        renew(ctx, proved.id, now).await;
    }
    Ok(Some(Person {
        session: proved.id,
        role: proved.role,
        user: proved.user,
    }))
}

/// Renews a session. A renewal that fails is tried again at the next request, and refuses nothing.
async fn renew(ctx: &Context, id: SessionId, now: Timestamp) {
    match ctx.store.renew_session(id, expiry(now)).await {
        // While nothing can be written, the writer says so once for all.
        Err(error) if !error.is_about_writing() => {
            tracing::warn!(session = id.0, %error, "a session was not renewed");
        }
        _ => {}
    }
}
