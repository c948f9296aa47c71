//! Having a message back that one has just deleted. To others it is a tombstone meanwhile, and back as it was then: a change
//! like any other.
//!
//! *Invariant:* only who deleted their own message has it back, for ten seconds; what nobody can have back any more is
//! forgotten by `undo_timer`.

use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::{Person, Scope};
use crate::store::{Standing, Undoable};
use parlour_protocol::permissions::may_in;
use parlour_protocol::{Action, Message, Number, OpenRoom, RoomId, Timestamp};

/// Gives a message back that the person has just deleted. One that is not deleted is left as it is, and costs no token.
///
/// # Errors
/// [`ServiceError::RoomNotFound`]; [`ServiceError::MessageNotFound`]; [`ServiceError::TooLate`] where that is over, or it
/// was deleted by somebody else; [`ServiceError::Forbidden`] when it is another person's; [`ServiceError::Banned`] for who
/// is kept out; or [`ServiceError::RateLimited`].
pub async fn undo_delete(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<Message, ServiceError> {
    let person = scope.require_person()?.clone();
    let (user, address, now) = (person.user.id, scope.address, ctx.clock.now());
    ctx.limits.message(user, address)?;
    let decide = move |standing: &Standing, message: &Message, undoable| {
        decide(&person, standing, message, undoable, now)
    };
    let undone = ctx.store.undo_delete(user, (room, number), decide).await;
    if !matches!(&undone, Ok(undone) if undone.is_new) {
        ctx.limits.give_back_message(user, address);
    }
    let undone = undone?;
    ctx.store.took_back();
    Ok(undone.message)
}

/// Until when the person may have this message back, if they may.
///
/// # Errors
/// [`ServiceError::SignInRequired`] for who is nobody, or the database failed.
pub async fn undo_until(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<Option<Timestamp>, ServiceError> {
    let user = scope.require_person()?.user.id;
    let until = ctx.store.undoable_until(user, (room, number)).await?;
    Ok(until.filter(|until| *until > ctx.clock.now()))
}

/// Which of the messages that are shown the reader may have back. Where none of theirs is deleted, nothing is read.
pub(crate) async fn undoable(
    ctx: &Context,
    scope: &Scope,
    open: Option<&OpenRoom>,
) -> Result<Vec<Number>, ServiceError> {
    let Some((person, open)) = scope.person.as_ref().zip(open) else {
        return Ok(Vec::new());
    };
    let mut shown = open.history.messages.iter();
    if !shown.any(|message| message.deleted && person.is(message.user_id)) {
        return Ok(Vec::new());
    }
    let now = ctx.clock.now();
    let (user, room) = (person.user.id, open.room.id);
    ctx.store.undoable_in(user, room, now).await
}

/// Marks those of these that the reader may have back.
pub(crate) fn mark_undoable(messages: &mut [Message], undoable: &[Number]) {
    for message in messages {
        message.may_undo = message.deleted && undoable.contains(&message.number);
    }
}

fn decide(
    person: &Person,
    standing: &Standing,
    message: &Message,
    undoable: Option<Undoable>,
    now: Timestamp,
) -> Result<bool, ServiceError> {
    if !person.is(message.user_id) {
        return Err(ServiceError::Forbidden);
    }
    if !message.deleted {
        return Ok(false);
    }
    if standing.is_banned(now) {
        return Err(ServiceError::Banned);
    }
    let roles = person.roles(standing.role);
    if !may_in(Action::DeleteOwn, roles, standing.room.rules) {
        return Err(ServiceError::Forbidden);
    }
    let is_theirs = |undoable: &Undoable| person.is(undoable.by) && undoable.until > now;
    match undoable.as_ref().is_some_and(is_theirs) {
        true => Ok(true),
        false => Err(ServiceError::TooLate),
    }
}
