//! The record of what clients did and saw, one JSON object a line: what the checker judges.
//!
//! It is written by the browser's journeys, by the clients that talk through a broken network and by
//! the simulation, and read by nobody but [`crate::checker`].
//!
//! A `client` is one person's device. Where a device has several tabs, each writes under
//! `device#tab` (`alice#2`): the tabs share an outbox, so whatever happened to a send counts for the
//! device; what was received and is on the screen counts for the tab. Lines of one client are in the
//! order in which things happened; those of several may be mixed in any way.
//!
//! A database that was restored from a backup is another one: its history begins anew.

use parlour_protocol::Message;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{self, BufRead, Write};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// May see the room, and shows it at the end; everybody else must receive nothing of it.
    Member {
        /// The device it concerns.
        client: String,
        /// The room it concerns.
        room: i64,
    },
    /// Is being let into the room by somebody who may: from here on they may be told of it again. It stands before the
    /// server was asked.
    LetIn {
        /// The device of who is let in.
        client: String,
        /// The room it concerns.
        room: i64,
    },
    /// Was put out of the room, which then stood at `seq`: until they are let in again, nothing that came later may
    /// reach them. It may stand some time after it was so.
    PutOut {
        /// The device of who was put out.
        client: String,
        /// The room it concerns.
        room: i64,
        /// What the server said of the room after it had put them out.
        seq: i64,
    },
    /// A frame said of the room that it has come to `seq`, whether anything was made of it or not. Recorded of rooms from
    /// which people are put out.
    Told {
        /// The tab that was told.
        client: String,
        /// The room it concerns.
        room: i64,
        /// The latest change that the frame tells of.
        seq: i64,
    },
    /// Put into the outbox, in the order written. From here on it must not be lost.
    Sent {
        /// The tab it was written in.
        client: String,
        /// Where it goes.
        room: i64,
        /// What it is known by.
        key: String,
    },
    /// Acknowledged to its author as stored.
    Acknowledged {
        /// The client that was answered.
        client: String,
        /// Where it stands.
        room: i64,
        /// What it was sent with.
        key: String,
        /// At which place.
        number: i64,
    },
    /// Refused: shown to its author as never stored.
    Refused {
        /// The client that was answered.
        client: String,
        /// Where it was meant to go.
        room: i64,
        /// What it was sent with.
        key: String,
    },
    /// Given up by its author.
    Discarded {
        /// Whose it was.
        client: String,
        /// Where it was meant to go.
        room: i64,
        /// What it was sent with.
        key: String,
    },
    /// A message that was not held before. What a page brings is in `TookPage`.
    Received {
        /// The tab that got it.
        client: String,
        /// The room it concerns.
        room: i64,
        /// Its number in the room.
        number: i64,
        /// The room's count at its latest change; ascends from one `Received` to the next.
        seq: i64,
        /// What it was sent with.
        key: String,
        /// By a `message` frame; otherwise by a sync.
        live: bool,
    },
    /// A page read at `seq`: everything up to it counts as seen, and nothing after it.
    TookPage {
        /// The tab that shows it.
        client: String,
        /// Of which room.
        room: i64,
        /// When it was read, in the room's count.
        seq: i64,
    },
    /// Still in an outbox at the end.
    Waiting {
        /// The device with the outbox.
        client: String,
        /// Where it goes.
        room: i64,
        /// What it is sent with.
        key: String,
    },
    /// What is on the screen at the end: a window of the room without holes.
    Screen {
        /// The tab with the screen.
        client: String,
        /// The room it concerns.
        room: i64,
        /// From top to bottom.
        rows: Vec<Shown>,
        /// The reader is somewhere in the past and is shown that there are newer ones. Without it the
        /// window has to reach the room's end.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        has_newer: bool,
    },
    /// The whole room as the server has it at the end (fresh pages joined): the truth.
    Page {
        /// The room it concerns.
        room: i64,
        /// From the first message to the last.
        rows: Vec<Shown>,
    },
    /// The room was deleted with everything in it: it has no `Page`, and nobody has to show it.
    RoomDeleted {
        /// The room it concerns.
        room: i64,
    },
}

/// A message as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// Its number in the room.
    pub number: i64,
    /// What it was sent with; `None` where the screen does not show it. The content, unique in such
    /// a test, is the key then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Its text, as it is now.
    pub content: String,
    /// Only its place is left.
    pub deleted: bool,
    /// The reactions to it, in words; `None` where the screen does not show them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reactions: Option<String>,
}

impl Shown {
    /// What is drawn of a message.
    pub fn of(message: &Message) -> Self {
        let reactions = message.reactions.iter();
        let counted =
            reactions.map(|one| format!("{} {} {:?}", one.emoji, one.count, one.user_ids));
        Self {
            number: message.number.0,
            key: Some(message.client_id.clone()),
            content: message.content.clone(),
            deleted: message.deleted,
            reactions: Some(counted.collect::<Vec<_>>().join(", ")),
        }
    }
}

