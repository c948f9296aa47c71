//! Sessions: thirty days from the last visit, renewed at most once a day.
//!
//! *Invariant:* a session that is known without asking the database is as it is there, but for one that is about to be
//! renewed twice.

use super::token::Token;
use crate::context::Context;
use crate::error::ServiceError;
use crate::invalidation::Source;
use crate::scope::{Person, SessionId};
use crate::store::ProvedSession;
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
    let moment = ctx.sessions.moment();
    let hash = token.hash();
    let sources = |proved: &ProvedSession| [Source::Person(proved.user.id)];
    let known = ctx.sessions.get(&hash, sources);
    let is_known = known.is_some();
    let found = match known {
        Some(proved) => Some(proved),
        None => ctx.store.session_by_token(hash.clone()).await?,
    };
    let Some(mut proved) = found.filter(|proved| proved.expires_at > now) else {
        return Ok(None);
    };
    let is_renewed = proved.expires_at.0 < now.0 + LIFE - DAY && renew(ctx, proved.id, now).await;
    if is_renewed {
        proved.expires_at = expiry(now);
    }
    if !is_known || is_renewed {
        ctx.sessions.put(moment, hash, proved.clone(), 1);
    }
    Ok(Some(Person {
        session: proved.id,
        role: proved.role,
        is_confined: proved.is_confined,
        user: proved.user,
    }))
}

/// Renews a session, of which nobody is told. False: it failed, which refuses nothing, and is tried again at the next
/// request.
async fn renew(ctx: &Context, id: SessionId, now: Timestamp) -> bool {
    let renewed = ctx.store.renew_session(id, expiry(now)).await;
    let is_renewed = renewed.is_ok();
    match renewed {
        // While nothing can be written, the writer says so once for all.
        Err(error) if !error.is_about_writing() => {
            tracing::warn!(session = id.0, %error, "a session was not renewed");
        }
        _ => {}
    }
    is_renewed
}
