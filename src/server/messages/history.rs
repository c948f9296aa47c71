//! Pages of history, in both directions, by `number`: the deepest page costs what the first does.

use crate::context::Context;
use crate::db::entity::{message, room};
use crate::error::ServiceError;
use crate::rooms;
use crate::scope::Scope;
use parlour_protocol::{History, Message, Number, RoomId, rules};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

/// Which part of a room's history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// The end of it.
    #[default]
    Newest,
    /// What is right before this number.
    Before(Number),
    /// What is right after this number.
    After(Number),
    /// What surrounds this number, which is in it where it exists.
    Around(Number),
}

/// Up to `limit` messages (1–100), oldest first, and the seq at which they were read.
pub async fn history(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    view: View,
    limit: u32,
) -> Result<History, ServiceError> {
    let snapshot = ctx.store.snapshot().await?;
    let room = rooms::visible(&snapshot, scope, room).await?;
    Ok(read(&snapshot, &room, view, limit).await?)
}

/// One's own message, to change it.
///
/// # Errors
/// [`ServiceError::MessageNotFound`] when it was removed, [`ServiceError::Forbidden`] when it is
/// somebody else's.
pub async fn own(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<Message, ServiceError> {
    scope.require_person()?;
    let snapshot = ctx.store.snapshot().await?;
    let message = super::changes::ones_own(&snapshot, scope, room, number).await?;
    Ok(message.into())
}

/// The same inside the snapshot that `room` was read in.
pub(crate) async fn read(
    db: &impl ConnectionTrait,
    room: &room::Model,
    view: View,
    limit: u32,
) -> Result<History, DbErr> {
    let limit = limit.clamp(1, rules::LIST_MAX) as usize;
    // One more than is shown tells whether there are more.
    let more = limit as u64 + 1;
    let (older, newer) = match view {
        View::Newest => (older_than(db, room, Number::MAX, more).await?, Vec::new()),
        View::Before(number) => (
            older_than(db, room, number, more).await?,
            newer_from(db, room, number, 1).await?,
        ),
        View::After(number) => (
            older_than(db, room, number.saturating_add(1), 1).await?,
            newer_from(db, room, number.saturating_add(1), more).await?,
        ),
        View::Around(number) => (
            older_than(db, room, number, more).await?,
            newer_from(db, room, number, more).await?,
        ),
    };
    let (take_older, take_newer) = match view {
        View::Newest | View::Before(_) => (limit, 0),
        View::After(_) => (0, limit),
        View::Around(_) => shares(limit, older.len(), newer.len()),
    };
    let has_older = older.len() > take_older;
    let has_newer = newer.len() > take_newer;
    let mut messages: Vec<Message> = older
        .into_iter()
        .take(take_older)
        .map(Message::from)
        .collect();
    messages.reverse();
    messages.extend(newer.into_iter().take(take_newer).map(Message::from));
    Ok(History {
        messages,
        seq: room.seq,
        has_older,
        has_newer,
    })
}

/// Half from each side; what one side does not have, the other may give.
fn shares(limit: usize, older: usize, newer: usize) -> (usize, usize) {
    let half = limit / 2;
    let take_newer = newer.min((limit - half).max(limit.saturating_sub(older)));
    (older.min(limit - take_newer), take_newer)
}

/// Newest first.
async fn older_than(
    db: &impl ConnectionTrait,
    room: &room::Model,
    number: Number,
    limit: u64,
) -> Result<Vec<message::Model>, DbErr> {
    message::Entity::find()
        .filter(message::Column::RoomId.eq(room.id))
        .filter(message::Column::Number.lt(number))
        .order_by_desc(message::Column::Number)
        .limit(limit)
        .all(db)
        .await
}

/// Oldest first.
async fn newer_from(
    db: &impl ConnectionTrait,
    room: &room::Model,
    number: Number,
    limit: u64,
) -> Result<Vec<message::Model>, DbErr> {
    message::Entity::find()
        .filter(message::Column::RoomId.eq(room.id))
        .filter(message::Column::Number.gte(number))
        .order_by_asc(message::Column::Number)
        .limit(limit)
        .all(db)
        .await
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn a_side_that_is_short_gives_its_share_away() {
        assert_eq!(shares(50, 51, 51), (25, 25));
        assert_eq!(shares(50, 51, 3), (47, 3));
        assert_eq!(shares(50, 3, 51), (3, 47));
        assert_eq!(shares(50, 3, 4), (3, 4));
        assert_eq!(shares(1, 2, 2), (0, 1));
        assert_eq!(shares(1, 2, 0), (1, 0));
    }
}
