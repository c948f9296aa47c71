//! Who and what can be named in a room, by a part of what they are called, for who is writing there.
//!
//! *Invariant:* it answers of what the writer sees alone, and of nobody whom a text in that room would not name. An answer
//! has a limit, and so has what is read for it.

use super::Store;
use super::db::{self, Db, Row, Value, statement, values};
use super::direct::is_met;
use super::mentionable::{Everybody, called_in, everybody};
use super::rooms::{Viewer, is_visible, visible};
use crate::error::ServiceError;
use crate::markdown::mentions::Namesake;
use parlour_protocol::{RoomId, UserId};
use std::ops::ControlFlow;

/// How many names are looked at: of those in the room, of others, and of rooms. In a house of more, the rest is named by
/// who writes it out.
const LOOKED_AT: i64 = 10_000;

/// Somebody or something that can be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The id of either.
    pub id: i64,
    /// The name as it is shown.
    pub name: String,
    /// Whether they are in the room.
    pub is_member: bool,
    folded: String,
    skeleton: String,
}

/// Whom a text in a room can name.
#[derive(Clone, Debug, Default)]
pub struct Callable {
    /// Those who fit, each with all who would be found by the same name.
    pub people: Vec<(Called, Vec<Namesake>)>,
    /// Who would mention everybody, if that was wanted.
    pub everybody: Option<Everybody>,
}

impl Store {
    /// Up to `limit` people whom the writer can name in the room, those who are in it first, and the better ones of those
    /// that fit: `fits` says how well, of a name and its skeleton, 0 for best. Of everybody there it counts `many` and one
    /// more at most.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`] when there is none that the writer may see, or the database failed.
    pub async fn callable(
        &self,
        writer: UserId,
        room: RoomId,
        limit: usize,
        many: Option<i64>,
        fits: impl Fn(&str, &str) -> Option<usize> + Send + 'static,
    ) -> Result<Callable, ServiceError> {
        let read = move |db: &Db| {
            visible(db, Viewer(Some(writer)), room)?;
            let values = values![room, writer, LOOKED_AT];
            let mut people = best(db, MEMBERS, values, limit, &fits)?;
            if people.len() < limit {
                let left = limit - people.len();
                people.extend(best(db, OTHERS, values, left, &fits)?);
            }
            let keys: Vec<String> = people.iter().map(|one| one.skeleton.clone()).collect();
            let named = called_in(db, writer, room, &keys)?;
            let with_namesakes = |one: Called| {
                let named = named.iter();
                let namesakes = named.filter(|other| other.skeleton == one.skeleton);
                let namesakes = namesakes.cloned().collect();
                (one, namesakes)
            };
            Ok(Callable {
                people: people.into_iter().map(with_namesakes).collect(),
                everybody: match many {
                    Some(many) => everybody(db, writer, room, many)?,
                    None => None,
                },
            })
        };
        self.read(read).await
    }

    /// Up to `limit` open rooms that the writer sees, in the same way.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`] when there is none that the writer may see, or the database failed.
    pub async fn rooms_callable(
        &self,
        writer: UserId,
        room: RoomId,
        limit: usize,
        fits: impl Fn(&str, &str) -> Option<usize> + Send + 'static,
    ) -> Result<Vec<Called>, ServiceError> {
        let read = move |db: &Db| {
            visible(db, Viewer(Some(writer)), room)?;
            Ok(best(db, ROOMS, values![writer, LOOKED_AT], limit, &fits)?)
        };
        self.read(read).await
    }
}

/// Those that fit best, and of those that fit as well the first in their order.
fn best(
    db: &Db,
    of: &'static str,
    values: &[Value<'_>],
    limit: usize,
    fits: &impl Fn(&str, &str) -> Option<usize>,
) -> db::Result<Vec<Called>> {
    let mut found: Vec<(usize, Called)> = Vec::new();
    let keep = |found: &mut Vec<(usize, Called)>| {
        found.sort_by(|(one, a), (other, b)| (one, &a.folded, a.id).cmp(&(other, &b.folded, b.id)));
        found.truncate(limit);
    };
    statement(db, of)?.scan(values, |row| {
        let called = called(row)?;
        if let Some(how_well) = fits(&called.name, &called.skeleton) {
            found.push((how_well, called));
        }
        // So that no more are held than are sorted in no time.
        if found.len() >= 64 + limit {
            keep(&mut found);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    keep(&mut found);
    Ok(found.into_iter().map(|(_, called)| called).collect())
}

fn called(row: &Row<'_>) -> db::Result<Called> {
    Ok(Called {
        id: row.get(0)?,
        name: row.get(1)?,
        folded: row.get(2)?,
        skeleton: row.get(3)?,
        is_member: row.get(4)?,
    })
}

/// That the viewer, whose id stands in this place, has not blocked the user: they name nobody whom they block.
macro_rules! is_not_blocked {
    ($viewer:literal) => {
        concat!(
            "NOT EXISTS (SELECT 1 FROM blocks WHERE blocks.user_id = ",
            $viewer,
            " AND blocks.blocked_id = users.id)"
        )
    };
}

const MEMBERS: &str = concat!(
    "SELECT users.id, users.name, users.folded, users.skeleton, TRUE \
    FROM memberships AS own CROSS JOIN users WHERE own.room_id = ?1 AND own.state = 'in' AND users.id = own.user_id \
    AND users.state = 'active' AND users.id <> ?2 AND ",
    is_not_blocked!("?2"),
    " LIMIT ?3"
);

/// Accounts that are not in an open room.
const OTHERS: &str = concat!(
    "SELECT users.id, users.name, users.folded, users.skeleton, FALSE \
    FROM rooms CROSS JOIN users WHERE rooms.id = ?1 AND rooms.kind = 'open' AND users.kind <> 'guest' \
    AND users.id <> ?2 AND ",
    is_met!("?2"),
    " AND ",
    is_visible!("users.id"),
    " AND ",
    is_not_blocked!("?2"),
    " AND NOT EXISTS (SELECT 1 FROM memberships AS own WHERE own.room_id = ?1 AND own.user_id = users.id \
    AND own.state = 'in') LIMIT ?3"
);

const ROOMS: &str = concat!(
    "SELECT rooms.id, rooms.name, rooms.folded, rooms.skeleton, FALSE FROM rooms \
    WHERE rooms.kind = 'open' AND rooms.archived_at IS NULL AND ",
    is_visible!("?1"),
    " LIMIT ?2"
);
