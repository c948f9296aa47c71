//! Changing and removing what this person wrote. What is typed meanwhile is a draft like any other.
//!
//! *Invariant:* a change that is typed is in storage until the message says it, its author leaves the message as
//! it is, or there is no such message any more: then it stands in the composer.

use super::stored::Key;
use super::{Effect, Field, Part, Session, Undo};
use crate::drafts::{Edits, Settled};
use parlour_protocol::{ClientFrame, Message, Number, RoomId};

impl Session {
    /// Opens the form of the last own message, as ↑ in an empty composer does; false when there is none.
    pub fn edit_last(&mut self) -> bool {
        let last = self.timeline.last_own(&self.my_ids);
        last.inspect(|number| self.begin_edit(*number)).is_some()
    }

    /// Opens the form of an own message, with what was typed there before.
    pub fn begin_edit(&mut self, number: Number) {
        self.load_edits();
        self.show_form(Some(number));
        self.push(Effect::Focus(Field::Editor));
    }

    /// The same for whichever message has the focus; false when it is none of this person's.
    pub fn edit_own(&mut self, number: Number) -> bool {
        let message = self.timeline.get(number);
        let is_own = message.is_some_and(|m| !m.deleted && self.is_mine(m.user_id));
        if is_own {
            self.begin_edit(number);
        }
        is_own
    }

    /// What belongs into the form of this message.
    pub fn edit_text(&self, number: Number) -> String {
        let Some(message) = self.timeline.get(number) else {
            return String::new();
        };
        let typed = self.edits.get(message);
        typed.unwrap_or(&message.content).to_owned()
    }

    /// The form's text has changed.
    pub fn edited(&mut self, number: Number, text: &str) {
        if let Some(message) = self.timeline.get(number).cloned() {
            self.change_edits(|edits| edits.set(&message, text));
        }
    }

    /// Leaves the message as it is.
    pub fn cancel_edit(&mut self, number: Number) {
        if let Some(room) = self.open_id() {
            self.change_edits(|edits| edits.forget(room, number));
        }
        self.end_edit();
    }

    /// Saves the change. The form stays open, with what was typed, until the change comes back from the server.
    ///
    /// # Errors
    /// Why it cannot be sent now.
    pub fn save_edit(&mut self, number: Number, content: String) -> Result<(), &'static str> {
        if (self.timeline.get(number)).is_some_and(|message| message.content == content) {
            self.cancel_edit(number);
            return Ok(());
        }
        // As the server will give it back.
        self.edited(number, &content);
        let Some(room) = self.open_id() else {
            return Ok(());
        };
        self.edit(room, number, content)
    }

    /// Gives an own message, in whatever room, another text.
    ///
    /// # Errors
    /// Why it cannot be sent now.
    pub fn edit(
        &mut self,
        room: RoomId,
        number: Number,
        content: String,
    ) -> Result<(), &'static str> {
        self.say_now(ClientFrame::Edit {
            room_id: Some(room),
            number,
            content,
            format: None,
            mentions: None,
        })
    }

    /// Takes an own message back.
    pub fn delete(&mut self, room: RoomId, number: Number) {
        let frame = ClientFrame::Delete {
            room_id: Some(room),
            number,
        };
        if let Err(sentence) = self.say_now(frame) {
            self.tell(sentence);
        }
    }

    /// A message of the open room was deleted by who is looking, who can have it back if it is their own.
    pub fn took_away(&mut self, number: Number) {
        let is_own = (self.timeline.get(number)).is_some_and(|it| self.is_mine(it.user_id));
        if let Some(room) = self.open_id().filter(|_| is_own) {
            let sentence = "You deleted a message.".to_owned();
            self.push(Effect::Offer(sentence, Undo::Delete(room, number)));
        }
    }

    /// The form of the message that somebody was changing in the room that is shown from now on.
    pub(super) fn resume_edit(&mut self) {
        self.load_edits();
        self.check_edits();
        self.editing = self.being_edited().pop();
        self.show(Part::Editing);
    }

    /// A page of messages has come: some of them may have changed while nobody was there to hear it.
    pub(super) fn check_edits(&mut self) {
        for number in self.being_edited() {
            if let Some(message) = self.timeline.get(number).cloned() {
                self.settle_edit(&message);
            }
        }
    }

    /// Another tab has changed what both share.
    pub(super) fn show_edit(&mut self) {
        if let Some(number) = self.editing {
            let text = self.edit_text(number);
            self.push(Effect::Write(Field::Editor, text));
        }
    }

    /// An own message, in whatever room, is now like this.
    pub(super) fn settle_edit(&mut self, message: &Message) {
        self.load_edits();
        let settled = self.edits.settle(message);
        let is_shown = self.open_id() == Some(message.room_id);
        match &settled {
            Some(Settled::Homeless(text)) => {
                // In the composer first: doubled for a moment is better than lost.
                self.put_before(message.room_id, text);
                if is_shown {
                    self.tell("The message was removed. What you changed is in the composer.");
                }
            }
            Some(Settled::Made) => {}
            None if message.deleted => {}
            None => return,
        }
        if settled.is_some() {
            self.save_edits();
        }
        if is_shown {
            if message.deleted {
                // Also what another tab has put there.
                self.show_draft();
            }
            if self.editing == Some(message.number) {
                self.end_edit();
            }
        }
    }

    /// Takes the edits of all tabs from storage, unless what is here could not be saved there.
    pub(super) fn load_edits(&mut self) {
        if self.keeps_drafts
            && let Some(json) = self.stored.news(Key::Edits)
        {
            self.edits = Edits::from_json(&json);
        }
    }

    /// The messages of the open room that are being changed.
    fn being_edited(&self) -> Vec<Number> {
        let of = |room| self.edits.of(room);
        self.open_id().map(of).unwrap_or_default()
    }

    fn end_edit(&mut self) {
        self.show_form(None);
        self.push(Effect::Focus(Field::Composer));
    }

    fn show_form(&mut self, editing: Option<Number>) {
        self.push(Effect::KeepTop);
        self.editing = editing;
        self.show(Part::Editing);
    }

    /// Changes one edit; others may be another tab's newer ones.
    fn change_edits(&mut self, change: impl FnOnce(&mut Edits)) {
        self.load_edits();
        change(&mut self.edits);
        self.save_edits();
    }

    fn save_edits(&mut self) {
        let is_kept = self.stored.save(Key::Edits, self.edits.to_json());
        self.keeps_drafts_now(is_kept);
    }
}
