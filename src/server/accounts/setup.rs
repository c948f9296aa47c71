//! The first owner: made with a code that the server gives out when it starts, as long as nobody owns the house.
//!
//! *Invariant:* the code is stored as its hash, holds until the next start, and is used once.

use super::signing_up::{Wanted, make};
use super::token::Token;
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use parlour_protocol::{ServerRole, User, UserKind};

/// Draws the code that sets up the house, in the place of the one before; `None` where it has an owner.
///
/// # Errors
/// The database failed.
pub async fn draw_setup_code(ctx: &Context) -> Result<Option<Token>, ServiceError> {
    if ctx.store.has_owner().await? {
        return Ok(None);
    }
    let code = Token::draw(&*ctx.random);
    ctx.store.set_setup_code(code.hash()).await?;
    Ok(Some(code))
}

/// Whether this is the code that sets up the house, which nobody owns.
///
/// # Errors
/// [`ServiceError::RateLimited`] after too many that are not, or the database failed.
pub async fn is_setup_code(ctx: &Context, scope: &Scope, code: &str) -> Result<bool, ServiceError> {
    let attempt = ctx.limits.attempt("", scope.address, None)?;
    let is_it = match Token::read(code) {
        Some(code) => ctx.store.is_setup_code(code.hash()).await? && !ctx.store.has_owner().await?,
        None => false,
    };
    if !is_it {
        attempt.failed();
    }
    Ok(is_it)
}

/// Makes the owner's account with the code; of the guest of the scope, if it is one's.
///
/// # Errors
/// [`ServiceError::NotFound`] for a code that is not, or no longer, the one, and where the house has an owner;
/// [`ServiceError::Forbidden`] for who has an account already; else as [`sign_up`](super::sign_up).
pub async fn set_up(
    ctx: &Context,
    scope: &Scope,
    code: &str,
    username: &str,
    password: &str,
    device: &str,
) -> Result<(User, Token), ServiceError> {
    if !is_setup_code(ctx, scope, code).await? {
        return Err(ServiceError::NotFound);
    }
    let guest = match &scope.person {
        None => None,
        Some(person) if person.user.kind == UserKind::Guest => {
            Some((person.user.id, person.session))
        }
        Some(_) => return Err(ServiceError::Forbidden),
    };
    let wanted = Wanted {
        username,
        password,
        role: ServerRole::Owner,
        guest,
        setup_code: Token::read(code).map(|code| code.hash()),
        invite: None,
        device,
        mail: "",
    };
    let made = make(ctx, scope, wanted).await?;
    Ok((made.user, made.token))
}
