//! Going to a day in a room's history.

use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use parlour_protocol::{Number, RoomId, Timestamp};

/// The first message of a room from that time on; where there is none any more the last one, and `None` in an empty room.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], or [`ServiceError::RateLimited`].
pub async fn first_since(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    at: Timestamp,
) -> Result<Option<Number>, ServiceError> {
    ctx.limits.history_page(scope)?;
    ctx.store.first_since(scope, room, at).await
}
