//! Accounts: guests and members, their names, and their sessions.

mod by_machine;
mod device;
mod device_links;
mod export;
mod leaving;
mod passwords;
mod policy;
mod profile;
mod resets;
mod sessions;
mod setup;
mod signing_in;
mod signing_up;
mod token;

pub use by_machine::{create_account, set_password};
pub use device::device;
pub use device_links::{
    OfferedLink, OwnLink, come_in_by_link, decide_device_link, look_at_device_link,
    make_device_link, open_device_link, own_device_link,
};
pub use export::export;
pub use leaving::{Leaving, leave_house};
pub use passwords::{change_password, remember_browser};
pub use policy::Policy;
pub use profile::{ProfileChanges, change_me, me};
pub use resets::{ResetLink, look_at_reset, make_reset_link, reset_password};
pub use sessions::{authenticate, end_own_session, own_sessions, sign_out};
pub use setup::{draw_setup_code, is_setup_code, set_up};
pub use signing_in::{Browser, SignedIn, sign_in};
pub(crate) use signing_up::{ByInvite, DecideInvite, Made, claim_by, sign_up_by};
pub use signing_up::{claim, sign_up};
pub use token::Token;

/// A session as its owner is shown it.
pub type OwnSession = store::OwnSession;

use crate::context::Context;
use crate::error::ServiceError;
use crate::names::{self, Name};
use crate::scope::Scope;
use crate::store::{self, GuestDraft, NameHolder};
use parlour_protocol::permissions::Guests;
use parlour_protocol::{Seq, ServerRole, User, UserId};

/// What changed in the house's stream.
pub type HousePage = store::HousePage;

/// Makes a guest of this name, and the token that proves it from now on.
///
/// # Errors
/// [`ServiceError::AccountRequired`] where guests do not write; the name breaks its rule,
/// [`ServiceError::UsernameTaken`], [`ServiceError::UsernameReserved`], or [`ServiceError::RateLimited`].
pub async fn create_guest(
    ctx: &Context,
    scope: &Scope,
    username: &str,
) -> Result<(User, Token), ServiceError> {
    if ctx.in_force.now().house.guests < Guests::Write {
        return Err(ServiceError::AccountRequired);
    }
    let (draft, token) = draft_guest(ctx, username)?;
    // Only a guest that is made costs one of the address's guests.
    ctx.limits.guest(scope.address)?;
    let made = ctx.store.create_guest(draft, refuse_accounts_name).await;
    let user = made.inspect_err(|_| ctx.limits.give_back_guest(scope.address))?;
    Ok((user, token))
}

/// A guest of this name, to be made, and the token that will prove it.
///
/// # Errors
/// As [`create_guest`].
pub(crate) fn draft_guest(
    ctx: &Context,
    username: &str,
) -> Result<(GuestDraft, Token), ServiceError> {
    let name = names::username(username)?;
    refuse_reserved(&name, None)?;
    if let Some(holder) = ctx.hub.holder(&name.skeleton, None) {
        return Err(ServiceError::UsernameTaken(holder.to_string()));
    }
    let token = Token::draw(&*ctx.random);
    let now = ctx.clock.now();
    let draft = GuestDraft {
        name,
        token_hash: token.hash(),
        now,
        expires_at: sessions::expiry(now),
    };
    Ok((draft, token))
}

/// Makes a guest of this name, with its token; or renames the person, if the scope has one.
///
/// # Errors
/// The name breaks a rule or is taken; too many new guests from this address, or too many changes.
pub async fn give_name(
    ctx: &Context,
    scope: &Scope,
    username: &str,
) -> Result<(User, Option<Token>), ServiceError> {
    if scope.person.is_some() {
        return Ok((rename(ctx, scope, username).await?, None));
    }
    let (user, token) = create_guest(ctx, scope, username).await?;
    Ok((user, Some(token)))
}

