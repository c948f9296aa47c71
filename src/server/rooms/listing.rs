//! Lists of rooms: which of them are in a list, and in which order.
//!
//! *Invariant:* no list grows with the house. A page has at most the first [`OWN`] rooms that its reader belongs
//! to, [`OTHERS`] more, and the one that is open; all there are can be read in pages, by key.

use super::{known_positions, may_see, visible_now};
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store::entity::room;
use crate::store::statement;
use parlour_protocol::rules::{OTHER_ROOMS_MAX, OWN_ROOMS_MAX};
use parlour_protocol::{Room, RoomEntry, RoomId};
use rusqlite::{Connection, Params};
use std::str::FromStr;

/// The rooms that this reader's page lists, with what is unread in them.
pub async fn list(ctx: &Context, scope: &Scope) -> Result<Vec<RoomEntry>, ServiceError> {
    let reader = scope.clone();
    let listed = move |db: &Connection| listed(db, &reader, None);
    let listed = ctx.store.read(listed).await?;
    let read = known_positions(ctx, scope).await?;
    let entry = |row: room::Model| {
        let read = read.get(&RoomId(row.id));
        let unread = read.map_or(0, |read| (row.posts - read).max(0));
        RoomEntry {
            room: line(ctx, row),
            unread,
        }
    };
    Ok(listed.rows.into_iter().map(entry).collect())
}

/// A room as a list has it: what it is about is said where it is open.
pub(crate) fn line(ctx: &Context, row: room::Model) -> Room {
    let online = ctx.hub.online(RoomId(row.id));
    Room {
        description: String::new(),
        ..row.into_room(online)
    }
}

/// What a page lists.
pub(crate) struct Listed {
    /// In order.
    pub(crate) rows: Vec<room::Model>,
    /// They are all there are, so everybody's list is this one.
    pub(crate) is_whole: bool,
}

/// The rooms for a page on which this one is open.
pub(crate) fn listed(
    db: &Connection,
    scope: &Scope,
    open: Option<RoomId>,
) -> Result<Listed, ServiceError> {
    let others = OTHER_ROOMS_MAX as i64;
    let mut rows = rows(db, FIRST, [others + 1])?;
    let is_whole = rows.len() <= OTHER_ROOMS_MAX;
    if let Some(user) = scope.user_id().filter(|_| !is_whole) {
        rows = self::rows(db, NOT_OWN, [user.0, others])?;
        rows.extend(self::rows(db, OWN, [user.0, OWN_ROOMS_MAX as i64])?);
    } else {
        rows.truncate(OTHER_ROOMS_MAX);
    }
    rows.retain(|row| may_see(scope, row));
    if let Some(open) = open
        && rows.iter().all(|row| row.id != open.0)
    {
        rows.push(visible_now(db, scope, open)?);
    }
    rows.sort_unstable_by(|one, other| (&one.sort_key, one.id).cmp(&(&other.sort_key, other.id)));
    Ok(Listed { rows, is_whole })
}

/// The place of a room in the list of all: `<sort>.<id>`, as it stands in an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    sort: String,
    id: i64,
}

impl After {
    /// Right behind this room.
    fn room(room: &Room) -> Self {
        Self {
            sort: room.sort.clone(),
            id: room.id.0,
        }
    }
}

impl std::fmt::Display for After {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.sort, self.id)
    }
}

impl FromStr for After {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (sort, id) = text.split_once('.').ok_or(())?;
        let is_a_key = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
        let id = id.parse().map_err(|_| ())?;
        if !sort.bytes().all(is_a_key) {
            return Err(());
        }
        let sort = sort.to_owned();
        Ok(Self { sort, id })
    }
}

/// A part of all rooms.
#[derive(Clone, Debug)]
pub struct RoomsPage {
    /// In order.
    pub rooms: Vec<Room>,
    /// Where the next part begins, if there is one.
    pub next: Option<After>,
}

/// Up to `limit` of all rooms (at least one), those behind `after`.
pub async fn page(
    ctx: &Context,
    scope: &Scope,
    after: Option<After>,
    limit: u32,
) -> Result<RoomsPage, ServiceError> {
    let limit = limit.max(1) as usize;
    let reader = scope.clone();
    let read = move |db: &Connection| {
        // One more than is told tells whether there are more.
        let more = limit as i64 + 1;
        let mut rows = match after {
            Some(After { sort, id }) => rows(db, BEHIND, (sort, id, more))?,
            None => rows(db, FIRST, [more])?,
        };
        let is_end = rows.len() <= limit;
        rows.truncate(limit);
        rows.retain(|row| may_see(&reader, row));
        Ok((rows, is_end))
    };
    let (rows, is_end) = ctx.store.read(read).await?;
    let room = |row: room::Model| {
        let online = ctx.hub.online(RoomId(row.id));
        row.into_room(online)
    };
    let rooms: Vec<Room> = rows.into_iter().map(room).collect();
    let next = rooms.last().filter(|_| !is_end).map(After::room);
    Ok(RoomsPage { rooms, next })
}

fn rows(
    db: &Connection,
    of: &'static str,
    values: impl Params,
) -> rusqlite::Result<Vec<room::Model>> {
    let mut of = statement(db, of)?;
    let rows = of.query_map(values, |row| row.try_into())?;
    rows.collect()
}

/// Rooms that are not deleted, in the order in which they are shown: a range of the index on it.
macro_rules! rooms {
    ($from:literal, $which:literal) => {
        concat!(
            "SELECT id, name, folded, description, created_at, created_by, seq, posts, \
            last_message_at, skeleton, sort_key, deleted_at FROM ",
            $from,
            " WHERE deleted_at IS NULL",
            $which,
            " ORDER BY sort_key, id LIMIT ?"
        )
    };
}

const FIRST: &str = rooms!("rooms", "");

const BEHIND: &str = rooms!("rooms", " AND (sort_key, id) > (?, ?)");

/// Memberships are asked for the few rooms that are looked at.
const NOT_OWN: &str = rooms!(
    "rooms",
    " AND NOT EXISTS (SELECT 1 FROM memberships WHERE room_id = rooms.id AND user_id = ?)"
);

/// By their memberships, however many rooms there are.
const OWN: &str = rooms!(
    "memberships CROSS JOIN rooms ON id = room_id",
    " AND user_id = ?"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_list_is_read_as_it_is_written() {
        for (sort, id) in [("", 1), ("-zA_9", 12), ("k", i64::MAX)] {
            let after = After {
                sort: sort.to_owned(),
                id,
            };
            assert_eq!(after.to_string().parse(), Ok(after));
        }
        for text in ["", "1", "a.", "a.x", "a b.1", "a'.1", "a.1.2", "ä.1"] {
            assert_eq!(text.parse::<After>(), Err(()), "{text}");
        }
    }
}
