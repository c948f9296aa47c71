//! A timeline as the list that is drawn: days, messages in groups, notes; and what is on its way, as it will stand there.
//!
//! *Invariant:* keys are unique in a list, and a row's key changes exactly when what is drawn of it
//! changes, so that a keyed list touches nothing else; rows of two rooms that look different never
//! share one, because the list of one becomes the list of the other.

use super::{Note, Timeline, Zone};
use crate::namesakes::Namesakes;
use crate::outbox::Pending;
use parlour_protocol::{
    Civil, Message, Number, Person, Quote, Replies, Seq, SystemEvent, Timestamp, User, UserId,
};
use std::sync::Arc;

/// Messages of one author further apart than this stand in groups of their own.
const GROUP_MS: u64 = 5 * 60_000;

const DAY_MS: i64 = 86_400_000;

/// Of more people than this who came or went, only the first two are named.
const NAMED: usize = 3;

/// A line of the list.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// A new day begins.
    Day {
        /// Days since 1970-01-01.
        day: i64,
        /// How many lines above begin the same one.
        repeats: usize,
        /// How many days ago it is, of today and yesterday.
        ago: Option<i64>,
        /// `3 January 2026`, or `Today`.
        date: String,
        /// The same as `2026-01-03`.
        datetime: String,
    },
    /// What is below was not read.
    New,
    /// A message of the room.
    Message(MessageRow),
    /// A line that is not stored ("Alice joined"): all who came or went between two messages.
    Note {
        /// The count of notes before it.
        id: u32,
        /// Who came last, of those who came and went.
        joined: Vec<String>,
        /// Who went last.
        left: Vec<String>,
    },
    /// A message on its way.
    Pending(PendingRow),
}

/// A message and how it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageRow {
    /// The message to draw.
    pub message: Arc<Message>,
    /// It shows its author: the first of an author's run, more than five minutes after the last, a reply,
    /// or after a day line, the line *New* or a deleted message.
    pub opens_group: bool,
    /// Written by who is looking.
    pub is_own: bool,
    /// Who is looking blocks its author: it is folded away.
    pub is_hidden: bool,
    /// It mentions who is looking.
    pub is_for_you: bool,
    /// A permalink points at it.
    pub is_marked: bool,
    /// Who is looking has a name, and so may mark it as unread.
    pub may_mark: bool,
    /// What tells its author from somebody of the same name: `#7`.
    pub number: Option<String>,
    /// What it answers.
    pub quote: Option<Quote>,
}

/// A message on its way, and how it will stand once it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingRow {
    /// What was sent.
    pub message: Pending,
    /// Its author, who is looking.
    pub author: Option<User>,
    /// It shows its author.
    pub opens_group: bool,
    /// What tells its author from somebody of the same name.
    pub number: Option<String>,
    /// What it answers, if that is held.
    pub quote: Option<Quote>,
}

/// Calls the days that are near by their names. `today` is in days since 1970.
pub fn name_days<'a>(rows: impl IntoIterator<Item = &'a mut Row>, today: Option<i64>) {
    for row in rows {
        if let Row::Day { day, ago, date, .. } = row {
            *ago = today.map(|today| today - *day);
            match near(*ago) {
                Some(name) => name.clone_into(date),
                None => *ago = None,
            }
        }
    }
}

fn near(ago: Option<i64>) -> Option<&'static str> {
    match ago {
        Some(0) => Some("Today"),
        Some(1) => Some("Yesterday"),
        _ => None,
    }
}

/// What a quote says of what who is looking has folded away.
const HIDDEN: &str = "Hidden message";

/// Folds away what these people wrote.
pub fn hide(rows: &mut [Row], blocked: &[UserId]) {
    for row in rows {
        if let Row::Message(row) = row {
            row.is_hidden = blocked.contains(&row.message.user_id);
            if let Some(quote) = &mut row.quote
                && blocked.contains(&quote.user_id)
            {
                quote.text = HIDDEN.to_owned();
            }
        }
    }
}

