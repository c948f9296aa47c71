//! What is written as the answer to a message.
//!
//! *Invariant:* it belongs to the draft of its room: it is kept with it, and sent or given up with it.

use super::{Effect, Field, Part, Session};
use parlour_protocol::{Number, Quote};

impl Session {
    /// What is written in the open room answers this message from now on.
    pub fn reply_to(&mut self, number: Number) {
        self.answer(Some(number));
        self.push(Effect::Focus(Field::Composer));
    }

    /// It answers none; false where it did not before.
    pub fn reply_to_none(&mut self) -> bool {
        let was_answering = self.answers().is_some();
        if was_answering {
            self.answer(None);
        }
        was_answering
    }

    /// Which message it answers.
    pub fn answers(&self) -> Option<Number> {
        self.drafts.answers(self.open_id()?)
    }

    /// The same, as a reply shows it, if that message is held.
    pub fn quoted(&self) -> Option<Quote> {
        self.timeline.get(self.answers()?).map(Quote::of)
    }

    fn answer(&mut self, answers: Option<Number>) {
        if let Some(room) = self.open_id() {
            self.change_drafts(|drafts| drafts.answer(room, answers));
            self.show(Part::Composer);
        }
    }
}
