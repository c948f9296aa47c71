//! What a page is to its reader besides what it shows: how far they have read their rooms, what there mentions them, and
//! whom they block.
//!
//! *Invariant:* it is one statement, however many rooms and people there are.

use super::Store;
use super::db::{self, Db, statement, values};
use super::members::{ReadUpTo, read_up_to, read_up_to_of};
use super::mention_counts::{UnreadMentions, numbers, unread_mentions};
use crate::error::ServiceError;
use parlour_protocol::{RoomId, UserId};
use std::collections::HashMap;

/// What is known of a person whenever a page is theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// How far they have read each room they belong to.
    pub read: HashMap<RoomId, ReadUpTo>,
    /// What of those they have not read mentions them.
    pub mentions: UnreadMentions,
    /// Whom they block, in the order of their ids: what these say is folded away for them.
    pub blocked: Vec<UserId>,
}

impl Store {
    /// How far the user has read each room they belong to, what mentions them there, and whom they block.
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
        Ok((
            row.get(0)?,
            blocked,
            numbers(row, 2)?,
            read_up_to_of(row, 3)?,
        ))
    })?;
    for (room, blocked, mentions, read) in rows {
        let room = RoomId(room);
        if let Some(id) = blocked {
            known.blocked.push(UserId(id));
            continue;
        }
        known.read.insert(room, read);
        if !mentions.is_empty() {
            known.mentions.insert(room, mentions);
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
    read_up_to!(
        concat!("room_id, NULL, ", unread_mentions!(), ", "),
        "user_id = ?1"
    ),
    " UNION ALL SELECT 0, blocked_id, NULL, 0, 0, FALSE, FALSE, FALSE, 'member', FALSE, 'all' FROM blocks WHERE user_id = ?1"
);
