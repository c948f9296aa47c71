//! What people without an account may do in open rooms: a setting of the house.
//!
//! *Invariant:* it is about open rooms alone, and not about who came by an invitation to a room. Who was let into
//! another one obeys that room's own rules.

use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use parlour_protocol::permissions::{Guests, may_as_guest};
use parlour_protocol::read_only::{ReadOnly, read_only};
use parlour_protocol::{RoomId, RoomKind, RoomRole, RoomRules};

/// Why who asks, of this role in a room that does not keep them out, cannot write in it; `None` where they can. Who has
/// no name yet is asked about as the guest they would be.
pub(super) fn read_only_to(
    ctx: &Context,
    scope: &Scope,
    role: RoomRole,
    rules: RoomRules,
) -> Option<ReadOnly> {
    let roles = scope.roles(role);
    let is_confined = (scope.person.as_ref()).is_some_and(|person| person.is_confined);
    let allowed = ctx.in_force.now().house.guests;
    let is_open_to = rules.kind != RoomKind::Open
        || is_confined
        || may_as_guest(roles.server, Guests::Write, allowed);
    read_only(roles, rules).or((!is_open_to).then_some(ReadOnly::Guests))
}

/// Refuses a guest in an open room of a house in which guests do not write. Of anybody else, and in any other house,
/// nothing is read.
///
/// # Errors
/// [`ServiceError::AccountRequired`], [`ServiceError::SignInRequired`], [`ServiceError::RoomNotFound`], or the
/// database failed.
pub async fn require_to_write(
    ctx: &Context,
    scope: &Scope,
    id: RoomId,
) -> Result<(), ServiceError> {
    let person = scope.require_person()?;
    let allowed = ctx.in_force.now().house.guests;
    let may = may_as_guest(person.role, Guests::Write, allowed);
    if may || person.is_confined && allowed > Guests::No {
        return Ok(());
    }
    if allowed == Guests::No {
        // What they see they were let into.
        return ctx.store.room(scope, id).await.map(drop);
    }
    match ctx.store.room(scope, id).await?.rules.kind {
        RoomKind::Open => Err(ServiceError::AccountRequired),
        RoomKind::Closed | RoomKind::Direct => Ok(()),
    }
}
