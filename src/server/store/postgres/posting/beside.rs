//! What is read and written beside the messages of a group: what they answer, and whom they mention.
//!
//! *Invariant:* it is one statement each, however many messages there are.

use crate::store::db::Value;
use crate::store::mentions::{is_told, who};
use crate::store::posting::{Draft, NewPost};
use crate::store::quotes::answered;

/// Whom the messages mention, column by column.
#[derive(Default)]
pub(super) struct Mentions {
    rooms: Vec<i64>,
    numbers: Vec<i64>,
    authors: Vec<i64>,
    people: Vec<i64>,
}

impl Mentions {
    pub(super) fn add(&mut self, draft: &Draft, new: &NewPost) {
        for person in new.people() {
            self.rooms.push(draft.room.0);
            self.numbers.push(new.number.0);
            self.authors.push(draft.author.0);
            self.people.push(person.0);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    pub(super) fn values(&self) -> [Value<'_>; 4] {
        [
            Value::from(&self.rooms[..]),
            Value::from(&self.numbers[..]),
            Value::from(&self.authors[..]),
            Value::from(&self.people[..]),
        ]
    }
}

pub(super) const ANSWERED: &str = answered!(
    "room_id, number, ",
    "WHERE (room_id, number) IN (SELECT * FROM UNNEST(?1::int8[], ?2::int8[]))"
);

pub(super) const WHO: &str = who!("= ANY(?)");

pub(super) const MENTION: &str = concat!(
    "INSERT INTO mentions (user_id, room_id, number, at) \
    SELECT users.id, new.room, new.number, messages.created_at \
    FROM UNNEST(?1::int8[], ?2::int8[], ?3::int8[], ?4::int8[]) AS new (room, number, author, person) \
    JOIN users ON users.id = person \
    JOIN messages ON messages.room_id = new.room AND messages.number = new.number WHERE users.state = 'active' AND ",
    is_told!("users.id", "author"),
    " ON CONFLICT (user_id, room_id, number) DO NOTHING"
);