/// Gives the person another name. Messages keep the name they were written under, and pages show this one.
///
/// # Errors
/// The name breaks its rule, [`ServiceError::UsernameTaken`], [`ServiceError::UsernameReserved`], or
/// [`ServiceError::RateLimited`].
pub async fn rename(ctx: &Context, scope: &Scope, username: &str) -> Result<User, ServiceError> {
    let person = scope.require_person()?;
    let name = names::username(username)?;
    let id = person.user.id;
    refuse_reserved(&name, Some(&person.user.name))?;
    if let Some(holder) = ctx.hub.holder(&name.skeleton, Some(id)) {
        return Err(ServiceError::UsernameTaken(holder.to_string()));
    }
    // A new name is broadcast like a message, so it costs a token of the message limit.
    ctx.limits.message(id, scope.address)?;
    let hub = ctx.hub.clone();
    let decide = move |holders: &[NameHolder]| {
        refuse_accounts_name(holders)?;
        refuse_held_name(holders, |user| hub.is_online(user))
    };
    let renamed = ctx.store.rename(id, name, ctx.clock.now(), decide).await;
    renamed.inspect_err(|_| ctx.limits.give_back_message(id, scope.address))
}

/// Whether somebody hears what people of this house are called: not who is confined to the rooms that they are in, and
/// nobody without an account where there are no open rooms for them.
pub(crate) fn hears_house(ctx: &Context, scope: &Scope) -> bool {
    let role = scope.person.as_ref().map(|person| person.role);
    let has_account = role.is_some_and(|role| role > ServerRole::Guest);
    let is_open = has_account || ctx.in_force.now().house.guests > Guests::No;
    is_open && !scope.is_confined()
}

/// What changed in the house's stream after `after`: people who are called otherwise, of whom the person can know. A
/// long answer comes in pages. Who does not [hear](hears_house) it hears of nobody.
///
/// # Errors
/// The database failed.
pub async fn house_since(
    ctx: &Context,
    scope: &Scope,
    after: Seq,
) -> Result<HousePage, ServiceError> {
    if !hears_house(ctx, scope) {
        return Ok(HousePage {
            people: Vec::new(),
            from: after,
            to: Seq::ZERO,
            complete: true,
            reset: after != Seq::ZERO,
        });
    }
    ctx.store.house_since(scope.user_id(), after).await
}

/// Refuses reserved names. A person who had the name before it was reserved may keep it.
fn refuse_reserved(name: &Name, own: Option<&str>) -> Result<(), ServiceError> {
    let is_kept = own.is_some_and(|own| names::skeleton(own) == name.skeleton);
    if names::is_reserved(&name.shown) && !is_kept {
        return Err(ServiceError::UsernameReserved);
    }
    Ok(())
}

/// Refuses a name that belongs to an account, whether its owner is connected or not.
pub(crate) fn refuse_accounts_name(holders: &[NameHolder]) -> Result<(), ServiceError> {
    match holders.iter().find(|holder| holder.is_account) {
        None => Ok(()),
        Some(owner) => Err(ServiceError::UsernameTaken(owner.name.clone())),
    }
}

/// Refuses the name of a guest who is connected. The database knows a name from the moment it is taken, the hub a
/// commit later: of two requests for one name at the same time, one gets it.
fn refuse_held_name(
    holders: &[NameHolder],
    is_online: impl Fn(UserId) -> bool,
) -> Result<(), ServiceError> {
    match holders.iter().find(|holder| is_online(holder.id)) {
        None => Ok(()),
        Some(holder) => Err(ServiceError::UsernameTaken(holder.name.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(id: i64, is_account: bool) -> NameHolder {
        NameHolder {
            id: UserId(id),
            name: format!("Alice {id}"),
            is_account,
        }
    }

    #[test]
    fn an_accounts_name_is_always_taken_and_a_guests_while_they_are_there() {
        let guests = [holder(1, false), holder(2, false)];
        assert!(refuse_accounts_name(&guests).is_ok());
        assert!(refuse_held_name(&guests, |_| false).is_ok());
        let held = refuse_held_name(&guests, |user| user == UserId(2));
        assert!(matches!(held, Err(ServiceError::UsernameTaken(name)) if name == "Alice 2"));
        let owned = refuse_accounts_name(&[holder(1, false), holder(3, true)]);
        assert!(matches!(owned, Err(ServiceError::UsernameTaken(name)) if name == "Alice 3"));
    }
}
