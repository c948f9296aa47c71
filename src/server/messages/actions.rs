//! What somebody may do with a message, as the page that lists it shows it.
//!
//! *Invariant:* what is listed here is asked of the same rules that refuse it.

use super::changes::decide_delete;
use super::{is_saved, may_pin, may_post};
use crate::context::Context;
use crate::error::ServiceError;
use crate::rooms::{self, Ruled};
use crate::scope::Scope;
use parlour_protocol::{Message, Number, Revisions, Room, RoomId};

/// A message, and what the reader may do with it.
#[derive(Clone, Debug)]
pub struct ActionsPage {
    /// The room it is in.
    pub room: Room,
    /// The message, as it is now.
    pub message: Message,
    /// Whether the reader is somebody.
    pub is_somebody: bool,
    /// Whether they may answer it and react to it.
    pub may_post: bool,
    /// Whether they wrote it.
    pub is_own: bool,
    /// Whether they may take it back, or remove it.
    pub may_delete: bool,
    /// Whether they may pin it, and unpin it.
    pub may_pin: bool,
    /// Whether they have saved it.
    pub is_saved: bool,
    /// Whether there are earlier versions to be read.
    pub has_revisions: bool,
}

/// What whoever sees the message may do with it.
///
/// # Errors
/// [`ServiceError::RoomNotFound`]; [`ServiceError::MessageNotFound`], also for one that was deleted.
pub async fn actions_page(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<ActionsPage, ServiceError> {
    let Ruled { room, rules } = rooms::get_ruled(ctx, scope, room).await?;
    let message = ctx.store.message(scope, room.id, number).await?;
    if message.deleted {
        return Err(ServiceError::MessageNotFound);
    }
    let (mut can_post, mut is_own, mut may_delete) = (false, false, false);
    if let Some(person) = &scope.person {
        can_post = may_post(ctx, scope, room.id).await?;
        is_own = person.is(message.user_id);
        let standing = ctx.store.standing(person.user.id, room.id).await?;
        may_delete = decide_delete(person, &standing, &message, ctx.clock.now()).is_ok();
    }
    Ok(ActionsPage {
        is_somebody: scope.person.is_some(),
        may_post: can_post,
        is_own,
        may_delete,
        may_pin: may_pin(ctx, scope, room.id).await?,
        is_saved: is_saved(ctx, scope, room.id, number).await?,
        has_revisions: message.edited_at.is_some() && rules.revisions == Revisions::Everybody,
        room,
        message,
    })
}
