//! Pages of history, in both directions, by `number`: the deepest page costs what the first does.
//!
//! *Invariant:* a page is empty only where there is nothing more that way, however long the texts are.

use crate::context::Context;
use crate::error::ServiceError;
use crate::rooms;
use crate::scope::Scope;
use crate::store::entity::{message, room};
use crate::store::statement;
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

/// Bytes of text in one page, unless a single message is longer: whoever asks for a page and does not read
/// it holds that much memory.
const PAGE_BYTES: usize = 256 * 1024;

/// Up to `limit` messages (1–100), oldest first, and the seq at which they were read. Long texts make it
/// fewer.
pub async fn history(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    view: View,
    limit: u32,
) -> Result<History, ServiceError> {
    ctx.limits.history_page(scope)?;
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
    let bytes = match view {
        View::Around(_) => PAGE_BYTES / 2,
        _ => PAGE_BYTES,
    };
    let older = rows(db, OLDER, room, edge, older, bytes)?;
    let newer = rows(db, NEWER, room, edge, newer, bytes)?;
    let (take_older, take_newer) = match view {
        View::Newest | View::Before(_) => (older.held.min(limit), 0),
        View::After(_) => (0, newer.held.min(limit)),
        View::Around(_) => shares(limit, older.held, newer.held),
    };
    let (has_older, has_newer) = (older.rows.len() > take_older, newer.rows.len() > take_newer);
    // Oldest first.
    let shown = (older.rows.into_iter().take(take_older).rev())
        .chain(newer.rows.into_iter().take(take_newer));
    Ok(History {
        messages: shown.map(Message::from).collect(),
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

const OLDER: &str = "SELECT id, room_id, number, seq, ordinal, author_id, author_name, client_id, \
    body, reply_to, created_at, edited_at, deleted_at FROM messages \
    WHERE room_id = ? AND number < ? ORDER BY number DESC LIMIT ?";

const NEWER: &str = "SELECT id, room_id, number, seq, ordinal, author_id, author_name, client_id, \
    body, reply_to, created_at, edited_at, deleted_at FROM messages \
    WHERE room_id = ? AND number >= ? ORDER BY number LIMIT ?";

/// One side of a number, the nearest first.
struct Side {
    rows: Vec<message::Model>,
    /// How many of them a page has room for.
    held: usize,
}

/// Up to `count` messages on one side of a number: one range of an index, read until it has more than
/// `bytes` of text.
fn rows(
    db: &Connection,
    side: &'static str,
    room: &room::Model,
    edge: Number,
    count: usize,
    bytes: usize,
) -> rusqlite::Result<Side> {
    let mut side_read = Side {
        rows: Vec::new(),
        held: 0,
    };
    if count == 0 {
        return Ok(side_read);
    }
    let mut statement = statement(db, side)?;
    let rows = statement.query_map([room.id, edge, count as i64], |row| {
        message::Model::try_from(row)
    })?;
    let mut read = 0;
    for row in rows {
        let row = row?;
        read += row.body.len();
        side_read.rows.push(row);
        if read > bytes && side_read.rows.len() > 1 {
            return Ok(side_read);
        }
        side_read.held = side_read.rows.len();
    }
    Ok(side_read)
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
