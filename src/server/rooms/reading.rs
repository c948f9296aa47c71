//! How far members have read.
//!
//! *Invariant:* `read_seq` and `read_posts` never go backwards, and `read_posts` counts the messages
//! up to `read_seq`: unread is `rooms.posts - memberships.read_posts`.

use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store::ReadPosition;
use parlour_protocol::{RoomId, Seq};
use std::collections::HashMap;
use std::sync::Arc;

/// The member has read up to `seq`. Never goes backwards, nor further than the room is; says
/// nothing to somebody who is no member. It is written soon; nobody is told when.
///
/// # Errors
/// [`ServiceError::RoomNotFound`].
pub async fn mark_read(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    seq: Seq,
) -> Result<(), ServiceError> {
    let user = scope.require_person()?.user.id;
    let position = ctx.store.read_position(user, room).await?;
    if let Some(seq) = further(position, seq) {
        ctx.read_receipts.add(room, user, seq, &ctx.store);
    }
    Ok(())
}

/// How far somebody has read now who says that it is up to `seq`, if that is news.
fn further(position: ReadPosition, seq: Seq) -> Option<Seq> {
    let seq = seq.min(position.room_seq);
    position
        .read_seq
        .is_some_and(|read| read < seq)
        .then_some(seq)
}

/// How many posts the person has read in each room they belong to.
///
/// # Errors
/// The database failed.
pub async fn read_positions(
    ctx: &Context,
    scope: &Scope,
) -> Result<HashMap<RoomId, i64>, ServiceError> {
    match scope.user_id() {
        Some(user) => ctx.store.read_posts(user).await,
        None => Ok(HashMap::new()),
    }
}

/// The same, remembered until something is written.
pub(crate) async fn known_positions(
    ctx: &Context,
    scope: &Scope,
) -> Result<Arc<HashMap<RoomId, i64>>, ServiceError> {
    let Some(user) = scope.user_id() else {
        return Ok(Arc::default());
    };
    // Before anything is read: what is written meanwhile has another version.
    let version = ctx.store.version();
    if let Some(known) = ctx.read_positions.at(version, &user) {
        return Ok(known);
    }
    let read = Arc::new(read_positions(ctx, scope).await?);
    let weight = read.len() + 1;
    ctx.read_positions.keep(version, user, read.clone(), weight);
    Ok(read)
}

/// The rooms that the person belongs to, in the order of their ids; remembered as long.
pub async fn belongs_to(ctx: &Context, scope: &Scope) -> Result<Arc<[RoomId]>, ServiceError> {
    let known = known_positions(ctx, scope).await?;
    let mut rooms: Vec<RoomId> = known.keys().copied().collect();
    rooms.sort_unstable();
    Ok(rooms.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_reads_backwards_or_further_than_the_room_is_or_without_belonging_to_it() {
        let position = |read_seq| ReadPosition {
            room_seq: 9,
            read_seq,
        };
        assert_eq!(further(position(Some(3)), 5), Some(5));
        assert_eq!(further(position(Some(3)), 3), None);
        assert_eq!(further(position(Some(3)), 1), None);
        assert_eq!(further(position(Some(3)), 12), Some(9));
        assert_eq!(further(position(Some(9)), 12), None);
        assert_eq!(further(position(None), 5), None);
    }
}
