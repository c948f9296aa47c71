//! Deleting one's account: the password is asked for, nobody is signed in to it any more, and what was written stays
//! under *Somebody who left*, or goes, as they choose.
//!
//! *Invariant:* the last owner of the house cannot go. The name is nobody else's for thirty days.

use super::passwords::prove;
use crate::context::Context;
use crate::error::ServiceError;
use crate::names;
use crate::scope::Scope;
use crate::store::{self, PersonFacts};
use parlour_protocol::ServerRole;

/// What becomes of the messages of who leaves.
pub type Leaving = store::Leaving;

/// Deletes the account of the person.
///
/// # Errors
/// [`ServiceError::SignInRequired`]; [`ServiceError::Forbidden`] for who has no account;
/// [`ServiceError::WrongCredentials`] for another password; [`ServiceError::LastOwner`]; [`ServiceError::RateLimited`]
/// and [`ServiceError::Overloaded`] as [`sign_in`](super::sign_in).
pub async fn leave_house(
    ctx: &Context,
    scope: &Scope,
    password: &str,
    leaving: Leaving,
) -> Result<(), ServiceError> {
    let user = prove(ctx, scope, password).await?.id;
    let now = ctx.clock.now();
    let left = (ctx.store).leave_house(user, names::SOMEBODY_WHO_LEFT, leaving, now, decide);
    left.await?;
    tracing::info!(person = user.0, ?leaving, "an account was deleted");
    ctx.sweeper.wake();
    Ok(())
}

fn decide(PersonFacts { person, owners }: &PersonFacts) -> Result<(), ServiceError> {
    let is_last = person.role == ServerRole::Owner && *owners <= 1;
    match is_last {
        true => Err(ServiceError::LastOwner),
        false => Ok(()),
    }
}
