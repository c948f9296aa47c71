//! Pages of history, in both directions, by `number`: the deepest page costs what the first does.

use crate::context::Context;
use crate::db::entity::message;
use crate::error::ServiceError;
use crate::rooms;
use crate::scope::Scope;
use parlour_protocol::{History, Message, Number, RoomId, Seq, rules};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};

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
    let db = ctx.store.reader();
    let room = rooms::visible(db, scope, room).await?;
    read(db, RoomId(room.id), view, limit).await
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

/// The same for a room that was found to be visible.
pub(crate) async fn read(
    db: &impl ConnectionTrait,
    room: RoomId,
    view: View,
    limit: u32,
) -> Result<History, ServiceError> {
    let limit = limit.clamp(1, rules::LIST_MAX) as usize;
    // One more than is shown tells whether there are more.
    let more = limit + 1;
    let (edge, older, newer) = match view {
        View::Newest => (Number::MAX, more, 0),
        View::Before(number) => (number, more, 1),
        View::After(number) => (number.saturating_add(1), 1, more),
        View::Around(number) => (number, more, more),
    };
    let (seq, rows) = beside(db, room, edge, older, newer).await?;
    // Oldest first.
    let older = rows.partition_point(|row| row.number < edge);
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
        seq,
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

/// Both sides of a number, each one range of an index, and the seq at which they are read. All rows
/// are one value, each with its columns in the entity's order: what the driver does for a value, it
/// would do for every column of every row.
const BESIDE: &str = "SELECT (SELECT seq FROM rooms WHERE id = ?1), json_group_array(json_array(\
    id, room_id, number, seq, ordinal, author_id, author_name, client_id, body, reply_to, \
    created_at, edited_at, deleted_at)) \
    FROM (SELECT * FROM (SELECT * FROM messages \
    WHERE room_id = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3) \
    UNION ALL SELECT * FROM (SELECT * FROM messages \
    WHERE room_id = ?1 AND number >= ?2 ORDER BY number LIMIT ?4))";

/// So many messages right before a number, and so many from it on, oldest first.
async fn beside(
    db: &impl ConnectionTrait,
    room: RoomId,
    number: Number,
    older: usize,
    newer: usize,
) -> Result<(Seq, Vec<message::Model>), ServiceError> {
    let values = [room.0, number, older as i64, newer as i64];
    let statement =
        Statement::from_sql_and_values(DbBackend::Sqlite, BESIDE, values.map(Value::from));
    let row = db.query_one_raw(statement).await?;
    let row = row.ok_or(ServiceError::RoomNotFound)?;
    let seq: Option<Seq> = row.try_get_by_index(0)?;
    let listed: String = row.try_get_by_index(1)?;
    let mut rows: Vec<message::Model> =
        serde_json::from_str(&listed).map_err(|error| DbErr::Json(error.to_string()))?;
    rows.sort_unstable_by_key(|row| row.number);
    Ok((seq.ok_or(ServiceError::RoomNotFound)?, rows))
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