/// Puts the numbers of those who share a name beside it.
pub fn tell_apart(rows: &mut [Row], namesakes: &Namesakes) {
    for row in rows {
        match row {
            Row::Message(row) => {
                row.number = namesakes.number(row.message.user_id);
            }
            Row::Pending(PendingRow {
                author: Some(author),
                number,
                ..
            }) => *number = namesakes.number(author.id),
            _ => {}
        }
    }
}

/// Unique in the list; changes exactly when what is drawn changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// Of a day: which, how many lines above begin the same one, and how many days ago it is, if that is said.
    Day(i64, usize, Option<i64>),
    /// Of the line *New*.
    New,
    /// Of a message: its room and number, its last change, whose it is and what they are called, how it is drawn, and what it
    /// answers, what answers it, and whom it mentions.
    Message(
        i64,
        i64,
        Seq,
        UserId,
        String,
        [bool; 8],
        Option<Quote>,
        Option<Replies>,
        Vec<Person>,
    ),
    /// Of a note: which, and what it says.
    Note(u32, Vec<String>, Vec<String>),
    /// Of a message on its way: its key, its author's name, and how it is drawn. Whether it waits or is being sent
    /// is told in the line that there is.
    Pending(String, Option<String>, [bool; 3], Option<Quote>),
}

impl Row {
    /// The key of the row.
    pub fn key(&self) -> Key {
        match self {
            Self::Day {
                day, repeats, ago, ..
            } => Key::Day(*day, *repeats, *ago),
            Self::New => Key::New,
            Self::Message(row) => Key::Message(
                row.message.room_id.0,
                row.message.number.0,
                row.message.seq,
                row.message.user_id,
                row.message.username.clone(),
                [
                    row.opens_group,
                    row.is_own,
                    row.is_hidden,
                    row.is_for_you,
                    row.is_marked,
                    row.may_mark,
                    row.number.is_some(),
                    row.message.may_undo,
                ],
                row.quote.clone(),
                row.message.replies,
                row.message.mentions.clone(),
            ),
            Self::Note { id, joined, left } => Key::Note(*id, joined.clone(), left.clone()),
            Self::Pending(row) => Key::Pending(
                row.message.client_id.clone(),
                row.author.as_ref().map(|author| author.name.clone()),
                [
                    row.opens_group,
                    row.number.is_some(),
                    row.message.is_refused(),
                ],
                row.quote.clone(),
            ),
        }
    }
}

pub(super) fn lay_out(
    timeline: &Timeline,
    mine: &[UserId],
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
    let mut days = Days::default();
    // The message just above, with nothing but notes between.
    let mut above: Option<&Message> = None;
    for message in &timeline.messages {
        let civil = message.timestamp.civil(zone(message.timestamp));
        while let Some(note) = notes.next_if(|note| note.after < message.number.seq()) {
            let heard_on = note.at.map(|at| at.civil(zone(at)).day_number);
            // Whatever the clock says, it was between the two.
            let day = heard_on.map(|day| day.min(civil.day_number));
            if days.begin_later(day, &mut rows) {
                above = None;
            }
            add_note(&mut rows, note);
        }
        if days.last() != Some(civil.day_number) {
            days.begin(&civil, &mut rows);
            above = None;
        }
        rows.push(Row::Message(MessageRow {
            opens_group: message.reply_to.is_some()
                || !above.is_some_and(|above| continues(above, message.user_id, message.timestamp)),
            is_own: mine.contains(&message.user_id),
            is_hidden: false,
            is_for_you: message.is_for(mine),
            is_marked: marked == Some(message.number),
            may_mark: !mine.is_empty(),
            number: None,
            quote: message.quote.clone(),
            message: message.clone(),
        }));
        above = Some(message);
    }
    // What is left stands after the newest message, which a detached window does not show.
    if timeline.ceiling.is_none() {
        for note in notes {
            let day = note.at.map(|at| at.civil(zone(at)).day_number);
            days.begin_later(day, &mut rows);
            add_note(&mut rows, note);
        }
    }
    rows
}

