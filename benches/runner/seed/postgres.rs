//! The same rows for PostgreSQL, which makes them itself; and those that COPY takes.

use super::{GUESTS, ROOMS, Row};
use crate::ledger::SIZE;
use std::fmt::Write;
use std::time::Duration;

/// What [`Row::write`] has a value for.
pub const COLUMNS: &str =
    "room_id, number, seq, ordinal, author_id, author_name, client_id, body, created_at";

/// What planners and readers need to know of rows that were just put in; of tables that have some alone. Of one that
/// was found empty it would be planned as if it stayed so.
pub fn finish(tables: &str) -> String {
    format!("VACUUM (ANALYZE) {tables}; CHECKPOINT;")
}

/// Statements that put guests, their sessions and rooms into a database that Parlour has founded.
pub fn guests_and_rooms(now: i64) -> String {
    let ends = now + Duration::from_secs(30 * 24 * 60 * 60).as_millis() as i64;
    format!(
        "INSERT INTO users (id, name, folded, kind, created_at) \
         SELECT n, 'u' || n - 1, 'u' || n - 1, 'guest', {now} FROM generate_series(1, {GUESTS}) n; \
         INSERT INTO sessions (user_id, token_hash, created_at, expires_at) \
         SELECT n, sha256(convert_to(lpad((n - 1)::text, 43, '0'), 'UTF8')), {now}, {ends} \
         FROM generate_series(1, {GUESTS}) n; \
         INSERT INTO rooms (id, name, folded, description, created_at) \
         SELECT n, 'room ' || n, 'room ' || n, '', {now} FROM generate_series(2, {ROOMS}) n; \
         SELECT setval(pg_get_serial_sequence('users', 'id'), {GUESTS}); {}",
        finish("users, sessions, rooms")
    )
}

/// Statements that put `count` messages into a room that has none, from guests in turn, and take all rooms but the
/// first two away, as there are in SQLite's file.
pub fn messages(room: u64, count: u64, now: i64) -> String {
    format!(
        "DELETE FROM rooms WHERE id > 2; INSERT INTO messages ({COLUMNS}) {}; \
         UPDATE rooms SET seq = {count}, posts = {count}, last_message_at = {now} WHERE id = {room}; {}",
        select(room, count, now),
        finish("rooms, messages")
    )
}

/// The rows of [`messages`].
fn select(room: u64, count: u64, now: i64) -> String {
    format!(
        "SELECT {room}, n, n, n, a, 'u' || a - 1, 'bench-{room}-' || n, \
         left(a || ':' || n || ': The quick brown fox jumps over the lazy dog. ' \
         || repeat('And again, because it can. ', {SIZE}), {SIZE}), {now} - ({count} - n) \
         FROM generate_series(1, {count}) n, LATERAL (SELECT n * 7 % 1000 + 1) author (a)"
    )
}

impl Row {
    /// A line of what COPY takes for [`COLUMNS`]. Nothing in a row has to be escaped.
    pub fn write(&self, out: &mut String) {
        let Self {
            room,
            number,
            author,
            client_id,
            body,
            at,
        } = self;
        let guest = author - 1;
        // A String takes everything.
        let _ = writeln!(
            out,
            "{room}\t{number}\t{number}\t{number}\t{author}\tu{guest}\t{client_id}\t{body}\t{at}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_test_postgres::PostgresServer;

    #[test]
    fn a_line_has_a_value_for_each_column() {
        let mut line = String::new();
        Row::new(2, 7, 50, 1_234).write(&mut line);
        let fields: Vec<&str> = line.trim_end_matches('\n').split('\t').collect();
        assert_eq!(fields.len(), COLUMNS.split(", ").count());
        assert_eq!(fields[..7], ["2", "7", "7", "7", "50", "u49", "bench-2-7"]);
        assert_eq!((fields[7].len(), fields[8]), (SIZE, "1234"));
        assert!(!line.contains('\\') && line.ends_with('\n'));
    }

    #[test]
    fn what_postgresql_makes_is_what_is_put_into_sqlite() {
        let Some(server) = PostgresServer::of_this_process() else {
            return;
        };
        let (room, count, now) = (2, 1_001, 5_000_000);
        let made = server
            .sql("postgres", &format!("{};", select(room, count, now)))
            .unwrap();
        let mut rows = String::new();
        for number in 1..=count {
            let author = number * 7 % 1_000 + 1;
            let at = now - (count - number) as i64;
            Row::new(room, number, author, at).write(&mut rows);
        }
        assert_eq!(made, rows);
    }
}
