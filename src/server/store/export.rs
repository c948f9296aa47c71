//! What somebody takes along: the rooms they are in, and what they wrote, a part at a time.
//!
//! *Invariant:* a part costs the same however much there is: each begins behind a key of the index that it is read by.

use super::Store;
use super::db::{Db, statement, values};
use super::direct_names;
use super::tables::{InRoom, MessageRow, RoomRow, message_columns, room_columns};
use crate::error::ServiceError;
use parlour_protocol::{Message, Room, RoomId, RoomKind, RoomRole, Timestamp, UserId};

/// A room that somebody is in.
#[derive(Clone, Debug)]
pub struct OwnRoom {
    /// The room, called what it is to them.
    pub room: Room,
    /// Who may see it.
    pub kind: RoomKind,
    /// Their role in it.
    pub role: RoomRole,
    /// Since when they are in it.
    pub joined_at: Timestamp,
}

impl Store {
    /// Up to `limit` rooms that a user is in, in the order of their ids, behind one of them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn own_rooms(
        &self,
        user: UserId,
        after: RoomId,
        limit: usize,
    ) -> Result<Vec<OwnRoom>, ServiceError> {
        let read = move |db: &Db| {
            let rows = statement(db, ROOMS)?.rows(values![user, after, limit as i64], |row| {
                let InRoom(role) = row.get(RoomRow::COUNT)?;
                let joined_at = Timestamp(row.get(RoomRow::COUNT + 1)?);
                Ok((RoomRow::read(row)?, role, joined_at))
            })?;
            let own = rows.into_iter().map(|(row, role, joined_at)| {
                let row = direct_names::called(db, Some(user), row)?;
                Ok(OwnRoom {
                    kind: row.kind.0,
                    room: row.into_room(),
                    role,
                    joined_at,
                })
            });
            own.collect()
        };
        self.read(read).await
    }

    /// Up to `limit` messages that a user wrote and has not deleted, in the order of their idempotency keys, behind one
    /// of these.
    ///
    /// # Errors
    /// The database failed.
    pub async fn own_messages(
        &self,
        user: UserId,
        after: String,
        limit: usize,
    ) -> Result<Vec<Message>, ServiceError> {
        let ids = self.ids;
        let read = move |db: &Db| {
            let values = values![user, &after, limit as i64];
            let rows = statement(db, MESSAGES)?.rows(values, MessageRow::read)?;
            // What they wrote, and not what was made of it.
            let own = rows.into_iter().map(|row| Message {
                doc: None,
                ..row.into_message(ids)
            });
            Ok(own.collect())
        };
        self.read(read).await
    }
}

const ROOMS: &str = concat!(
    "SELECT ",
    room_columns!(),
    ", memberships.role, joined_at FROM memberships JOIN rooms ON rooms.id = room_id \
    WHERE user_id = ?1 AND room_id > ?2 AND state = 'in' AND deleted_at IS NULL ORDER BY room_id LIMIT ?3"
);

const MESSAGES: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM messages WHERE author_id = ?1 AND client_id > ?2 AND deleted_at IS NULL ORDER BY client_id LIMIT ?3"
);
