//! One room's messages in view: a page, kept up to date by frames and syncs.
//!
//! *Invariant:* rows are ordered by number, without duplicates and without holes between the first
//! and the last (except for what [`Timeline::heard`] still asks for); every row is in the newest
//! state this browser was told of; and `apply(page at s, sync s..t) == page at t`.

mod authors;
mod beyond;
mod new_line;
mod quotes;
mod reactions;
mod rows;
mod slices;
#[cfg(test)]
mod tests;
mod walking;

pub use new_line::draw_new_line;
pub use reactions::take_reaction;
pub use rows::{Key, MessageRow, PendingRow, Row, hide, name_days, said, tell_apart};
pub use slices::slices;

use crate::outbox::Pending;
use beyond::Beyond;
use parlour_protocol::{History, Message, Number, Seq, SystemEvent, Timestamp, User, UserId};
use std::sync::Arc;

/// Message rows kept; the far end is let go. A frame costs what is in the page: twice as many take
/// longer than a screen waits.
pub const WINDOW: usize = 200;

/// Notes kept; the oldest is let go.
const NOTES: usize = 20;

/// A time zone: how many minutes its clocks were ahead of UTC at a time. That is another number in
/// summer than in winter, so it is asked anew for each time.
pub type Zone = fn(Timestamp) -> i32;

/// The zone in which nobody changes the clocks.
pub fn utc(_: Timestamp) -> i32 {
    0
}

/// What a frame did.
#[derive(Clone, Debug, PartialEq)]
pub enum Applied {
    /// The room moved on by this change.
    Live {
        /// A message nobody here has seen yet; also when it is beyond the window and not drawn.
        is_new: bool,
    },
    /// The change was known already.
    Stale,
    /// Changes before this one are missing. The frame did nothing: its change comes with the sync.
    /// Every further frame says the same `after` until then; asking once is enough.
    Gap {
        /// Ask for what changed after this.
        after: Seq,
    },
}

/// What an answer to `sync` did.
#[derive(Clone, Debug, PartialEq)]
pub enum Synced {
    /// Equal to what a fresh page would show.
    CaughtUp,
    /// More is missing.
    More {
        /// Ask for what changed after this.
        after: Seq,
    },
    /// Too much changed: take the page anew.
    Reset,
    /// It starts after what is held, so it would leave a hole; it did nothing.
    Ignored,
}

/// One room's messages in view, each of its author as they are now.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// Shared with the rows, which are laid out anew with every change of any of them.
    messages: Vec<Arc<Message>>,
    seq: Seq,
    /// The smallest number the window answers for; zero when it reaches the room's beginning.
    floor: Number,
    /// The largest one; `None` when it reaches the room's end, wherever that will be.
    ceiling: Option<Number>,
    below: Beyond,
    above: Beyond,
    /// The latest reply that was seen, kept or not: a page that was read before it counts too few.
    last_reply: Seq,
    owed: Option<Owed>,
    /// Only a part of a sync has come: rows that changed again behind it may lack what is in it.
    is_partial: bool,
    in_view: Option<Number>,
    notes: Vec<Note>,
    notes_made: u32,
}

/// Some rows came from a page read at `from`, when the window had come to `to` already: they may
/// lack changes between the two.
#[derive(Clone, Debug, PartialEq)]
struct Owed {
    from: Seq,
    to: Seq,
}

/// A line that is not a message, drawn after the messages that were posted up to `after`.
#[derive(Clone, Debug, PartialEq)]
struct Note {
    id: u32,
    after: Seq,
    name: String,
    event: SystemEvent,
    /// When it was heard, if that is known.
    at: Option<Timestamp>,
}

impl Timeline {
    /// A page as it was read.
    pub fn new(history: History) -> Self {
        let first = history.messages.first().map(|message| message.number);
        let last = history.messages.last().map(|message| message.number);
        let mut timeline = Self {
            messages: Vec::with_capacity(history.messages.len()),
            seq: history.seq,
            // A page after the newest message is empty and begins with the next one.
            floor: match history.has_older {
                true => first.unwrap_or(Number::posted_at(history.seq.next())),
                false => Number::ZERO,
            },
            ceiling: history.has_newer.then(|| last.unwrap_or(Number::ZERO)),
            below: Beyond::default(),
            above: Beyond::default(),
            last_reply: Seq::ZERO,
            owed: None,
            is_partial: false,
            in_view: None,
            notes: Vec::new(),
            notes_made: 0,
        };
        for message in history.messages {
            timeline.put(message);
        }
        timeline.let_go_oldest();
        timeline
    }

