//! Pages of history, in both directions, by `number`: the deepest page costs what the first does.

use crate::context::Context;
use crate::db::entity::{message, room};
use crate::db::statement;
use crate::error::ServiceError;
use crate::rooms;
use crate::scope::Scope;
use parlour_protocol::{History, Message, Number, RoomId, rules};
use rusqlite::Connection;

/// Which part of a room's history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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
    let scope = scope.clone();
    let read = move |db: &Connection| {
        let room = rooms::visible_now(db, &scope, room)?;
        Ok(read(db, &room, view, limit)?)
    };
    ctx.store.read(read).await
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

/// The same for a room that was found to be visible, in the state in which it was read.
pub(crate) fn read(
    db: &Connection,
    room: &room::Model,
    view: View,
    limit: u32,
) -> rusqlite::Result<History> {
    let limit = limit.clamp(1, rules::LIST_MAX) as usize;
    // One more than is shown tells whether there are more.
    let more = limit + 1;
    let (edge, older, newer) = match view {
        View::Newest => (Number::MAX, more, 0),
        View::Before(number) => (number, more, 1),
        View::After(number) => (number.saturating_add(1), 1, more),
        View::Around(number) => (number, more, more),
    };
    // Oldest first.
    let mut rows = rows(db, OLDER, room, edge, older)?;
    rows.reverse();
    let older = rows.len();
    rows.extend(self::rows(db, NEWER, room, edge, newer)?);
    let newer = rows.len() - older;
    let (take_older, take_newer) = match view {
        View::Newest | View::Before(_) => (older.min(limit), 0),
        View::After(_) => (0, newer.min(limit)),
        View::Around(_) => shares(limit, older, newer),
    };
    Ok(History {
        messages: rows
            .into_iter()
            .skip(older - take_older)
            .take(take_older + take_newer)
            .map(Message::from)
            .collect(),
        seq: room.seq,
        has_older: older > take_older,
        has_newer: newer > take_newer,
    })
}

/// Half from each side; what one side does not have, the other may give.
fn shares(limit: usize, older: usize, newer: usize) -> (usize, usize) {
    let half = limit / 2;
    let take_newer = newer.min((limit - half).max(limit.saturating_sub(older)));
    (older.min(limit - take_newer), take_newer)
}

const OLDER: &str = "SELECT id, room_id, number, seq, ordinal, author_id, author_name, client_id, \
    body, reply_to, created_at, edited_at, deleted_at FROM messages \
    WHERE room_id = ? AND number < ? ORDER BY number DESC LIMIT ?";

const NEWER: &str = "SELECT id, room_id, number, seq, ordinal, author_id, author_name, client_id, \
    body, reply_to, created_at, edited_at, deleted_at FROM messages \
    WHERE room_id = ? AND number >= ? ORDER BY number LIMIT ?";

/// So many messages on one side of a number, the nearest first: one range of an index.
fn rows(
    db: &Connection,
    side: &'static str,
    room: &room::Model,
    edge: Number,
    count: usize,
) -> rusqlite::Result<Vec<message::Model>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let mut statement = statement(db, side)?;
    let rows = statement.query_map([room.id, edge, count as i64], |row| row.try_into())?;
    rows.collect()
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
