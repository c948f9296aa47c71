//! A timeline as the list that is drawn: days, messages in groups, notes.
//!
//! *Invariant:* keys are unique in a list, and a row's key changes exactly when what is drawn of it
//! changes, so that a keyed list touches nothing else; rows of two rooms that look different never
//! share one, because the list of one becomes the list of the other.

use super::{Note, Timeline, Zone};
use crate::namesakes::Namesakes;
use parlour_protocol::{Civil, Message, Number, Seq, SystemEvent, UserId};
use std::sync::Arc;

/// Messages of one author further apart than this stand in groups of their own.
const GROUP_MS: u64 = 5 * 60_000;

/// A line of the list.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// A new day begins.
    Day {
        /// Days since 1970-01-01.
        day: i64,
        /// How many lines above begin the same one.
        repeats: usize,
        /// `3 January 2026`.
        date: String,
        /// The same as `2026-01-03`.
        datetime: String,
    },
    /// A message of the room.
    Message(MessageRow),
    /// A line that is not stored ("Alice joined").
    Note {
        /// The count of notes before it.
        id: u32,
        /// Whom it is about.
        name: String,
        /// What they did.
        event: SystemEvent,
    },
}

/// A message and how it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageRow {
    /// The message to draw.
    pub message: Arc<Message>,
    /// It shows its author: the first of an author's run, more than five minutes after the last,
    /// or after a day line, a note or a deleted message.
    pub opens_group: bool,
    /// Written by who is looking.
    pub is_own: bool,
    /// A permalink points at it.
    pub is_marked: bool,
    /// What tells its author from somebody of the same name: `#7`.
    pub number: Option<String>,
}

/// Puts the numbers of those who share a name beside it.
pub fn tell_apart(rows: &mut [Row], namesakes: &Namesakes) {
    for row in rows {
        if let Row::Message(row) = row {
            row.number = namesakes.number(row.message.user_id, &row.message.username);
        }
    }
}

/// Unique in the list; changes exactly when what is drawn changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// Of a day: which, and how many lines above begin the same one.
    Day(i64, usize),
    /// Of a message: which, its last change, and how it is drawn.
    Message(i64, Seq, [bool; 4]),
    /// Of a note: which, and what it says.
    Note(u32, String, bool),
}

impl Row {
    /// The key of the row.
    pub fn key(&self) -> Key {
        match self {
            Self::Day { day, repeats, .. } => Key::Day(*day, *repeats),
            Self::Message(row) => Key::Message(
                row.message.id.0,
                row.message.seq,
                [
                    row.opens_group,
                    row.is_own,
                    row.is_marked,
                    row.number.is_some(),
                ],
            ),
            Self::Note { id, name, event } => {
                Key::Note(*id, name.clone(), *event == SystemEvent::Joined)
            }
        }
    }
}

pub(super) fn lay_out(
    timeline: &Timeline,
    me: Option<UserId>,
    marked: Option<Number>,
    zone: Zone,
) -> Vec<Row> {
    let mut rows = Vec::with_capacity(timeline.messages.len() + timeline.notes.len() + 8);
    // Notes that stand above the window are not drawn.
    let mut notes = timeline
        .notes
        .iter()
        .filter(|note| note.after >= timeline.floor.seq())
        .peekable();
    let mut days: Vec<i64> = Vec::new();
    // The row just above, when a message may continue its group.
    let mut above: Option<&Message> = None;
    for message in &timeline.messages {
        while let Some(note) = notes.next_if(|note| note.after < message.number.seq()) {
            rows.push(note_row(note));
            above = None;
        }
        let civil = message.timestamp.civil(zone(message.timestamp));
        if days.last() != Some(&civil.day_number) {
            // A server's clock that was set back makes the same day begin twice.
            let repeats = days.iter().filter(|&&day| day == civil.day_number).count();
            rows.push(day_row(&civil, repeats));
            days.push(civil.day_number);
            above = None;
        }
        rows.push(Row::Message(MessageRow {
            opens_group: !above.is_some_and(|above| continues(above, message)),
            is_own: me == Some(message.user_id),
            is_marked: marked == Some(message.number),
            number: None,
            message: message.clone(),
        }));
        above = Some(message);
    }
    // What is left stands after the newest message, which a detached window does not show.
    if timeline.ceiling.is_none() {
        rows.extend(notes.map(note_row));
    }
    rows
}

/// Whether a message goes on with the group of the one just above it.
fn continues(above: &Message, message: &Message) -> bool {
    !above.deleted
        && above.user_id == message.user_id
        && above.username == message.username
        && above.timestamp.0.abs_diff(message.timestamp.0) <= GROUP_MS
}

fn note_row(note: &Note) -> Row {
    Row::Note {
        id: note.id,
        name: note.name.clone(),
        event: note.event,
    }
}

fn day_row(civil: &Civil, repeats: usize) -> Row {
    let mut datetime = String::with_capacity(10);
    push_padded(&mut datetime, civil.year, 4);
    datetime.push('-');
    push_padded(&mut datetime, i64::from(civil.month), 2);
    datetime.push('-');
    push_padded(&mut datetime, i64::from(civil.day), 2);
    Row::Day {
        day: civil.day_number,
        repeats,
        date: civil.date(),
        datetime,
    }
}

fn push_padded(text: &mut String, value: i64, width: usize) {
    let digits = value.to_string();
    for _ in digits.len()..width {
        text.push('0');
    }
    text.push_str(&digits);
}
