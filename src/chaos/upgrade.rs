//! What an upgrade costs: a large database of the first schema, and how long the executable takes until it
//! serves it.

use crate::database;
use crate::failure::Failure;
use crate::report::in_words;
use crate::rest::Rest;
use crate::server::Server;
use parlour_protocol::{RoomId, Seq};
use std::fmt;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Messages when nobody says how many.
pub const MESSAGES: u64 = 1_000_000;
/// The longest that a start on as many may take.
pub const PROMISED: Duration = Duration::from_secs(10);

/// The database of a server that knew the first step of the schema alone.
const FIRST: &str = include_str!("../../migration/fixtures/m0001_rooms_and_messages.sql");
/// Rooms, and guests, among whom the messages are shared out evenly.
const ROOMS: u64 = 200;
const GUESTS: u64 = 20_000;
/// Where their ids begin, behind those of [`FIRST`].
const IDS: u64 = 1_000;

/// What a measurement showed.
#[derive(Debug)]
pub struct Measured {
    messages: u64,
    /// The size in bytes.
    size: u64,
    /// From the start of the process until it was ready.
    took: Duration,
    /// The lines of the log about the schema.
    schema_log: Vec<String>,
}

impl Measured {
    /// Whether the promise was kept, and the log says how long people waited.
    pub fn has_passed(&self) -> bool {
        self.took <= PROMISED && self.schema_log.len() == 2
    }
}

/// Measures it with the server in `binary`.
///
/// # Errors
/// When the server does not serve the database, or has not all that was in it.
pub async fn measure(binary: &Path, messages: u64) -> Result<Measured, Failure> {
    let mut server = Server::start(binary, []).await?;
    server.kill().await?;
    let file = server.folder().join("parlour.db");
    for name in ["parlour.db", "parlour.db-wal", "parlour.db-shm"] {
        // The last two are gone already when the server had time to close.
        let _ = fs::remove_file(server.folder().join(name));
    }
    let each = messages.div_ceil(ROOMS);
    for sql in [FIRST, &many(each)] {
        database::write(&file, sql).await.map_err(Failure::new)?;
    }
    let size = fs::metadata(&file).map_err(Failure::to("look at the database"))?;
    let began = Instant::now();
    server.up().await?;
    let took = began.elapsed();
    let rest = Rest::at(server.address(), Duration::from_secs(10))?;
    for room in [IDS + 1, IDS + ROOMS] {
        let room = rest.room(RoomId(room as i64)).await?;
        if room.seq != Seq(each as i64) {
            let lost = format!("{} is at {} and not at {each}.", room.name, room.seq);
            return Err(Failure::new(lost));
        }
    }
    let log = server.log();
    let schema_log = log.lines().filter(|line| line.contains("up to date"));
    Ok(Measured {
        messages: each * ROOMS,
        size: size.len(),
        took,
        schema_log: schema_log.map(str::to_owned).collect(),
    })
}

/// So many messages in each room, as a server of that time wrote them.
fn many(each: u64) -> String {
    let numbers = |name: &str, last: u64| {
        format!("{name}(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM {name} WHERE i < {last})")
    };
    let (rooms, guests, messages) = (
        numbers("room", ROOMS),
        numbers("guest", GUESTS),
        numbers("message", each),
    );
    format!(
        "BEGIN;
        WITH RECURSIVE {guests} INSERT INTO users (id, name, folded, kind, created_at)
            SELECT {IDS} + i, 'Guest ' || i, 'guest ' || i, 'guest', 0 FROM guest;
        WITH RECURSIVE {rooms} INSERT INTO rooms (id, name, folded, description, created_at, seq, posts, last_message_at)
            SELECT {IDS} + i, 'Room ' || i, 'room ' || i, '', 0, {each}, {each}, {each} FROM room;
        WITH RECURSIVE {guests} INSERT INTO memberships (room_id, user_id, role, joined_at)
            SELECT {IDS} + 1 + i % {ROOMS}, {IDS} + i, 'member', 0 FROM guest;
        WITH RECURSIVE {rooms}, {messages}
            INSERT INTO messages (room_id, number, seq, ordinal, author_id, author_name, client_id, body, created_at)
            SELECT {IDS} + room.i, message.i, message.i, message.i, {IDS} + 1 + (room.i * {each} + message.i) % {GUESTS},
                'Guest ' || (1 + (room.i * {each} + message.i) % {GUESTS}), room.i || '-' || message.i,
                'Message ' || message.i || ' of a room in which people write one sentence at a time.', message.i
            FROM room, message;
        COMMIT;"
    )
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} messages of {GUESTS} guests in {ROOMS} rooms, {} MB, from the first schema to this one: ready after {}.\n\
             Promised: at most {}. The log says:\n",
            self.messages,
            self.size / 1_000_000,
            in_words(self.took),
            in_words(PROMISED)
        )?;
        for line in &self.schema_log {
            writeln!(f, "    {line}")?;
        }
        Ok(())
    }
}
