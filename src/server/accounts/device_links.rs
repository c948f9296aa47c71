//! A second device: a link, made on one device, signs in another as the same person, guest or member.
//!
//! Who opens it first is the one that is asked about on the first device, which lets it in or not; both show a number,
//! by which one sees that it is that device.
//! *Invariant:* a link holds for two minutes, leads in once, and only who opened it, in a session that is drawn then. A
//! code that is none, was opened elsewhere, is over or was taken back is answered alike, and costs its address one of few
//! tries.

use super::device::network;
use super::sessions;
use super::token::Token;
use crate::code::Code;
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::{Scope, SessionId};
use crate::store::{DeviceLink, DeviceLinkDraft, LinkState, LinkStep, Opener};
use parlour_protocol::{Timestamp, User, UserKind};

/// For how long a link holds, in milliseconds.
const LIFE: i64 = 2 * 60 * 1_000;
/// One more than the highest number that both devices show.
const NUMBERS: u32 = 1_000;

/// What a link is to the device that it was made on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnLink {
    /// Nobody has opened it.
    Waiting,
    /// Somebody has opened it.
    Opened {
        /// Their device, in words; empty where it is not known.
        device: String,
        /// Their network; empty where it is not known.
        network: String,
        /// The number that they are shown.
        number: String,
    },
    /// Who opened it was let in.
    Confirmed,
}

/// What a link is to another device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfferedLink {
    /// It may open it.
    New,
    /// It has opened it, and waits for the first device, which shows this number, too.
    Waiting(String),
    /// It was let in.
    Confirmed,
}

/// Makes a link by which another device becomes the person's own, in the place of the one before.
///
/// # Errors
/// [`ServiceError::SignInRequired`]; [`ServiceError::Forbidden`] for a program; [`ServiceError::RateLimited`].
pub async fn make_device_link(ctx: &Context, scope: &Scope) -> Result<Code, ServiceError> {
    let person = scope.require_person()?;
    if person.user.kind == UserKind::Bot {
        return Err(ServiceError::Forbidden);
    }
    ctx.limits.message(person.user.id, scope.address)?;
    let code = Code::draw(&*ctx.random);
    let now = ctx.clock.now();
    let draft = DeviceLinkDraft {
        code_hash: code.hash(),
        user: person.user.id,
        session: person.session,
        expires_at: Timestamp(now.0 + LIFE),
        now,
    };
    ctx.store.make_device_link(draft).await?;
    Ok(code)
}

/// What has become of a link, for the session in which it was made.
///
/// # Errors
/// [`ServiceError::SignInRequired`]; [`ServiceError::LinkNotFound`], also for other sessions; or
/// [`ServiceError::RateLimited`] after too many codes that were none.
pub async fn own_device_link(
    ctx: &Context,
    scope: &Scope,
    code: &str,
) -> Result<OwnLink, ServiceError> {
    let session = scope.require_person()?.session;
    let code = tried(ctx, scope, code)?;
    let found = ctx.store.device_link(code.hash(), ctx.clock.now()).await;
    let found = found.and_then(|link| is_of(&link, session).map(|()| link));
    Ok(match right(ctx, scope, found)?.state {
        LinkState::New => OwnLink::Waiting,
        LinkState::Confirmed(_) => OwnLink::Confirmed,
        LinkState::Opened(opener) => OwnLink::Opened {
            number: number(&opener.hash),
            device: opener.device,
            network: opener.network,
        },
    })
}

/// Lets in who opened a link, or takes it back, in the session in which it was made.
///
/// # Errors
/// As [`own_device_link`]; [`ServiceError::LinkNotFound`] where there is nobody to let in, too.
pub async fn decide_device_link(
    ctx: &Context,
    scope: &Scope,
    code: &str,
    is_let_in: bool,
) -> Result<(), ServiceError> {
    let session = scope.require_person()?.session;
    let code = tried(ctx, scope, code)?;
    let step = match is_let_in {
        true => LinkStep::Confirm,
        false => LinkStep::TakeBack,
    };
    let decide = move |link: &DeviceLink| {
        is_of(link, session)?;
        let is_opened = matches!(link.state, LinkState::Opened(_));
        let may = !is_let_in || is_opened;
        may.then_some(()).ok_or(ServiceError::LinkNotFound)
    };
    let now = ctx.clock.now();
    let stepped = ctx.store.step_device_link(code.hash(), now, step, decide);
    right(ctx, scope, stepped.await)
}

