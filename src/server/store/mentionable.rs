//! Who and what a text that is sent to a room can name.
//!
//! *Invariant:* it is asked through what the sender sees, and answers of what they see alone. Nobody is found who does not
//! see the room.

use super::Store;
use super::db::{self, Db, Row, Value, statement, values};
use super::mentions::ids_of;
use super::roles;
use super::rooms::{Viewer, is_confined, is_visible, visible};
use crate::error::ServiceError;
use crate::markdown::mentions::{KEYS, Namesake, Wanted};
use parlour_protocol::permissions::Roles;
use parlour_protocol::{RoomId, RoomRules, UserId};

/// What is there of what was wanted.
#[derive(Clone, Debug, Default)]
pub struct Mentionable {
    /// The members of the room who are called so, or those who were said to be meant.
    pub people: Vec<Namesake>,
    /// The open rooms that are called so.
    pub rooms: Vec<Namesake>,
    /// Who would mention everybody, if that was wanted.
    pub everybody: Option<Everybody>,
}

/// Everybody in a room, as it is decided who may mention them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Everybody {
    /// How many are in the room; of many, that they are more than was asked.
    pub members: i64,
    /// The roles of who would mention them.
    pub roles: Roles,
    /// What decides about the room.
    pub rules: RoomRules,
}

impl Store {
    /// Whom and what this text, sent by this person to a room, can name; of everybody there it counts `many` and one more
    /// at most. Nothing in a room that they do not see.
    ///
    /// # Errors
    /// The database failed.
    pub async fn mentionable(
        &self,
        sender: UserId,
        room: RoomId,
        wanted: Wanted,
        meant: Option<Vec<UserId>>,
        many: i64,
    ) -> Result<Mentionable, ServiceError> {
        let read = move |db: &Db| {
            if let Err(refused) = visible(db, Viewer(Some(sender)), room) {
                return match refused {
                    ServiceError::RoomNotFound => Ok(Mentionable::default()),
                    failed => Err(failed),
                };
            }
            let people = match &meant {
                Some(meant) => self::meant(db, sender, room, meant)?,
                None => called(db, PEOPLE, room.0, &wanted.people)?,
            };
            Ok(Mentionable {
                people,
                rooms: called(db, ROOMS, sender.0, &wanted.rooms)?,
                everybody: match wanted.is_everybody {
                    true => everybody(db, sender, room, many)?,
                    false => None,
                },
            })
        };
        self.read(read).await
    }
}

/// Who or what is called by one of these keys.
fn called(db: &Db, sql: &'static str, of: i64, keys: &[String]) -> db::Result<Vec<Namesake>> {
    let mut found = Vec::new();
    for keys in keys.chunks(KEYS) {
        let mut values = [Value::Text(""); KEYS + 1];
        values[0] = of.into();
        for (value, key) in values[1..].iter_mut().zip(keys) {
            *value = key.into();
        }
        found.extend(statement(db, sql)?.rows(&values, namesake)?);
    }
    Ok(found)
}

fn meant(db: &Db, sender: UserId, room: RoomId, people: &[UserId]) -> db::Result<Vec<Namesake>> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = values![room, sender].to_vec();
    values.extend(ids_of(people).map(Value::from));
    statement(db, MEANT)?.rows(&values, namesake)
}

fn everybody(db: &Db, sender: UserId, room: RoomId, many: i64) -> db::Result<Option<Everybody>> {
    let members = statement(db, MEMBERS)?.row(values![room, many + 1], |row| row.get(0))?;
    let (roles, rules) = (
        roles::roles(db, sender, Some(room))?,
        roles::rules(db, room)?,
    );
    Ok(roles.zip(rules).map(|(roles, rules)| Everybody {
        members: members.unwrap_or_default(),
        roles,
        rules,
    }))
}

fn namesake(row: &Row<'_>) -> db::Result<Namesake> {
    Ok(Namesake {
        id: row.get(0)?,
        folded: row.get(1)?,
        skeleton: row.get(2)?,
    })
}

/// A part of the keys that are wanted, from the second placeholder on.
macro_rules! keys {
    () => {
        "IN (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"
    };
}

/// Of those who share a name so many are enough to know that there are several.
const PEOPLE: &str = concat!(
    "SELECT users.id, users.folded, users.skeleton FROM users CROSS JOIN memberships AS own \
    WHERE users.skeleton ",
    keys!(),
    " AND users.state = 'active' AND own.room_id = ?1 AND own.user_id = users.id AND own.state = 'in' LIMIT 1000"
);

const ROOMS: &str = concat!(
    "SELECT rooms.id, rooms.folded, rooms.skeleton FROM rooms WHERE rooms.kind = 'open' AND rooms.skeleton ",
    keys!(),
    " AND ",
    is_visible!("?1")
);

/// A guest who sees their own rooms alone knows of those who are in them, and of nobody else.
const MEANT: &str = concat!(
    "SELECT users.id, users.folded, users.skeleton FROM users AS asked \
    JOIN users ON users.id = coalesce(asked.merged_into, asked.id) JOIN rooms ON rooms.id = ?1 \
    WHERE asked.id IN (?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22) \
    AND users.state = 'active' AND ",
    is_visible!("users.id"),
    " AND (NOT ",
    is_confined!("?2"),
    " OR EXISTS (SELECT 1 FROM memberships AS own WHERE own.room_id = ?1 AND own.user_id = users.id \
    AND own.state = 'in'))"
);

const MEMBERS: &str = "SELECT count(*) FROM (SELECT 1 FROM memberships WHERE room_id = ? AND state = 'in' LIMIT ?) AS counted";