/// What somebody has on its way, below the rows of the timeline. `now` is when it would be stored, as far as
/// that is known.
pub(super) fn lay_out_pending(
    timeline: &Timeline,
    pending: Vec<Pending>,
    me: Option<&User>,
    now: Option<Timestamp>,
    zone: Zone,
) -> Vec<Row> {
    let day_of = |at: Timestamp| at.civil(zone(at)).day_number;
    let last = timeline.messages.last();
    let at = now.or(last.map(|last| last.timestamp));
    let goes_on = |last: &&Arc<Message>| {
        let (me, at) = me.zip(at)?;
        let is_one_group = continues(last, me.id, at);
        Some(is_one_group && day_of(at) <= day_of(last.timestamp))
    };
    let mut is_begun = last.as_ref().and_then(goes_on) == Some(true);
    let heard = timeline.notes.iter().filter_map(|note| note.at);
    let begun = heard.chain(last.map(|last| last.timestamp));
    let begun = begun.map(day_of).max();
    let begins = now.filter(|now| begun < Some(day_of(*now)));
    let mut day = begins.map(|at| day_row(&at.civil(zone(at)), 0));
    let mut rows = Vec::new();
    for message in pending {
        // One that was refused stands apart: what is stored later passes it by.
        let stands_apart = message.is_refused();
        if !stands_apart {
            rows.extend(day.take());
        }
        rows.push(Row::Pending(PendingRow {
            opens_group: stands_apart
                || !std::mem::replace(&mut is_begun, true)
                || message.reply_to.is_some(),
            author: me.cloned(),
            quote: (message.reply_to)
                .and_then(|number| timeline.get(number))
                .map(Quote::of),
            message,
            number: None,
        }));
    }
    rows
}

/// Whether what is said next, by this person and then, goes on with the group of a message.
fn continues(above: &Message, author: UserId, at: Timestamp) -> bool {
    !above.deleted && above.user_id == author && above.timestamp.0.abs_diff(at.0) <= GROUP_MS
}

/// The days that have begun so far.
#[derive(Default)]
struct Days(Vec<i64>);

impl Days {
    fn last(&self) -> Option<i64> {
        self.0.last().copied()
    }

    fn begin(&mut self, civil: &Civil, rows: &mut Vec<Row>) {
        let day = civil.day_number;
        // A server's clock that was set back makes the same day begin twice.
        let repeats = self.0.iter().filter(|&&other| other == day).count();
        self.0.push(day);
        rows.push(day_row(civil, repeats));
    }

    /// Begins this day if it is later than the one there is.
    fn begin_later(&mut self, day: Option<i64>, rows: &mut Vec<Row>) -> bool {
        let day = day.filter(|day| self.last().is_none_or(|last| *day > last));
        if let Some(day) = day {
            self.begin(&Timestamp(day * DAY_MS).civil(0), rows);
        }
        day.is_some()
    }
}

/// Adds a note, to the line of those before it if there is one.
fn add_note(rows: &mut Vec<Row>, note: &Note) {
    let has_joined = note.event == SystemEvent::Joined;
    if !matches!(rows.last(), Some(Row::Note { .. })) {
        rows.push(Row::Note {
            id: note.id,
            joined: Vec::new(),
            left: Vec::new(),
        });
    }
    if let Some(Row::Note { joined, left, .. }) = rows.last_mut() {
        for names in [&mut *joined, &mut *left] {
            names.retain(|name| *name != note.name);
        }
        let names = if has_joined { joined } else { left };
        names.push(note.name.clone());
    }
}

/// What a note says: names, each with the words after it.
pub fn said(joined: &[String], left: &[String]) -> Vec<(String, String)> {
    let mut said = Vec::new();
    let joined_and = if left.is_empty() {
        " joined"
    } else {
        " joined, "
    };
    say(joined, joined_and, &mut said);
    say(left, " left", &mut said);
    said
}

fn say(names: &[String], did: &str, said: &mut Vec<(String, String)>) {
    let is_many = names.len() > NAMED;
    let named = if is_many { NAMED - 1 } else { names.len() };
    for (at, name) in names[..named].iter().enumerate() {
        let words = match names.len() - at - 1 {
            0 => did.to_owned(),
            others if is_many && at + 1 == named => format!(" and {others} others{did}"),
            1 => " and ".to_owned(),
            _ => ", ".to_owned(),
        };
        said.push((name.clone(), words));
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
        ago: None,
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
