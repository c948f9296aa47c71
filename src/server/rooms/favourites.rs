//! Rooms that somebody has among their favourites, which stand first in their list of rooms.
//!
//! *Invariant:* they are their person's own, and nobody else is told of them.

use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store::Standing;
use parlour_protocol::RoomId;

/// Puts a room among the person's favourites, or takes it out. Twice is once.
///
/// # Errors
/// [`ServiceError::SignInRequired`], [`ServiceError::RoomNotFound`], [`ServiceError::Forbidden`] for who is no member of
/// the room, [`ServiceError::RateLimited`], or nothing can be written.
pub async fn set_favourite(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    is_favourite: bool,
) -> Result<(), ServiceError> {
    let user = scope.require_person()?.user.id;
    ctx.limits.message(user, scope.address)?;
    let decide = move |standing: &Standing| decide(standing.is_member, is_favourite);
    (ctx.store)
        .set_favourite(user, room, is_favourite, decide)
        .await
}

/// Whether there is something to write: who is no member has none there, to take out or to put in.
fn decide(is_member: bool, is_favourite: bool) -> Result<bool, ServiceError> {
    match (is_member, is_favourite) {
        (false, true) => Err(ServiceError::Forbidden),
        (is_member, _) => Ok(is_member),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_member_has_a_favourite() {
        assert!(matches!(decide(true, true), Ok(true)));
        assert!(matches!(decide(true, false), Ok(true)));
        assert!(matches!(decide(false, false), Ok(false)));
        assert!(matches!(decide(false, true), Err(ServiceError::Forbidden)));
    }
}
