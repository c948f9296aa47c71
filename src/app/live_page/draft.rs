//! A page's text while it is written, with slots for what is one reader's own.
//!
//! *Invariant:* where a slot is, whoever writes the text says while it is written; nothing is looked for in it.

use std::ops::Range;

/// A text with slots, while it is written.
#[derive(Debug, Default)]
pub struct Draft {
    /// As somebody finds it who has nothing here.
    pub text: String,
    /// In order; what a slot has in its range is replaced for whose own it is.
    pub slots: Vec<(Range<usize>, ReaderSlot)>,
}

/// What is a reader's own.
#[derive(Clone, Copy, Debug)]
pub enum ReaderSlot {
    /// By which the script of this answer runs.
    Nonce,
    /// The key that the form of this answer sends with.
    FormKey,
    /// Who they are, as JSON.
    Me,
    /// Whom they were, as a field of JSON, where they were somebody.
    Was,
    /// How many messages of this listed room they have not read, and whether they are a member, as JSON, where
    /// there is anything of it.
    Entry(usize),
    /// Whether they may delete the open room, as JSON.
    MayDelete,
    /// Why they cannot write in the open room, and how many ask to be let into it, as fields in JSON, where there is a
    /// reason, or somebody.
    ReadOnly,
    /// Whom they block, as a field in JSON, where there is somebody.
    Blocked,
    /// Up to which seq they have read the open room, as JSON.
    Read,
    /// The messages of the open room, as JSON, with their reactions among them.
    History,
    /// What they are called.
    Name,
    /// The head of the open room.
    Header,
    /// What is said to who only looks at it, or cannot write in it.
    Looking,
    /// The lines of the rooms.
    Rooms,
    /// The row of this message, of those on the page, with the line *New* above the first that they have not read.
    Message(usize),
    /// What marks the page as read, where they have not read it all.
    MarkRead,
}

impl Draft {
    /// Goes on with this.
    pub fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Goes on with a slot that has this in it for those whose own it is not.
    pub fn slot(&mut self, slot: ReaderSlot, others: &str) {
        let start = self.text.len();
        self.text.push_str(others);
        self.slots.push((start..self.text.len(), slot));
    }
}
