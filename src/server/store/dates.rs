//! Where a day begins in a room.
//!
//! *Invariant:* it is found by halving the room's numbers, so the deepest day costs what the newest does, and no index of
//! times is kept.

use super::Store;
use super::db::{self, Db, statement, values};
use super::rooms::{Viewer, visible};
use crate::error::ServiceError;
use parlour_protocol::{Number, RoomId, Timestamp};

impl Store {
    /// The first message of a room that was stored at this time or later; where all are earlier the last one, and none
    /// where there is none. Where a clock was set back it is one of those around.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], or the database failed.
    pub async fn first_since(
        &self,
        viewer: impl Into<Viewer>,
        room: RoomId,
        at: Timestamp,
    ) -> Result<Option<Number>, ServiceError> {
        let viewer = viewer.into();
        let read = move |db: &Db| {
            let newest = visible(db, viewer, room)?.seq;
            Ok(first(db, room, newest, at)?)
        };
        self.read(read).await
    }
}

fn first(db: &Db, room: RoomId, newest: i64, at: Timestamp) -> db::Result<Option<Number>> {
    // Before `low` all is earlier; at `high` and behind nothing is.
    let (mut low, mut high) = (0, newest + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        match behind(db, room, middle)? {
            Some((number, stored)) if stored < at.0 => low = number + 1,
            _ => high = middle,
        }
    }
    match behind(db, room, low)? {
        Some((number, _)) => Ok(Some(Number(number))),
        None => statement(db, LAST)?.row(values![room], |row| Ok(Number(row.get(0)?))),
    }
}

/// The first message with this number or a later one, and when it was stored.
fn behind(db: &Db, room: RoomId, number: i64) -> db::Result<Option<(i64, i64)>> {
    statement(db, BEHIND)?.row(values![room, number], |row| Ok((row.get(0)?, row.get(1)?)))
}

const BEHIND: &str = "SELECT number, created_at FROM messages WHERE room_id = ? AND number >= ? \
    ORDER BY number LIMIT 1";

const LAST: &str = "SELECT number FROM messages WHERE room_id = ? ORDER BY number DESC LIMIT 1";