    /// The messages held, in their order.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter().map(|message| &**message)
    }

    /// Every change up to this one is known; what to say as `after`.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// There are older messages than the first row.
    pub fn has_older(&self) -> bool {
        self.floor > Number::ZERO
    }

    /// There are newer messages than the last row; live ones are not appended then.
    pub fn has_newer(&self) -> bool {
        self.ceiling.is_some()
    }

    /// The latest reply that was seen.
    pub fn last_reply(&self) -> Seq {
        self.last_reply
    }

    /// The oldest row: what to ask older messages `before`.
    pub fn first_number(&self) -> Option<Number> {
        self.messages.first().map(|message| message.number)
    }

    /// The newest row: what to ask newer messages `after`.
    pub fn last_number(&self) -> Option<Number> {
        self.messages.last().map(|message| message.number)
    }

    /// How many messages are held.
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// The message of this number, when it is held.
    pub fn get(&self, number: Number) -> Option<&Message> {
        let at = self.messages.binary_search_by_key(&number, |m| m.number);
        at.ok().map(|at| &*self.messages[at])
    }

    /// Who sent what is held as stored with this key, if something is.
    pub fn author_of(&self, client_id: &str) -> Option<UserId> {
        let mut held = self.messages.iter();
        let sent = held.find(|message| message.client_id == client_id)?;
        Some(sent.user_id)
    }

    /// The newest message of who wrote under these ids that can still be edited.
    pub fn last_own(&self, mine: &[UserId]) -> Option<Number> {
        let mut own = self.messages.iter().rev();
        own.find(|message| mine.contains(&message.user_id) && !message.deleted)
            .map(|message| message.number)
    }

    /// How many of the messages held came after `seq`, without one's own.
    pub fn posts_after(&self, seq: Seq, mine: &[UserId]) -> i64 {
        let posts = self.messages.iter().rev();
        let later = posts.take_while(|message| message.number.seq() > seq);
        let is_others = |message: &&Arc<Message>| !mine.contains(&message.user_id);
        later.filter(is_others).count() as i64
    }

    /// Takes a `message` or `message_changed` frame.
    pub fn apply(&mut self, mut message: Message) -> Applied {
        match self.step(message.seq) {
            Applied::Live { .. } => {}
            refused => return refused,
        }
        self.keep_mine(&mut message);
        let is_post = message.seq == message.number.seq();
        let is_unseen = self.take(message);
        self.let_go_live();
        Applied::Live {
            is_new: is_post && is_unseen,
        }
    }

    /// Takes a change of the room that is not one of a message (`room_changed`): only its place in
    /// the order counts.
    pub fn step(&mut self, seq: Seq) -> Applied {
        if seq <= self.seq {
            return Applied::Stale;
        }
        if seq > self.seq.next() {
            return Applied::Gap { after: self.seq };
        }
        self.seq = seq;
        Applied::Live { is_new: false }
    }

    /// Takes an answer to `sync`: what changed in (`from`, `to`].
    pub fn apply_sync(
        &mut self,
        messages: Vec<Message>,
        from: Seq,
        to: Seq,
        complete: bool,
        reset: bool,
    ) -> Synced {
        if reset {
            return Synced::Reset;
        }
        if from > self.seq {
            return Synced::Ignored;
        }
        // All of them, also those at or below our seq: rows keep their newest state, and a page
        // read too early may lack them.
        for message in messages {
            self.take(message);
        }
        self.let_go_live();
        self.seq = self.seq.max(to);
        self.is_partial = !complete;
        if let Some(owed) = &mut self.owed
            && from <= owed.from
        {
            owed.from = owed.from.max(to);
            if owed.from >= owed.to {
                self.owed = None;
            }
        }
        match &self.owed {
            Some(owed) => Synced::More { after: owed.from },
            None if complete => Synced::CaughtUp,
            None => Synced::More { after: self.seq },
        }
    }

    /// The room has reached `reached` (heartbeat, activity): what to ask `sync` after, if anything.
    pub fn heard(&self, reached: Seq) -> Option<Seq> {
        let is_behind = reached > self.seq;
        self.behind().or(is_behind.then_some(self.seq))
    }

    /// A page came that was read before changes that were not kept: what to ask `sync` after, to
    /// be called after [`Timeline::prepend`] and [`Timeline::append`]. [`Timeline::heard`] and
    /// [`Timeline::apply_sync`] repeat it until it was answered.
    pub fn behind(&self) -> Option<Seq> {
        self.owed.as_ref().map(|owed| owed.from)
    }

    /// Takes the page before [`Timeline::first_number`], read at whatever seq. A page that does not
    /// join the window any more (rows were let go since it was asked for) does nothing. One page is
    /// asked for at a time.
    pub fn prepend(&mut self, older: History) {
        let last = older.messages.last().map(|message| message.number);
        if last < self.below.nearest {
            return;
        }
        let first = older.messages.first().map(|message| message.number);
        let floor = match older.has_older {
            true => first.unwrap_or(self.floor),
            false => Number::ZERO,
        };
        if floor < self.floor {
            self.floor = floor;
            self.below.nearest = None;
        }
        self.owe(older.seq, self.below.changed.max(self.last_reply));
        for message in older.messages {
            self.take(message);
        }
        self.let_go_newest();
    }

    /// Takes the page after [`Timeline::last_number`], read at whatever seq; as
    /// [`Timeline::prepend`].
    pub fn append(&mut self, newer: History) {
        let Some(ceiling) = self.ceiling else { return };
        let first = newer.messages.first().map(|message| message.number);
        // A page that says it is the end is believed only up to where it was read.
        let joins = match (first, self.above.nearest) {
            (Some(first), Some(nearest)) => first <= nearest,
            (None, Some(nearest)) => nearest.seq() > newer.seq,
            (_, None) => true,
        };
        if !joins {
            return;
        }
        let last = newer.messages.last().map(|message| message.number);
        self.ceiling = newer
            .has_newer
            .then(|| last.unwrap_or(ceiling).max(ceiling));
        if self.ceiling != Some(ceiling) {
            self.above.nearest = None;
        }
        // What a message of the page quotes may be on the other side.
        let changed = self.above.changed.max(self.below.changed);
        self.owe(newer.seq, changed.max(self.last_reply));
        for message in newer.messages {
            self.take(message);
        }
        self.let_go_oldest();
    }

    /// The topmost message somebody is looking at, or `None` at the bottom: live messages never
    /// push it out of a full window; the newest are let go instead.
    pub fn keep_in_view(&mut self, top: Option<Number>) {
        self.in_view = top;
    }

    /// Adds a line after the newest row ("Alice joined") that was heard then; the same one twice in a row stands once.
    pub fn note(&mut self, name: String, event: SystemEvent, at: Option<Timestamp>) {
        let newest = self.last_number().map_or(Seq::ZERO, Number::seq);
        let mut after = self.seq.max(newest);
        if let Some(last) = self.notes.last() {
            if last.name == name && last.event == event && newest <= last.after {
                return;
            }
            after = after.max(last.after);
        }
        if self.notes.len() == NOTES {
            self.notes.remove(0);
        }
        self.notes_made = self.notes_made.wrapping_add(1);
        self.notes.push(Note {
            id: self.notes_made,
            after,
            name,
            event,
            at,
        });
    }

    /// Drops all such lines.
    pub fn drop_notes(&mut self) {
        self.notes.clear();
    }

    /// What is drawn, top to bottom: for who wrote under these ids, with which message pointed at, in which time zone.
    pub fn rows(&self, mine: &[UserId], marked: Option<Number>, zone: Zone) -> Vec<Row> {
        rows::lay_out(self, mine, marked, zone)
    }

    /// What this person has on its way, below the rows, as it will stand once it is stored: `now`, as far as
    /// that is known.
    pub fn pending_rows(
        &self,
        pending: Vec<Pending>,
        me: Option<&User>,
        now: Option<Timestamp>,
        zone: Zone,
    ) -> Vec<Row> {
        rows::lay_out_pending(self, pending, me, now, zone)
    }

    /// Keeps a message if it belongs into the window. True when it was not known before.
    fn take(&mut self, message: Message) -> bool {
        match self.is_beyond(message.number, message.seq) {
            Some(is_above) => {
                self.hear_beyond(&message);
                is_above
            }
            None => self.put(message),
        }
    }

    fn put(&mut self, mut message: Message) -> bool {
        message.be_of_author();
        self.quote(&mut message);
        self.count_reply(&message);
        self.keep_replies(&mut message);
        let at = self
            .messages
            .partition_point(|row| row.number < message.number);
        let message = Arc::new(message);
        let is_new = match self.messages.get_mut(at) {
            Some(row) if row.number == message.number => {
                if row.seq >= message.seq {
                    if row.seq == message.seq && row.reactions != message.reactions {
                        // What was read for this reader knows which are theirs.
                        Arc::make_mut(row).reactions.clone_from(&message.reactions);
                    }
                    return false;
                }
                *row = Arc::clone(&message);
                false
            }
            _ => {
                self.messages.insert(at, Arc::clone(&message));
                true
            }
        };
        self.requote(&message);
        is_new
    }

    /// A page read at `read_at` came in; `changed` is the latest change its rows may have had that
    /// was not kept.
    fn owe(&mut self, read_at: Seq, changed: Seq) {
        // What comes after our seq comes anyway, also to these rows.
        let changed = changed.min(self.seq);
        if read_at < changed {
            let from = self.behind().unwrap_or(read_at).min(read_at);
            let to = self
                .owed
                .as_ref()
                .map_or(changed, |owed| owed.to.max(changed));
            self.owed = Some(Owed { from, to });
        }
    }

    fn let_go_live(&mut self) {
        let excess = self.messages.len().saturating_sub(WINDOW);
        match self.in_view {
            Some(top) if excess > 0 && self.messages[excess - 1].number >= top => {
                self.let_go_newest();
            }
            _ => self.let_go_oldest(),
        }
    }

    fn let_go_oldest(&mut self) {
        let excess = self.messages.len().saturating_sub(WINDOW);
        for message in self.messages.drain(..excess) {
            self.below.changed = self.below.changed.max(message.seq);
            self.below.nearest = Some(message.number);
        }
        if excess > 0 {
            self.floor = self.messages[0].number;
        }
    }

    fn let_go_newest(&mut self) {
        if self.messages.len() <= WINDOW {
            return;
        }
        self.above.nearest = Some(self.messages[WINDOW].number);
        for message in self.messages.drain(WINDOW..) {
            self.above.changed = self.above.changed.max(message.seq);
        }
        self.ceiling = self.last_number();
    }
}
