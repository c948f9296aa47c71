//! Accounts that are made: of nobody, or of a guest, whose row, history and rooms they keep.
//!
//! *Invariant:* a password is hashed before the writer is asked, and nothing is hashed for who is refused anyway.

use super::policy::Policy;
use super::profile::mail_address;
use super::token::Token;
use super::{refuse_accounts_name, refuse_held_name, refuse_reserved, sessions};
use crate::context::Context;
use crate::error::ServiceError;
use crate::names::{self, Name};
use crate::passwords::Password;
use crate::scope::{Scope, SessionId};
use crate::store::{AccountDraft, AccountFacts, InviteFacts, MadeAccount, StoredRoom};
use parlour_protocol::{ServerRole, Timestamp, User, UserId, UserKind};

/// An account that is wanted.
pub(super) struct Wanted<'w> {
    pub(super) username: &'w str,
    pub(super) password: &'w str,
    pub(super) role: ServerRole,
    /// The guest who becomes it.
    pub(super) guest: Option<(UserId, SessionId)>,
    /// The hash of the code that sets up the house.
    pub(super) setup_code: Option<Vec<u8>>,
    pub(super) invite: Option<ByInvite>,
    pub(super) device: &'w str,
    /// A mail address; empty for none.
    pub(super) mail: &'w str,
}

/// What refuses an invitation that leads nowhere, or to no account.
pub(crate) type DecideInvite = fn(&InviteFacts, Timestamp) -> Result<(), ServiceError>;

/// An invitation that an account is made by.
#[derive(Clone, Debug)]
pub(crate) struct ByInvite {
    /// The SHA-256 of its code.
    pub(crate) code_hash: Vec<u8>,
    /// Whether it leads to one.
    pub(crate) decide: DecideInvite,
}

/// An account that was made.
pub(crate) struct Made {
    /// The account's user.
    pub(crate) user: User,
    /// The secret of its session.
    pub(crate) token: Token,
    /// The room of the invitation that it was made by.
    pub(crate) room: Option<StoredRoom>,
}

/// Makes an account of this name, and a session of it on this device. `mail` is an address, or empty.
///
/// # Errors
/// [`ServiceError::SignUpClosed`], [`ServiceError::InvitationNeeded`]; the name breaks its rule, is reserved or taken;
/// [`ServiceError::Unfit`] for what is no mail address; [`ServiceError::Password`]; [`ServiceError::RateLimited`];
/// [`ServiceError::Overloaded`] while too many passwords are hashed.
pub async fn sign_up(
    ctx: &Context,
    scope: &Scope,
    username: &str,
    password: &str,
    mail: &str,
    device: &str,
) -> Result<(User, Token), ServiceError> {
    let made = sign_up_by(ctx, scope, username, password, mail, device, None).await?;
    Ok((made.user, made.token))
}

/// The same by an invitation, where there is one.
///
/// # Errors
/// As [`sign_up`], and what the invitation's decision answers.
pub(crate) async fn sign_up_by(
    ctx: &Context,
    scope: &Scope,
    username: &str,
    password: &str,
    mail: &str,
    device: &str,
    invite: Option<ByInvite>,
) -> Result<Made, ServiceError> {
    Policy::of(ctx).require_sign_up(invite.is_some())?;
    let wanted = Wanted {
        mail,
        username,
        password,
        role: ServerRole::Member,
        guest: None,
        setup_code: None,
        invite,
        device,
    };
    make(ctx, scope, wanted).await
}

/// Makes the guest of the scope a member of this name. Their history, rooms and read positions stay; their session
/// ends, and the answer has the one in its place.
///
/// # Errors
/// [`ServiceError::SignInRequired`]; [`ServiceError::Forbidden`] for who has an account; and as [`sign_up`].
pub async fn claim(
    ctx: &Context,
    scope: &Scope,
    username: &str,
    password: &str,
    device: &str,
) -> Result<(User, Token), ServiceError> {
    let made = claim_by(ctx, scope, username, password, device, None).await?;
    Ok((made.user, made.token))
}

