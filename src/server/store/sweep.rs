//! Removing deleted rooms, expired sessions and forgotten guests from the disk, in bounded pieces.
//!
//! *Invariant:* a piece is one transaction, so short that a send beside it waits for some milliseconds.

use super::Store;
use super::db::{Db, Value, statement, values};
use super::writer::Written;
use crate::error::ServiceError;
use parlour_protocol::{Timestamp, UserId};

/// Messages, memberships or sessions in a piece.
const ROWS: i64 = 200;
/// Bytes of text in a piece, all of which are overwritten.
const BYTES: i64 = 256 * 1024;

impl Store {
    /// Removes a piece of a deleted room: first its messages, then its memberships, and last its row. False: there is
    /// no deleted room.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sweep_deleted_room(&self) -> Result<bool, ServiceError> {
        let Some((room, up_to)) = self.read(oldest_of_a_deleted_room).await? else {
            return Ok(false);
        };
        self.took_back();
        if let Some(number) = up_to {
            self.execute(MESSAGES, [room, number]).await?;
        } else if self.execute(MEMBERSHIPS_OF_ROOM, [room, ROWS]).await? == 0 {
            self.execute(ROOM, [room]).await?;
        }
        Ok(true)
    }

    /// Removes a piece of the sessions that have ended. False: there are none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sweep_sessions(&self, now: Timestamp) -> Result<bool, ServiceError> {
        let look = move |db: &Db| Ok(statement(db, HAS_ENDED)?.exists(values![now])?);
        if !self.read(look).await? {
            return Ok(false);
        }
        self.execute(SESSIONS, [now.0, ROWS]).await?;
        Ok(true)
    }

    /// The next `limit` users in the order of their ids, and whether each can be forgotten: a guest without a
    /// session, a message or a room.
    ///
    /// # Errors
    /// The database failed.
    pub async fn users_behind(
        &self,
        after: UserId,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<(UserId, bool)>, ServiceError> {
        let look = move |db: &Db| {
            let values = values![after, now, limit as i64];
            let users = statement(db, USERS_BEHIND)?
                .rows(values, |row| Ok((UserId(row.get(0)?), row.get(1)?)));
            Ok(users?)
        };
        self.read(look).await
    }

    /// Removes those of these guests who can still be forgotten. A guest with more than 200 memberships loses 200 of
    /// them, and is removed by a later call.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_guests(
        &self,
        guests: Vec<UserId>,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        self.took_back();
        self.write(move |db| {
            for UserId(id) in &guests {
                let left = statement(db, MEMBERSHIPS_OF_GUEST)?.execute(values![*id, ROWS])?;
                if left < ROWS as usize {
                    statement(db, GUEST)?.execute(values![*id, now])?;
                }
            }
            Ok(Written::quietly(()))
        })
        .await
    }

    /// Runs one statement in a transaction; how many rows it changed.
    async fn execute<const N: usize>(
        &self,
        sql: &'static str,
        values: [i64; N],
    ) -> Result<usize, ServiceError> {
        self.write(move |db| {
            let rows = statement(db, sql)?.execute(&values.map(Value::from))?;
            Ok(Written::quietly(rows))
        })
        .await
    }
}

/// A deleted room, and the number up to which its messages make one piece; `None`: it has no messages.
fn oldest_of_a_deleted_room(db: &Db) -> Result<Option<(i64, Option<i64>)>, ServiceError> {
    let room = statement(db, DELETED)?.row(values![], |row| row.get::<i64>(0))?;
    let Some(room) = room else {
        return Ok(None);
    };
    let sizes =
        statement(db, SIZES)?.rows(values![room, ROWS], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Some((room, last_of_piece(&sizes))))
}

/// The number with which a piece ends: at least one message is in it, however long.
fn last_of_piece(sizes: &[(i64, i64)]) -> Option<i64> {
    let mut bytes = 0;
    let fitting = sizes.iter().take_while(|(_, size)| {
        bytes += size;
        bytes <= BYTES
    });
    let fitting = fitting.count().max(1).min(sizes.len());
    fitting.checked_sub(1).map(|last| sizes[last].0)
}

const DELETED: &str = "SELECT id FROM rooms WHERE deleted_at IS NOT NULL LIMIT 1";

/// With a message go the reactions to it, and what it said before.
const SIZES: &str = "SELECT number, CAST(octet_length(body) + coalesce(octet_length(doc), 0) \
    + (SELECT count(*) FROM reactions WHERE message_id = messages.id) * 100 \
    + (SELECT coalesce(sum(octet_length(revisions.body)), 0) FROM revisions WHERE message_id = messages.id) AS BIGINT) \
    FROM messages WHERE room_id = ? ORDER BY number LIMIT ?";

const MESSAGES: &str = "DELETE FROM messages WHERE room_id = ? AND number <= ?";

const MEMBERSHIPS_OF_ROOM: &str = "DELETE FROM memberships WHERE (room_id, user_id) IN \
    (SELECT room_id, user_id FROM memberships WHERE room_id = ? LIMIT ?)";

const ROOM: &str = "DELETE FROM rooms WHERE id = ? AND deleted_at IS NOT NULL";

const HAS_ENDED: &str = "SELECT 1 FROM sessions WHERE expires_at <= ? LIMIT 1";

const SESSIONS: &str = "DELETE FROM sessions WHERE id IN \
    (SELECT id FROM sessions WHERE expires_at <= ? LIMIT ?)";

/// Whether a user can be forgotten at the time `?2`. A session lasts for thirty days at least, so a user who is newer
/// than that may be without one because it is being made. Who is in a direct room is its name to the others.
macro_rules! is_gone {
    () => {
        "kind = 'guest' AND created_at <= ?2 - 2592000000 \
        AND NOT EXISTS (SELECT 1 FROM sessions WHERE user_id = users.id AND expires_at > ?2) \
        AND NOT EXISTS (SELECT 1 FROM messages WHERE author_id = users.id) \
        AND NOT EXISTS (SELECT 1 FROM reactions WHERE user_id = users.id) \
        AND NOT EXISTS (SELECT 1 FROM rooms WHERE created_by = users.id) \
        AND NOT EXISTS (SELECT 1 FROM memberships JOIN rooms ON rooms.id = room_id \
        WHERE user_id = users.id AND rooms.kind = 'direct')"
    };
}

const USERS_BEHIND: &str = concat!(
    "SELECT id, ",
    is_gone!(),
    " FROM users WHERE id > ?1 ORDER BY id LIMIT ?3"
);

const MEMBERSHIPS_OF_GUEST: &str = "DELETE FROM memberships WHERE (room_id, user_id) IN \
    (SELECT room_id, user_id FROM memberships WHERE user_id = ? LIMIT ?)";

const GUEST: &str = concat!("DELETE FROM users WHERE id = ?1 AND ", is_gone!());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_ends_with_its_bytes_and_has_at_least_one_message() {
        assert_eq!(last_of_piece(&[]), None);
        assert_eq!(last_of_piece(&[(3, 1), (4, 1)]), Some(4));
        assert_eq!(last_of_piece(&[(3, BYTES + 1), (4, 1)]), Some(3));
        assert_eq!(last_of_piece(&[(3, 1), (4, BYTES - 1), (9, 1)]), Some(4));
    }
}