/// Everything that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// In the order recorded.
    pub events: Vec<Event>,
}

/// Why a history could not be read.
#[derive(Debug)]
pub enum Unreadable {
    /// The lines could not be fetched.
    Io(io::Error),
    /// A line is none of the record.
    Line {
        /// Which one; the first is 1.
        number: usize,
        /// What is wrong with it.
        cause: serde_json::Error,
    },
}

impl History {
    /// Reads one event a line; empty lines are skipped.
    ///
    /// # Errors
    /// [`Unreadable`] if reading fails, or for the first line that is no event.
    pub fn read(lines: impl BufRead) -> Result<Self, Unreadable> {
        let mut events = Vec::new();
        for (at, line) in lines.lines().enumerate() {
            let line = line.map_err(Unreadable::Io)?;
            if line.trim().is_empty() {
                continue;
            }
            let event = serde_json::from_str(&line);
            events.push(event.map_err(|cause| Unreadable::Line {
                number: at + 1,
                cause,
            })?);
        }
        Ok(Self { events })
    }

    /// Writes one event a line.
    ///
    /// # Errors
    /// Writing to `to` fails.
    pub fn write(&self, mut to: impl Write) -> io::Result<()> {
        for event in &self.events {
            serde_json::to_writer(&mut to, event)?;
            to.write_all(b"\n")?;
        }
        to.flush()
    }

    /// Adds what happened next.
    pub fn push(&mut self, event: Event) {
        self.events.push(event);
    }
}

impl Extend<Event> for History {
    fn extend<T: IntoIterator<Item = Event>>(&mut self, events: T) {
        self.events.extend(events);
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(cause) => write!(f, "The history cannot be read: {cause}."),
            Self::Line { number, cause } => {
                write!(f, "Line {number} is not an event of a history: {cause}.")
            }
        }
    }
}

impl std::error::Error for Unreadable {}

#[cfg(test)]
mod tests {
    use super::*;

    fn everything() -> History {
        let (client, key) = (|| "alice#2".to_owned(), || "k1".to_owned());
        let rows = vec![
            Shown {
                number: 1,
                key: Some(key()),
                content: "Hello".to_owned(),
                deleted: false,
                reactions: None,
            },
            Shown {
                number: 2,
                key: None,
                content: String::new(),
                deleted: true,
                reactions: None,
            },
        ];
        #[rustfmt::skip]
        let events = vec![
            Event::Member { client: client(), room: 1 },
            Event::PutOut { client: client(), room: 1, seq: 3 },
            Event::Told { client: client(), room: 1, seq: 3 },
            Event::LetIn { client: client(), room: 1 },
            Event::Sent { client: client(), room: 1, key: key() },
            Event::Acknowledged { client: client(), room: 1, key: key(), number: 1 },
            Event::Refused { client: client(), room: 1, key: key() },
            Event::Discarded { client: client(), room: 1, key: key() },
            Event::Received { client: client(), room: 1, number: 1, seq: 3, key: key(), live: true },
            Event::TookPage { client: client(), room: 1, seq: 3 },
            Event::Waiting { client: client(), room: 1, key: key() },
            Event::Screen { client: client(), room: 1, rows: rows.clone(), has_newer: true },
            Event::Page { room: 1, rows },
            Event::RoomDeleted { room: 2 },
        ];
        History { events }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut lines = Vec::new();
        everything().write(&mut lines).unwrap();
        assert_eq!(History::read(&lines[..]).unwrap(), everything());
    }

    #[test]
    fn the_lines_are_those_that_other_programs_write() {
        let lines = r#"
            {"event":"took_page","client":"alice","room":1,"seq":3}

            {"event":"screen","client":"alice","room":1,"rows":[{"number":2,"content":"x","deleted":false}]}
        "#;
        let rows = vec![Shown {
            number: 2,
            key: None,
            content: "x".to_owned(),
            deleted: false,
            reactions: None,
        }];
        let client = "alice".to_owned();
        let history = History::read(lines.as_bytes()).unwrap();
        #[rustfmt::skip]
        assert_eq!(history.events, [
            Event::TookPage { client: client.clone(), room: 1, seq: 3 },
            Event::Screen { client, room: 1, rows, has_newer: false },
        ]);
    }

    #[test]
    fn a_line_that_is_no_event_is_named() {
        for line in [
            "nonsense",
            r#"{"event":"seen","room":1}"#,
            r#"{"event":"member","client":"alice"}"#,
            r#"{"event":"member","client":"alice","room":1,"rooms":2}"#,
        ] {
            let text = format!("{{\"event\":\"room_deleted\",\"room\":1}}\n\n{line}\n");
            let error = History::read(text.as_bytes()).unwrap_err();
            assert!(
                matches!(error, Unreadable::Line { number: 3, .. }),
                "{error}"
            );
            assert!(error.to_string().starts_with("Line 3 "), "{error}");
        }
    }
}
