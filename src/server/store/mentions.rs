//! Whom messages mention: a row for each person who is to be told, written with the message, and what they are called,
//! read beside it.
//!
//! *Invariant:* a row is of a message that mentions the person now, and of nobody who blocks its author. Who is everybody
//! in a room is not written down: the message has a mark.

use super::db::{self, Db, Row, Value, statement, values};
use parlour_protocol::mentions::MENTIONS_MAX;
use parlour_protocol::{Message, Number, Person, RoomId, UserId};

/// Somebody whose id stands in a tree, and who that is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mentioned {
    /// The id in the tree.
    pub id: UserId,
    /// Who that is.
    pub person: Person,
}

impl Mentioned {
    /// Reads a row of [`who`](who!).
    pub(super) fn read(row: &Row<'_>) -> db::Result<Self> {
        Ok(Self {
            id: UserId(row.get(0)?),
            person: Person {
                id: UserId(row.get(1)?),
                name: row.get(2)?,
            },
        })
    }
}

/// Who people are now, of those ids.
macro_rules! who {
    ($which:literal) => {
        concat!(
            "SELECT asked.id, users.id, users.name FROM users AS asked \
            JOIN users ON users.id = coalesce(asked.merged_into, asked.id) WHERE asked.id ",
            $which
        )
    };
}
pub(super) use who;

/// The same, of [ids](ids_of) from the first placeholder on.
const WHO: &str = who!(
    "IN (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)"
);

/// As many ids as a message may mention; what is left over is nobody's.
pub(super) fn ids_of(people: &[UserId]) -> [i64; MENTIONS_MAX] {
    let mut ids = [0; MENTIONS_MAX];
    for (id, person) in ids.iter_mut().zip(people) {
        *id = person.0;
    }
    ids
}

/// Who these are, all that one message mentions.
pub(super) fn who_are(db: &Db, people: &[UserId]) -> db::Result<Vec<Mentioned>> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    statement(db, WHO)?.rows(&ids_of(people).map(Value::from), Mentioned::read)
}

/// Says in each of these whom it mentions.
pub(super) fn name(db: &Db, messages: &mut [Message]) -> db::Result<()> {
    let mut people: Vec<UserId> = messages.iter().flat_map(in_tree).collect();
    people.sort_unstable();
    people.dedup();
    let parts: Vec<_> = people.chunks(MENTIONS_MAX).map(ids_of).collect();
    let parts: Vec<_> = parts.iter().map(|ids| ids.map(Value::from)).collect();
    if parts.len() > 1 {
        let queries: Vec<_> = parts.iter().map(|ids| (WHO, &ids[..])).collect();
        db.prefetch(&queries)?;
    }
    let mut known = Vec::new();
    for ids in &parts {
        known.extend(statement(db, WHO)?.rows(ids, Mentioned::read)?);
    }
    if !known.is_empty() {
        for message in messages {
            put(message, &known);
        }
    }
    Ok(())
}

fn in_tree(message: &Message) -> Vec<UserId> {
    message
        .doc
        .as_ref()
        .map(|doc| doc.mentions())
        .unwrap_or_default()
}

/// Says in a message whom it mentions, of these.
pub(super) fn put(message: &mut Message, known: &[Mentioned]) {
    for id in in_tree(message) {
        let Some(mentioned) = known.iter().find(|mentioned| mentioned.id == id) else {
            continue;
        };
        // As it stands in the tree; who that is now follows.
        message.mentions.push(Person {
            id,
            name: String::new(),
        });
        message.mention_as(id, &mentioned.person);
    }
}

/// A message mentions these people, but for its author and whoever blocks them.
pub(super) fn insert(
    db: &Db,
    room: RoomId,
    number: Number,
    author: UserId,
    people: &[UserId],
) -> db::Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let mut values = values![room, number, author].to_vec();
    values.extend(ids_of(people).map(Value::from));
    statement(db, INSERT)?.execute(&values).map(drop)
}

/// A message mentions nobody any more.
pub(super) fn remove(db: &Db, room: RoomId, number: Number) -> db::Result<()> {
    statement(db, REMOVE)?
        .execute(values![room, number])
        .map(drop)
}

/// What mentions a guest mentions the account that they have signed in to.
pub(super) fn merge(db: &Db, guest: UserId, account: UserId) -> db::Result<()> {
    statement(db, MENTION_ACCOUNT)?.execute(values![guest, account])?;
    forget(db, guest)
}

/// Nobody is told any more of what mentions this person.
pub(super) fn forget(db: &Db, person: UserId) -> db::Result<()> {
    statement(db, FORGET)?.execute(values![person]).map(drop)
}

/// That a person, whose id stands in this place, is told of what this author mentions them in.
macro_rules! is_told {
    ($person:literal, $author:literal) => {
        concat!(
            $person,
            " <> ",
            $author,
            " AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocks.user_id = ",
            $person,
            " AND blocks.blocked_id = ",
            $author,
            ")"
        )
    };
}
pub(super) use is_told;

const INSERT: &str = concat!(
    "INSERT INTO mentions (user_id, room_id, number, at) \
    SELECT users.id, messages.room_id, messages.number, messages.created_at FROM users \
    CROSS JOIN messages WHERE messages.room_id = ?1 AND messages.number = ?2 AND users.id IN (?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23) \
    AND users.state = 'active' AND ",
    is_told!("users.id", "?3"),
    " ON CONFLICT (user_id, room_id, number) DO NOTHING"
);

const REMOVE: &str = "DELETE FROM mentions WHERE room_id = ? AND number = ?";

const MENTION_ACCOUNT: &str = "INSERT INTO mentions (user_id, room_id, number, at) \
    SELECT CAST(?2 AS BIGINT), room_id, number, at FROM mentions WHERE user_id = ?1 \
    ON CONFLICT (user_id, room_id, number) DO NOTHING";

const FORGET: &str = "DELETE FROM mentions WHERE user_id = ?";
