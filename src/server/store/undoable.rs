//! What messages said that their authors have just deleted, for as long as they may have them back.
//!
//! *Invariant:* what is kept is of a message that is a tombstone to everybody, and that its author deleted. With it stay who
//! reacted to it and what it said before, and with it they go.

use super::db::{self, Db, statement, values};
use parlour_protocol::{Timestamp, UserId};

/// Milliseconds for which a deleted message can be had back.
pub const UNDO_MS: i64 = 10_000;

/// Who may have a deleted message back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undoable {
    /// Who deleted it.
    pub by: UserId,
    /// The time at which that ends.
    pub until: Timestamp,
}

/// What a message said when it was deleted.
pub(super) struct Kept {
    pub(super) undoable: Undoable,
    pub(super) body: String,
    pub(super) doc: Option<String>,
}

/// Keeps what a message says that is about to be deleted.
pub(super) fn keep(db: &Db, row: i64, undoable: Undoable) -> db::Result<()> {
    let Undoable { by, until } = undoable;
    statement(db, KEEP)?
        .execute(values![row, by, until])
        .map(drop)
}

/// What is kept of a message, if something is.
pub(super) fn kept(db: &Db, row: i64) -> db::Result<Option<Kept>> {
    statement(db, KEPT)?.row(values![row], |row| {
        Ok(Kept {
            undoable: Undoable {
                by: UserId(row.get(0)?),
                until: Timestamp(row.get(1)?),
            },
            body: row.get(2)?,
            doc: row.get(3)?,
        })
    })
}

/// Of one message.
pub(super) const FORGET: &str = "DELETE FROM undoable WHERE message_id = ?";

const KEEP: &str = "INSERT INTO undoable (message_id, by_id, until, body, doc) \
    SELECT id, CAST(?2 AS BIGINT), CAST(?3 AS BIGINT), body, doc FROM messages WHERE id = ?1";

const KEPT: &str = "SELECT by_id, until, body, doc FROM undoable WHERE message_id = ?";