/// The same by an invitation, where there is one.
///
/// # Errors
/// As [`claim`], and what the invitation's decision answers.
pub(crate) async fn claim_by(
    ctx: &Context,
    scope: &Scope,
    username: &str,
    password: &str,
    device: &str,
    invite: Option<ByInvite>,
) -> Result<Made, ServiceError> {
    let person = scope.require_person()?;
    if person.user.kind != UserKind::Guest {
        return Err(ServiceError::Forbidden);
    }
    Policy::of(ctx).require_sign_up(invite.is_some())?;
    let wanted = Wanted {
        mail: "",
        username,
        password,
        role: ServerRole::Member,
        guest: Some((person.user.id, person.session)),
        setup_code: None,
        invite,
        device,
    };
    make(ctx, scope, wanted).await
}

/// Makes the account that is wanted.
pub(super) async fn make(
    ctx: &Context,
    scope: &Scope,
    wanted: Wanted<'_>,
) -> Result<Made, ServiceError> {
    let name = names::username(wanted.username)?;
    let itself = wanted.guest.map(|(guest, _)| guest);
    refuse_reserved(&name, None)?;
    if let Some(holder) = ctx.hub.holder(&name.skeleton, itself) {
        return Err(ServiceError::UsernameTaken(holder.to_string()));
    }
    let mail = mail_address(wanted.mail)?;
    let password = Password::choose(wanted.password, &name.shown);
    let password = password.map_err(ServiceError::Password)?;
    ctx.limits.account(scope.address)?;
    let made = hash_and_make(ctx, scope, wanted, name, password, mail).await;
    made.inspect_err(|_| ctx.limits.give_back_account(scope.address))
}

async fn hash_and_make(
    ctx: &Context,
    scope: &Scope,
    wanted: Wanted<'_>,
    name: Name,
    password: Password,
    mail: String,
) -> Result<Made, ServiceError> {
    let secret = ctx.passwords.hash(scope.address, password).await?;
    let (token, session) = sessions::begun(ctx, scope, wanted.device);
    let draft = AccountDraft {
        name,
        secret,
        role: wanted.role,
        guest: wanted.guest,
        setup_code: wanted.setup_code,
        invite: wanted.invite.as_ref().map(|by| by.code_hash.clone()),
        mail,
        session,
    };
    let (is_claim, is_setup) = (draft.guest.is_some(), draft.setup_code.is_some());
    let hub = ctx.hub.clone();
    let now = draft.session.now;
    let decide_invite = wanted.invite.map(|by| by.decide);
    let decide = move |facts: &AccountFacts| {
        if let (Some(decide), Some(invite)) = (decide_invite, &facts.invite) {
            decide(invite, now)?;
        }
        decide(facts, is_claim, is_setup)?;
        refuse_held_name(&facts.holders, |user| hub.is_online(user))
    };
    let MadeAccount { user, room } = ctx.store.create_account(draft, decide).await?;
    Ok(Made { user, token, room })
}

fn decide(facts: &AccountFacts, is_claim: bool, is_setup: bool) -> Result<(), ServiceError> {
    if is_claim && !facts.is_guest {
        // Twice at once: the other one made an account of them.
        return Err(ServiceError::Forbidden);
    }
    if is_setup && (facts.has_owner || !facts.is_code_known) {
        return Err(ServiceError::NotFound);
    }
    refuse_accounts_name(&facts.holders)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::NameHolder;

    fn facts() -> AccountFacts {
        AccountFacts {
            holders: Vec::new(),
            is_guest: true,
            is_code_known: true,
            has_owner: false,
            invite: None,
        }
    }

    #[test]
    fn the_house_is_set_up_once_and_with_its_code() {
        assert!(decide(&facts(), false, true).is_ok());
        let owned = AccountFacts {
            has_owner: true,
            ..facts()
        };
        let used = AccountFacts {
            is_code_known: false,
            ..facts()
        };
        for refused in [owned, used] {
            let told = decide(&refused, false, true);
            assert!(matches!(told, Err(ServiceError::NotFound)));
            assert!(decide(&refused, false, false).is_ok());
        }
    }

    #[test]
    fn a_guest_becomes_a_member_once_and_takes_nobodys_name() {
        let member = AccountFacts {
            is_guest: false,
            ..facts()
        };
        assert!(matches!(
            decide(&member, true, false),
            Err(ServiceError::Forbidden)
        ));
        let alice = NameHolder {
            id: UserId(1),
            name: "Alice".to_owned(),
            is_account: true,
        };
        let taken = AccountFacts {
            holders: vec![alice],
            ..facts()
        };
        assert!(matches!(
            decide(&taken, true, false),
            Err(ServiceError::UsernameTaken(_))
        ));
    }
}
