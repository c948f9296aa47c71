//! Sessions: thirty days from the last visit, renewed at most once a day; an account's for a year at most.
//!
//! *Invariant:* a session that is known without asking the database is as it is there, but for one that is about to be
//! renewed twice.

use super::device;
use super::token::Token;
use crate::context::Context;
use crate::error::ServiceError;
use crate::invalidation::Source;
use crate::scope::{Person, Scope, SessionId};
use crate::store::{Ending, OwnSession, ProvedSession, SessionDraft};
use parlour_protocol::{Guests, MS_PER_DAY, ServerRole, Timestamp, UserKind};

/// How long a session lives after it was last renewed.
const LIFE: i64 = 30 * MS_PER_DAY;
/// How long an account's session lives at most. One from before this was decided counts from its next renewal.
const LONGEST: i64 = 365 * MS_PER_DAY;

/// When a session ends that begins, or is renewed, now.
pub(super) fn expiry(now: Timestamp) -> Timestamp {
    Timestamp(now.0 + LIFE)
}

/// Until when a session is renewed: people's accounts prove themselves once a year, guests and programs cannot.
fn lasts_until(proved: &ProvedSession, now: Timestamp) -> Option<Timestamp> {
    let is_members = proved.user.kind == UserKind::Member;
    is_members.then(|| proved.lasts_until.unwrap_or(Timestamp(now.0 + LONGEST)))
}

/// A session of an account that begins now, from this device.
pub(super) fn begun(ctx: &Context, scope: &Scope, device: &str) -> (Token, SessionDraft) {
    let token = Token::draw(&*ctx.random);
    let now = ctx.clock.now();
    let draft = SessionDraft {
        token_hash: token.hash(),
        now,
        expires_at: expiry(now),
        lasts_until: Some(Timestamp(now.0 + LONGEST)),
        device: device.to_owned(),
        network: device::network(scope.address),
    };
    (token, draft)
}

/// The person's own sessions, the newest first.
///
/// # Errors
/// [`ServiceError::SignInRequired`], or the database failed.
pub async fn own_sessions(ctx: &Context, scope: &Scope) -> Result<Vec<OwnSession>, ServiceError> {
    let person = scope.require_person()?;
    ctx.store.sessions_of(person.user.id, ctx.clock.now()).await
}

/// Ends a session of the person's own; its sockets are closed.
///
/// # Errors
/// [`ServiceError::NotFound`] for one that is none of theirs, or the database failed.
pub async fn end_own_session(
    ctx: &Context,
    scope: &Scope,
    session: SessionId,
) -> Result<(), ServiceError> {
    let user = scope.require_person()?.user.id;
    let ended = ctx.store.end_sessions(user, Ending::One(session), false);
    match ended.await? {
        0 => Err(ServiceError::NotFound),
        _ => Ok(()),
    }
}

/// Ends the session of the request.
///
/// # Errors
/// [`ServiceError::SignInRequired`], or the database failed.
pub async fn sign_out(ctx: &Context, scope: &Scope) -> Result<(), ServiceError> {
    let person = scope.require_person()?;
    let one = Ending::One(person.session);
    let ended = ctx.store.end_sessions(person.user.id, one, false);
    ended.await.map(drop)
}

/// The person whose session has this token; `None` if it is malformed, unknown or expired. A session
/// that is in use is renewed.
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
    let lasts_until = lasts_until(&proved, now);
    let ends = lasts_until.map_or(expiry(now), |last| last.min(expiry(now)));
    let is_renewed = proved.expires_at.0 < ends.0 - MS_PER_DAY
        && renew(ctx, proved.id, now, ends, lasts_until).await;
    if is_renewed {
        (proved.expires_at, proved.lasts_until) = (ends, lasts_until);
    }
    if !is_known || is_renewed {
        ctx.sessions.put(moment, hash, proved.clone(), 1);
    }
    // In a house that is closed to guests they see what they are in.
    let is_closed = || ctx.in_force.now().house.guests == Guests::No;
    let is_guest = proved.role == ServerRole::Guest;
    Ok(Some(Person {
        session: proved.id,
        role: proved.role,
        is_confined: proved.is_confined || is_guest && is_closed(),
        was: proved.was,
        user: proved.user,
    }))
}

/// Renews a session, of which nobody is told. False: it failed, which refuses nothing, and is tried again
/// at the next request.
async fn renew(
    ctx: &Context,
    id: SessionId,
    now: Timestamp,
    ends: Timestamp,
    lasts_until: Option<Timestamp>,
) -> bool {
    let renewed = ctx.store.renew_session(id, now, ends, lasts_until).await;
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
