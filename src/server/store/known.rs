//! What a page is to its reader besides what it shows: how far they have read their rooms, and whom they block.
//!
//! *Invariant:* it is one statement, however many rooms and people there are.

use super::Store;
use super::db::{self, Db, statement, values};
use super::members::{ReadUpTo, read_up_to, read_up_to_of};
use crate::error::ServiceError;
use parlour_protocol::{RoomId, UserId};
use std::collections::HashMap;

/// What is known of a person whenever a page is theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// How far they have read each room they belong to.
    pub read: HashMap<RoomId, ReadUpTo>,
    /// Whom they block, in the order of their ids: what these say is folded away for them.
    pub blocked: Vec<UserId>,
}

impl Store {
    /// How far the user has read each room they belong to, and whom they block.
    ///
    /// # Errors
    /// The database failed.
    pub async fn known(&self, user: UserId) -> Result<Known, ServiceError> {
        self.read(move |db| Ok(of(db, user)?)).await
    }
}

pub(super) fn of(db: &Db, user: UserId) -> db::Result<Known> {
    let mut known = Known::default();
    let rows = statement(db, KNOWN)?.rows(values![user], |row| {
        let blocked: Option<i64> = row.get(1)?;
        Ok((row.get(0)?, blocked, read_up_to_of(row, 2)?))
    })?;
    for (room, blocked, read) in rows {
        match blocked {
            Some(id) => known.blocked.push(UserId(id)),
            None => drop(known.read.insert(RoomId(room), read)),
        }
    }
    known.blocked.sort_unstable();
    Ok(known)
}

/// Whom a person blocks.
pub(super) fn blocked(db: &Db, user: UserId) -> db::Result<Vec<UserId>> {
    statement(db, BLOCKED)?.rows(values![user], |row| Ok(UserId(row.get(0)?)))
}

const BLOCKED: &str = "SELECT blocked_id FROM blocks WHERE user_id = ? ORDER BY blocked_id";

const KNOWN: &str = concat!(
    read_up_to!("room_id, NULL, ", "user_id = ?1"),
    " UNION ALL SELECT 0, blocked_id, 0, 0, FALSE, FALSE, FALSE, 'member', FALSE FROM blocks WHERE user_id = ?1"
);
