//! Who and what a text that is sent to a room can name.
//!
//! *Invariant:* it is asked through what the sender sees, and answers of what they see alone. Nobody is found who does not
//! see the room.

use super::Store;
use super::db::{self, Db, Row, Value, statement, values};
use super::direct::is_met;
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
    /// Those who are called so in the room, or those who were said to be meant.
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
                None => called_in(db, sender, room, &wanted.people)?,
            };
            Ok(Mentionable {
                people,
                rooms: called(db, ROOMS, values![sender], &wanted.rooms, namesake)?,
                everybody: match wanted.is_everybody {
                    true => everybody(db, sender, room, many)?,
                    false => None,
                },
            })
        };
        self.read(read).await
    }
}

/// Who is called by one of these keys in a room: its members, and of an open one, where none of them is called so, also
/// who has an account and is not in it.
pub(super) fn called_in(
    db: &Db,
    sender: UserId,
    room: RoomId,
    keys: &[String],
) -> db::Result<Vec<Namesake>> {
    let of = values![room, sender];
    let all = called(db, PEOPLE, of, keys, |row| {
        Ok((namesake(row)?, row.get(3)?))
    })?;
    let (members, mut others): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, is_in)| *is_in);
    let is_member = |key: &str| members.iter().any(|(one, _)| one.skeleton == key);
    others.retain(|(other, _)| !is_member(&other.skeleton));
    Ok(members
        .into_iter()
        .chain(others)
        .map(|(one, _)| one)
        .collect())
}

/// Who or what is called by one of these keys, of those that the first values say.
fn called<T>(
    db: &Db,
    sql: &'static str,
    of: &[Value<'_>],
    keys: &[String],
    read: fn(&Row<'_>) -> db::Result<T>,
) -> db::Result<Vec<T>> {
    let mut found = Vec::new();
    for keys in keys.chunks(KEYS) {
        let mut wanted = [Value::Text(""); KEYS];
        for (value, key) in wanted.iter_mut().zip(keys) {
            *value = key.into();
        }
        // Behind the keys stands whatever else is asked by.
        let values = [&of[..1], &wanted, &of[1..]].concat();
        found.extend(statement(db, sql)?.rows(&values, read)?);
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

pub(super) fn everybody(
    db: &Db,
    sender: UserId,
    room: RoomId,
    many: i64,
) -> db::Result<Option<Everybody>> {
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

/// Of those who share a name so many are enough to know that there are several. Besides the members of the room, of an open
/// one accounts alone: their names are nobody else's, and a guest is called by who meets them.
const PEOPLE: &str = concat!(
    "SELECT * FROM (SELECT users.id, users.folded, users.skeleton, TRUE AS is_in FROM users CROSS JOIN memberships AS own \
    WHERE users.skeleton ",
    keys!(),
    " AND users.state = 'active' AND own.room_id = ?1 AND own.user_id = users.id AND own.state = 'in' LIMIT 1000) AS members \
    UNION ALL SELECT * FROM (SELECT users.id, users.folded, users.skeleton, FALSE AS is_in FROM users CROSS JOIN rooms \
    WHERE users.skeleton ",
    keys!(),
    " AND users.kind <> 'guest' AND rooms.id = ?1 AND rooms.kind = 'open' AND ",
    is_met!("?18"),
    " AND NOT EXISTS (SELECT 1 FROM memberships AS own WHERE own.room_id = ?1 AND own.user_id = users.id \
    AND own.state = 'in') AND ",
    is_visible!("users.id"),
    " LIMIT 1000) AS others"
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
