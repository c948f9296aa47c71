//! What direct rooms are called.
//!
//! *Invariant:* it is stored nowhere: each reader's record of one is made of what the others are called when it is read.

use super::db::{self, Db, statement, values};
use super::tables::RoomRow;
use crate::names;
use parlour_protocol::{RoomKind, UserId};

/// Calls a direct room what it is to this reader.
pub(super) fn called(db: &Db, reader: Option<UserId>, row: RoomRow) -> db::Result<RoomRow> {
    let mut rows = [row];
    call_all(db, reader, &mut rows)?;
    let [row] = rows;
    Ok(row)
}

/// The same for all of these rooms that are direct.
pub(super) fn call_all(db: &Db, reader: Option<UserId>, rows: &mut [RoomRow]) -> db::Result<()> {
    let Some(reader) = reader else { return Ok(()) };
    let direct = rows.iter_mut().filter(|row| row.kind.0 == RoomKind::Direct);
    for row in direct {
        let names: Vec<String> =
            statement(db, NAMES)?.rows(values![row.id, reader], |row| row.get(0))?;
        if !names.is_empty() {
            row.name = names.join(", ");
            row.sort_key = names::sort_key(&row.name);
        }
    }
    Ok(())
}

const NAMES: &str = "SELECT users.name FROM memberships JOIN users ON users.id = user_id \
    WHERE room_id = ? AND user_id <> ? AND memberships.state = 'in' ORDER BY users.folded, users.id";
