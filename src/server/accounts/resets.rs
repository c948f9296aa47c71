//! Passwords that were forgotten: whoever runs the house makes a link, and who has it sets another one.
//!
//! *Invariant:* a link is as good as who made it is now, holds for a day, and is used once. A code that is none, was
//! used or is over is answered alike, and costs its address one of few tries.

use super::sessions;
use super::token::Token;
use crate::administration::{self, Actor, Deed};
use crate::code::Code;
use crate::context::Context;
use crate::error::ServiceError;
use crate::passwords::Password;
use crate::scope::Scope;
use crate::store::{ResetBy, ResetDraft, ResetFacts};
use parlour_protocol::{Timestamp, User, UserId};

/// For how long a link holds, in milliseconds.
const LIFE: i64 = 24 * 60 * 60 * 1_000;

/// A link that was made.
#[derive(Clone, Debug)]
pub struct ResetLink {
    /// What stands in it. It is told once.
    pub code: Code,
    /// Until when it holds.
    pub expires_at: Timestamp,
}

/// Makes a link with which a person sets another password, in the place of one from before.
///
/// # Errors
/// [`ServiceError::Forbidden`], also for who has no account that may be signed in to; [`ServiceError::NotFound`]; or
/// what stands in the way of writing.
pub async fn make_reset_link(
    ctx: &Context,
    actor: Actor,
    person: UserId,
) -> Result<ResetLink, ServiceError> {
    administration::require(actor, Deed::ResetPassword)?;
    let code = Code::draw(&*ctx.random);
    let now = ctx.clock.now();
    let expires_at = Timestamp(now.0 + LIFE);
    let made_by = match actor {
        Actor::Person(id, _) => Some(id),
        Actor::Machine => None,
    };
    let draft = ResetDraft {
        code_hash: code.hash(),
        person,
        made_by,
        expires_at,
        now,
    };
    let decide = move |facts: &_| administration::decide(actor, Deed::ResetPassword, facts);
    ctx.store.make_reset(draft, decide).await?;
    tracing::info!(by = ?actor, person = person.0, "a link to set a password anew was made");
    Ok(ResetLink { code, expires_at })
}

/// Whose password the link of this code sets.
///
/// # Errors
/// [`ServiceError::LinkNotFound`], or [`ServiceError::RateLimited`] after too many codes that were none.
pub async fn look_at_reset(ctx: &Context, scope: &Scope, code: &str) -> Result<User, ServiceError> {
    let (_, user) = known(ctx, scope, code).await?;
    Ok(user)
}

/// Sets the password by the link of this code: all sessions of the person end, and one begins on this device.
///
/// # Errors
/// [`ServiceError::LinkNotFound`]; [`ServiceError::Password`]; [`ServiceError::RateLimited`] after too many codes that
/// were none; [`ServiceError::Overloaded`] while too many passwords are hashed.
pub async fn reset_password(
    ctx: &Context,
    scope: &Scope,
    code: &str,
    password: &str,
    device: &str,
) -> Result<(User, Token), ServiceError> {
    let (code, user) = known(ctx, scope, code).await?;
    let password = Password::choose(password, &user.name).map_err(ServiceError::Password)?;
    let secret = ctx.passwords.hash(scope.address, password).await?;
    let (token, session) = sessions::begun(ctx, scope, device);
    let used = ctx.store.use_reset(code.hash(), secret, session, decide);
    let user = used.await?;
    tracing::info!(person = user.id.0, "a password was set anew by a link");
    Ok((user, token))
}

/// The code of a link that holds, and whose it is. The try is counted before that is known.
async fn known(ctx: &Context, scope: &Scope, code: &str) -> Result<(Code, User), ServiceError> {
    ctx.limits.code(scope.address)?;
    let code = Code::read(code).ok_or(ServiceError::LinkNotFound)?;
    let facts = ctx.store.reset(code.hash(), ctx.clock.now()).await;
    let facts = facts.and_then(|facts| decide(&facts).map(|()| facts));
    if !matches!(facts, Err(ServiceError::LinkNotFound)) {
        ctx.limits.give_back_code(scope.address);
    }
    Ok((code, facts?.of.person.user))
}

/// Whether who made the link may do so now.
fn decide(ResetFacts { of, by }: &ResetFacts) -> Result<(), ServiceError> {
    let actor = match by {
        ResetBy::Machine => Actor::Machine,
        ResetBy::Person(id, role) => Actor::Person(*id, *role),
        ResetBy::Nobody => return Err(ServiceError::LinkNotFound),
    };
    administration::decide(actor, Deed::ResetPassword, of).map_err(|_| ServiceError::LinkNotFound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{KnownPerson, PersonFacts};
    use parlour_protocol::{ServerRole, UserKind};

    #[test]
    fn a_link_is_as_good_as_who_made_it_is_now() {
        use ServerRole::{Admin, Member, Moderator, Owner};
        let decided = |by, role, kind, is_active| {
            let person = KnownPerson {
                user: User {
                    id: UserId(2),
                    name: "Bob".to_owned(),
                    kind,
                    account: None,
                },
                role,
                is_active,
                since: Timestamp(0),
            };
            let of = PersonFacts { person, owners: 1 };
            decide(&ResetFacts { of, by }).is_ok()
        };
        let member = UserKind::Member;
        let by = |role| ResetBy::Person(UserId(1), role);
        assert!(decided(by(Admin), Member, member, true));
        assert!(decided(by(Owner), Owner, member, true));
        assert!(decided(ResetBy::Machine, Owner, member, true));
        assert!(
            !decided(by(Moderator), Member, member, true),
            "demoted since"
        );
        assert!(!decided(by(Admin), Admin, member, true), "promoted since");
        assert!(!decided(by(Admin), Owner, member, true));
        assert!(!decided(ResetBy::Nobody, Member, member, true));
        assert!(!decided(by(Admin), Member, member, false), "disabled since");
        assert!(!decided(ResetBy::Machine, Member, UserKind::Bot, true));
        let own = ResetBy::Person(UserId(2), Owner);
        assert!(
            !decided(own, Owner, member, true),
            "one's own is in the settings"
        );
    }
}