/// Whose a link is, and what it is to this device, which keeps `opener` if it opened it. Changes nothing.
///
/// # Errors
/// [`ServiceError::LinkNotFound`], also once another device has opened it; or [`ServiceError::RateLimited`] after too
/// many codes that were none.
pub async fn look_at_device_link(
    ctx: &Context,
    scope: &Scope,
    code: &str,
    opener: Option<&str>,
) -> Result<(User, OfferedLink), ServiceError> {
    let code = tried(ctx, scope, code)?;
    let found = ctx.store.device_link(code.hash(), ctx.clock.now()).await;
    let opener = opener.and_then(Token::read).map(|kept| kept.hash());
    let offered = found.and_then(|link| {
        let is_it = |by: &Opener| opener.as_deref() == Some(&*by.hash);
        let offered = match &link.state {
            LinkState::New => OfferedLink::New,
            LinkState::Opened(by) if is_it(by) => OfferedLink::Waiting(number(&by.hash)),
            LinkState::Confirmed(by) if is_it(by) => OfferedLink::Confirmed,
            LinkState::Opened(_) | LinkState::Confirmed(_) => {
                return Err(ServiceError::LinkNotFound);
            }
        };
        Ok((link.user, offered))
    });
    right(ctx, scope, offered)
}

/// Opens a link on another device; what its browser keeps to be known by.
///
/// # Errors
/// As [`look_at_device_link`].
pub async fn open_device_link(
    ctx: &Context,
    scope: &Scope,
    code: &str,
    device: &str,
) -> Result<Token, ServiceError> {
    let code = tried(ctx, scope, code)?;
    let kept = Token::draw(&*ctx.random);
    let opener = Opener {
        hash: kept.hash(),
        device: device.to_owned(),
        network: network(scope.address),
    };
    let decide = |link: &DeviceLink| {
        let is_new = link.state == LinkState::New;
        is_new.then_some(()).ok_or(ServiceError::LinkNotFound)
    };
    let (now, step) = (ctx.clock.now(), LinkStep::Open(opener));
    let opened = ctx.store.step_device_link(code.hash(), now, step, decide);
    right(ctx, scope, opened.await)?;
    Ok(kept)
}

/// Signs in on the device that opened a link and was let in.
///
/// # Errors
/// As [`look_at_device_link`].
pub async fn come_in_by_link(
    ctx: &Context,
    scope: &Scope,
    code: &str,
    opener: Option<&str>,
    device: &str,
) -> Result<(User, Token), ServiceError> {
    let code = tried(ctx, scope, code)?;
    let opener = opener.and_then(Token::read).map(|kept| kept.hash());
    let found = ctx.store.device_link(code.hash(), ctx.clock.now()).await;
    let link = right(ctx, scope, found)?;
    let (token, mut session) = sessions::begun(ctx, scope, device);
    if link.user.kind != UserKind::Member {
        // Guests cannot prove themselves anew.
        session.lasts_until = None;
    }
    let decide = move |link: &DeviceLink| match &link.state {
        LinkState::Confirmed(by) if opener.as_deref() == Some(&*by.hash) => Ok(()),
        _ => Err(ServiceError::LinkNotFound),
    };
    let used = ctx.store.use_device_link(code.hash(), session, decide);
    let user = used.await?;
    tracing::info!(person = user.id.0, "another device was signed in by a link");
    Ok((user, token))
}

fn is_of(link: &DeviceLink, session: SessionId) -> Result<(), ServiceError> {
    let is_it = link.session == session;
    is_it.then_some(()).ok_or(ServiceError::LinkNotFound)
}

/// What both devices show of the one that opened a link, in three digits.
fn number(opener_hash: &[u8]) -> String {
    let bytes = opener_hash.iter().take(4);
    let number = bytes.fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:03}", number % NUMBERS)
}

/// The code, whose try is counted before it is known whether it is one.
fn tried(ctx: &Context, scope: &Scope, code: &str) -> Result<Code, ServiceError> {
    ctx.limits.code(scope.address)?;
    Code::read(code).ok_or(ServiceError::LinkNotFound)
}

/// A try is given back where the code was right.
fn right<T>(
    ctx: &Context,
    scope: &Scope,
    found: Result<T, ServiceError>,
) -> Result<T, ServiceError> {
    if !matches!(found, Err(ServiceError::LinkNotFound)) {
        ctx.limits.give_back_code(scope.address);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_three_digits_whatever_it_is_made_of() {
        assert_eq!(number(&[0, 0, 0, 7, 9]), "007");
        assert_eq!(number(&[0xff; 32]).len(), 3);
        assert_eq!(number(&[]), "000");
    }
}
