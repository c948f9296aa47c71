//! Passwords of accounts: another one, and one in the place of one that was forgotten.
//!
//! *Invariant:* another password ends every session but the one in which it was set.

use super::token::Token;
use crate::context::Context;
use crate::error::ServiceError;
use crate::names;
use crate::passwords::Password;
use crate::scope::Scope;
use parlour_protocol::{User, UserId};

/// Sets another password, for who knows the one that holds; all other sessions end.
///
/// # Errors
/// [`ServiceError::SignInRequired`]; [`ServiceError::Forbidden`] for who has no account;
/// [`ServiceError::WrongCredentials`] for another password than `current`; [`ServiceError::Password`];
/// [`ServiceError::RateLimited`] and [`ServiceError::Overloaded`] as [`sign_in`](super::sign_in).
pub async fn change_password(
    ctx: &Context,
    scope: &Scope,
    current: &str,
    password: &str,
) -> Result<(), ServiceError> {
    let person = scope.require_person()?;
    let wanted = Password::choose(password, &person.user.name).map_err(ServiceError::Password)?;
    prove(ctx, scope, current).await?;
    let secret = ctx.passwords.hash(scope.address, wanted).await?;
    let now = ctx.clock.now();
    (ctx.store
        .set_password(person.user.id, secret, now, Some(person.session)))
    .await
}

/// The account of the person, if this is its password. What is wrong counts as for who signs in.
///
/// # Errors
/// [`ServiceError::SignInRequired`]; [`ServiceError::Forbidden`] for who has no account;
/// [`ServiceError::WrongCredentials`]; [`ServiceError::RateLimited`] and [`ServiceError::Overloaded`].
pub(super) async fn prove(
    ctx: &Context,
    scope: &Scope,
    password: &str,
) -> Result<User, ServiceError> {
    let person = scope.require_person()?;
    let account = ctx.store.account(person.user.id).await?;
    let account = account.ok_or(ServiceError::Forbidden)?;
    let name = names::folded(&account.user.name);
    let attempt = ctx.limits.attempt(&name, scope.address, None)?;
    let given = Password::given(password);
    let compared = (ctx.passwords).is_it(scope.address, given, account.secret, attempt);
    match compared.await? {
        true => Ok(account.user),
        false => Err(ServiceError::WrongCredentials),
    }
}

/// Remembers that an account is signed in in this browser, unless it is known; what the browser is to keep.
///
/// # Errors
/// The database failed.
pub async fn remember_browser(
    ctx: &Context,
    user: UserId,
    known_by: Option<&str>,
) -> Result<Option<Token>, ServiceError> {
    if let Some(kept) = known_by.and_then(Token::read)
        && ctx.store.knows_browser(user, kept.hash()).await?
    {
        return Ok(None);
    }
    let kept = Token::draw(&*ctx.random);
    let now = ctx.clock.now();
    ctx.store.remember_browser(user, kept.hash(), now).await?;
    Ok(Some(kept))
}
