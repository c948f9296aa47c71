//! Of what in a room its members want to be told: everything, what mentions them, or nothing.
//!
//! *Invariant:* it is its person's own, and nobody else is told of it. It says what is counted, not what is heard.

use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store::Standing;
use parlour_protocol::{Level, Room, RoomId};

/// Sets of what in a room the person wants to be told, by its name. Twice is once.
///
/// # Errors
/// [`ServiceError::Unfit`] for what is none, [`ServiceError::SignInRequired`], [`ServiceError::RoomNotFound`],
/// [`ServiceError::Forbidden`] for who is no member of the room, [`ServiceError::RateLimited`], or nothing can be written.
pub async fn set_level(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    level: &str,
) -> Result<(), ServiceError> {
    let user = scope.require_person()?.user.id;
    let known = Level::ALL.into_iter().find(|known| known.name() == level);
    let level = known.ok_or(ServiceError::Unfit {
        field: "level",
        sentence: "One is told of all, of mentions, or of nothing.",
    })?;
    ctx.limits.message(user, scope.address)?;
    let decide = |standing: &Standing| match standing.is_member {
        true => Ok(true),
        false => Err(ServiceError::Forbidden),
    };
    ctx.store.set_level(user, room, level, decide).await
}

/// The room, and of what in it the person wants to be told.
///
/// # Errors
/// [`ServiceError::SignInRequired`], [`ServiceError::RoomNotFound`], [`ServiceError::Forbidden`] for who is no member of
/// the room, or the database failed.
pub async fn level(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
) -> Result<(Room, Level), ServiceError> {
    let user = scope.require_person()?.user.id;
    let seen = super::get(ctx, scope, room).await?;
    let position = ctx.store.read_position(user, room).await?;
    let read = position.read.ok_or(ServiceError::Forbidden)?;
    Ok((seen, read.level))
}
