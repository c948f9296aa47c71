//! What direct rooms are called.
//!
//! *Invariant:* it is stored nowhere: each reader's record of one is made of what the others are called when it is read.

use super::db::{self, Db, Row, statement, values};
use super::tables::RoomRow;
use crate::names;
use parlour_protocol::ids::DIRECT_FROM;
use parlour_protocol::{RoomKind, UserId};
use std::collections::HashMap;

/// Calls a direct room what it is to this reader.
pub(super) fn called(db: &Db, reader: Option<UserId>, row: RoomRow) -> db::Result<RoomRow> {
    let mut rows = [row];
    call_all(db, reader, &mut rows)?;
    let [row] = rows;
    Ok(row)
}

/// The same for all of these rooms that are direct, by one statement however many there are.
pub(super) fn call_all(db: &Db, reader: Option<UserId>, rows: &mut [RoomRow]) -> db::Result<()> {
    let Some(reader) = reader else { return Ok(()) };
    let direct = || rows.iter().filter(|row| row.kind.0 == RoomKind::Direct);
    let named = match (direct().next(), direct().nth(1)) {
        (None, _) => return Ok(()),
        (Some(one), None) => statement(db, NAMES)?.rows(values![one.id, reader], named)?,
        (Some(_), Some(_)) => {
            statement(db, NAMES_OF_ALL)?.rows(values![reader, DIRECT_FROM], named)?
        }
    };
    let mut names: HashMap<i64, Vec<String>> = HashMap::new();
    for (room, name) in named {
        names.entry(room).or_default().push(name);
    }
    for row in rows.iter_mut() {
        if let Some(names) = names.remove(&row.id) {
            row.name = names.join(", ");
            row.sort_key = names::sort_key(&row.name);
        }
    }
    Ok(())
}

fn named(row: &Row<'_>) -> db::Result<(i64, String)> {
    Ok((row.get(0)?, row.get(1)?))
}

const NAMES: &str = "SELECT room_id, users.name FROM memberships JOIN users ON users.id = user_id \
    WHERE room_id = ? AND user_id <> ? AND memberships.state = 'in' ORDER BY users.folded, users.id";

/// Of all direct rooms of a reader: their memberships of them are a range of an index.
const NAMES_OF_ALL: &str = "SELECT theirs.room_id, users.name FROM memberships AS mine \
    CROSS JOIN memberships AS theirs CROSS JOIN users \
    WHERE mine.user_id = ?1 AND mine.state = 'in' AND mine.room_id >= ?2 \
    AND theirs.room_id = mine.room_id AND theirs.user_id <> ?1 AND theirs.state = 'in' \
    AND users.id = theirs.user_id ORDER BY users.folded, users.id";
