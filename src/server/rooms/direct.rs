//! Direct rooms: people who talk alone.
//!
//! *Invariant:* asking for the room of the same people again answers the same room.

use super::present;
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store::{DirectDraft, draw_direct_id};
use parlour_protocol::permissions::may;
use parlour_protocol::{Action, Room, UserId};
use std::collections::BTreeSet;

/// How many people a direct room has at most, who asks for it as well.
pub const DIRECT_MAX: usize = 8;

/// The room of the person and these others, and whether it was made just now. Who had hidden it sees it again.
///
/// # Errors
/// [`ServiceError::Unfit`] for too few or too many people; [`ServiceError::PersonNotFound`] where one of them is nobody
/// whom the person can talk to; or [`ServiceError::RateLimited`].
pub async fn direct(
    ctx: &Context,
    scope: &Scope,
    others: &[UserId],
) -> Result<(Room, bool), ServiceError> {
    let person = scope.require_person()?;
    let by = person.user.id;
    if !may(Action::TalkDirectly, person.role) {
        return Err(ServiceError::Forbidden);
    }
    let people: BTreeSet<UserId> = others.iter().copied().chain([by]).collect();
    if !(2..=DIRECT_MAX).contains(&people.len()) {
        let field = "user_ids";
        let sentence = "Name one to seven other people.";
        return Err(ServiceError::Unfit { field, sentence });
    }
    // It is broadcast like a message, and tells who is there.
    ctx.limits.message(by, scope.address)?;
    let (limits, address) = (ctx.limits.clone(), scope.address);
    let charge = move || limits.direct_room(by, address);
    let draft = DirectDraft {
        by,
        people,
        id: draw_direct_id(&*ctx.random),
        now: ctx.clock.now(),
    };
    let (stored, is_new) = ctx.store.direct_room(draft, charge).await?;
    Ok((present(ctx, stored.room), is_new))
}
