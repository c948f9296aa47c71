//! Databases that are full before a server starts: guests with sessions, rooms, a million messages.
//!
//! *Invariant:* the schema is Parlour's own, made by Parlour; here rows are only put into it.

pub mod people;
pub mod postgres;

use crate::failure::{Failure, Outcome};
use crate::ledger::SIZE;
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Guests that every seeded database has.
pub const GUESTS: usize = 20_000;
/// Rooms that every seeded database has.
pub const ROOMS: usize = 200;
/// Rows in one transaction of the seed.
const BATCH: u64 = 50_000;

/// The session of guest `at`: 43 characters, as a server draws them, but known beforehand.
pub fn token(at: usize) -> String {
    format!("{at:0>43}")
}

/// Opens a database as the seed needs it: fast, since it is thrown away if anything goes wrong.
pub fn open(file: &Path) -> Outcome<Connection> {
    let connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    Ok(connection)
}

/// Puts guests, their sessions and rooms into a database that Parlour has founded.
pub fn guests_and_rooms(file: &Path) -> Outcome<()> {
    let mut connection = open(file)?;
    let now = now();
    let ends = now + Duration::from_secs(30 * 24 * 60 * 60).as_millis() as i64;
    let transaction = connection.transaction()?;
    {
        let mut user = transaction.prepare(
            "INSERT INTO users (id, name, folded, kind, created_at) VALUES (?1, ?2, ?2, 'guest', ?3)",
        )?;
        let mut session = transaction.prepare(
            "INSERT INTO sessions (user_id, token_hash, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for at in 0..GUESTS {
            let id = at as i64 + 1;
            user.execute(params![id, format!("u{at}"), now])?;
            let hash = Sha256::digest(token(at).as_bytes()).to_vec();
            session.execute(params![id, hash, now, ends])?;
        }
        let mut room = transaction.prepare(
            "INSERT INTO rooms (id, name, folded, description, created_at) VALUES (?1, ?2, ?2, '', ?3)",
        )?;
        for id in 2..=ROOMS as i64 {
            room.execute(params![id, format!("room {id}"), now])?;
        }
    }
    transaction.commit()?;
    finish(&connection)
}

/// Runs statements that put more into it.
pub fn add(file: &Path, statements: &str) -> Outcome<()> {
    let connection = open(file)?;
    connection.execute_batch(&format!("BEGIN; {statements} COMMIT;"))?;
    finish(&connection)
}

/// Puts `count` messages into a room that has none, from guests in turn.
pub fn messages(file: &Path, room: u64, count: u64) -> Outcome<()> {
    let mut connection = open(file)?;
    let now = now();
    let mut written = 0;
    while written < count {
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare(INSERT)?;
            for number in written + 1..=(written + BATCH).min(count) {
                let author = number * 7 % 1_000 + 1;
                let row = Row::new(room, number, author, now - (count - number) as i64);
                row.insert(&mut insert)?;
            }
        }
        transaction.commit()?;
        written = (written + BATCH).min(count);
    }
    let latest = "UPDATE rooms SET seq = ?1, posts = ?1, last_message_at = ?2 WHERE id = ?3";
    connection.execute(latest, params![count as i64, now, room as i64])?;
    finish(&connection)
}

/// Takes all rooms but the first two away: a page has the list of rooms in it, and a peer's has one.
pub fn keep_two_rooms(file: &Path) -> Outcome<()> {
    let connection = open(file)?;
    connection.execute("DELETE FROM rooms WHERE id > 2", [])?;
    finish(&connection)
}

/// Everything in one file, nothing in the log beside it.
fn finish(connection: &Connection) -> Outcome<()> {
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .map_err(Failure::to("empty the write-ahead log"))
}

/// The statement that writes a message.
pub const INSERT: &str = "INSERT INTO messages \
    (room_id, number, seq, ordinal, author_id, author_name, client_id, body, created_at) \
    VALUES (?1, ?2, ?2, ?2, ?3, ?4, ?5, ?6, ?7)";

/// A message as it is stored.
pub struct Row {
    room: i64,
    number: i64,
    author: i64,
    client_id: String,
    body: String,
    at: i64,
}

impl Row {
    /// The `number`th of a room, by a guest.
    pub fn new(room: u64, number: u64, author: u64, at: i64) -> Self {
        let mut body = format!("{author}:{number}: The quick brown fox jumps over the lazy dog. ");
        while body.len() < SIZE {
            body.push_str("And again, because it can. ");
        }
        body.truncate(SIZE);
        Self {
            room: room as i64,
            number: number as i64,
            author: author as i64,
            client_id: format!("bench-{room}-{number}"),
            body,
            at,
        }
    }

    /// Writes it with [`INSERT`].
    pub fn insert(&self, statement: &mut rusqlite::Statement<'_>) -> Outcome<()> {
        let name = format!("u{}", self.author - 1);
        statement.execute(params![
            self.room,
            self.number,
            self.author,
            name,
            self.client_id,
            self.body,
            self.at
        ])?;
        Ok(())
    }
}

/// Milliseconds since 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_43_characters_and_all_different() {
        assert_eq!(token(0).len(), 43);
        assert_eq!(token(19_999).len(), 43);
        assert_ne!(token(1), token(10));
    }

    #[test]
    fn a_message_has_the_size_of_those_that_are_sent() {
        assert_eq!(Row::new(1, 999_999, 1_000, 0).body.len(), SIZE);
    }
}
