//! Pinning messages, for everybody in their room.
//!
//! *Invariant:* who pins may write in the room and belongs to it, or keeps order there; at most fifty are pinned in a room.
//! What is so already changes nothing and costs no token.

use crate::context::Context;
use crate::error::ServiceError;
use crate::rooms::{self, read_only};
use crate::scope::{Person, Scope};
use crate::store::{self, Standing};
use parlour_protocol::permissions::may_in;
use parlour_protocol::{Action, Message, Number, RoomId, Timestamp};

/// Messages that can be pinned in a room.
const PINS_MAX: i64 = 50;

/// A pinned message.
pub type Pin = store::Pin;

/// Pins a message, or unpins it.
///
/// # Errors
/// [`ServiceError::RoomNotFound`]; [`ServiceError::MessageNotFound`], also for one that was deleted;
/// [`ServiceError::Forbidden`] for who may not; [`ServiceError::ReadOnly`] in an archived room; [`ServiceError::Banned`] for
/// who is kept out; [`ServiceError::TooManyPins`]; or [`ServiceError::RateLimited`].
pub async fn pin(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
    on: bool,
) -> Result<Message, ServiceError> {
    let person = scope.require_person()?.clone();
    rooms::require_to_write(ctx, scope, room).await?;
    let (user, address, now) = (person.user.id, scope.address, ctx.clock.now());
    ctx.limits.message(user, address)?;
    let decide = move |standing: &Standing, message: &Message, count| {
        decide(&person, standing, message, (on, count), now)
    };
    let at = on.then_some(now);
    let pinned = ctx.store.pin(user, (room, number), at, decide).await;
    if !matches!(&pinned, Ok(pinned) if pinned.is_new) {
        ctx.limits.give_back_message(user, address);
    }
    Ok(pinned?.message)
}

/// What is pinned in a room, the one that was pinned last first.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], or [`ServiceError::RateLimited`].
pub async fn pins(ctx: &Context, scope: &Scope, room: RoomId) -> Result<Vec<Pin>, ServiceError> {
    ctx.limits.history_page(scope)?;
    ctx.store.pins(scope, room).await
}

/// Whether who asks may pin and unpin in a room.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], or the database failed.
pub async fn may_pin(ctx: &Context, scope: &Scope, room: RoomId) -> Result<bool, ServiceError> {
    match rooms::get_for(ctx, scope, room, Action::Pin).await {
        Ok(_) => Ok(scope.person.is_some()),
        Err(ServiceError::Forbidden) => Ok(false),
        Err(failed) => Err(failed),
    }
}

fn decide(
    person: &Person,
    standing: &Standing,
    message: &Message,
    (on, count): (bool, i64),
    now: Timestamp,
) -> Result<bool, ServiceError> {
    if message.deleted {
        return Err(ServiceError::MessageNotFound);
    }
    if standing.is_banned(now) {
        return Err(ServiceError::Banned);
    }
    let rules = standing.room.rules;
    if !may_in(Action::Pin, person.roles(standing.role), rules) {
        return Err(match rules.is_archived {
            true => read_only(rules),
            false => ServiceError::Forbidden,
        });
    }
    let changes = on != message.pinned;
    if changes && on && count >= PINS_MAX {
        return Err(ServiceError::TooManyPins);
    }
    Ok(changes)
}
