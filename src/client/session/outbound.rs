//! What this person writes: drafts, the outbox and typing.
//!
//! *Invariant:* a message is in the outbox, and the outbox in storage, before the network is touched; it leaves
//! the outbox when the server has stored it or its author discards it. To send one costs two reads and two writes
//! of the storage at most, and so does its acknowledgement.

use super::stored::Key;
use super::{Effect, Field, Part, Session, wait_ms};
use crate::drafts::{self, Drafts};
use crate::outbox::{Delivery, Outbox, Pending};
use parlour_protocol::{AppError, ClientFrame, ErrorCode, Message, Number, RoomId, UserId, rules};

impl Session {
    /// Takes up what an earlier page left in storage, and what was typed into the composer while this one
    /// woke up.
    pub fn restore(&mut self, typed: &str) {
        self.load_notes();
        self.load_drafts();
        self.change_outbox(|_| ());
        self.settle_shown();
        if typed.is_empty() {
            self.show_draft();
        } else {
            self.typed(typed);
        }
        self.resume_edit();
    }

    /// Another tab has changed what both share. Only in a tab without the focus its fields follow: in the other one
    /// somebody may be writing.
    pub fn storage_changed(&mut self, has_focus: bool) {
        if self.load_outbox() {
            // Two tabs that wrote at once may have lost what one of them settled: it is said again, or each would
            // put its own outbox in the place of the other's for ever.
            self.is_settling = true;
            self.save_outbox();
        }
        self.show(Part::Outbox);
        self.load_notes();
        self.load_drafts();
        self.load_edits();
        if !has_focus {
            self.show_draft();
            self.show_edit();
        }
    }

    /// The composer's text has changed.
    pub fn typed(&mut self, text: &str) {
        let Some(room) = self.open_id() else {
            return;
        };
        self.has_typed(text.chars().count());
        self.change_drafts(|drafts| drafts.set(room, text));
        let is_typing = self.typing.on_input(self.at.now, text.is_empty());
        self.say_typing(is_typing);
    }

    /// Whether something is written in a room that is not sent.
    pub fn has_draft(&self, room: RoomId) -> bool {
        let draft = self.drafts.get(room);
        draft.is_some_and(|text| !text.trim().is_empty())
    }

    /// Somebody dropped a file on the page, or pasted one.
    pub fn refuse_file(&mut self) {
        self.tell("Files cannot be sent here yet.");
    }

    /// Sends the composer's text under a new key; or says what is wrong with it.
    pub fn send(&mut self, text: &str, key: String) {
        let Some(room) = self.open_id() else {
            return;
        };
        match rules::message(text) {
            Ok(content) => {
                let reply_to = self.drafts.answers(room);
                self.queue_reply(room, content, key, reply_to);
            }
            Err(invalid) if invalid.fault == rules::Fault::Empty => return,
            Err(invalid) => {
                self.composer_error = Some(invalid.to_string());
                self.show(Part::Composer);
                return self.push(Effect::Mark(invalid));
            }
        }
        // What other tabs have stored of it was read as it was typed, and with each of their changes.
        self.drafts.answer(room, None);
        self.drafts.set(room, "");
        self.save_drafts();
        self.push(Effect::Write(Field::Composer, String::new()));
        self.has_typed(0);
        self.typing.on_sent();
        self.take_line_away();
        self.push(Effect::Focus(Field::Composer));
        self.to_newest();
    }

    /// Sends this to a room, as it is.
    pub fn queue(&mut self, room_id: RoomId, content: String, key: String) {
        self.queue_reply(room_id, content, key, None);
    }

    fn queue_reply(
        &mut self,
        room_id: RoomId,
        content: String,
        key: String,
        reply_to: Option<Number>,
    ) {
        let pending = Pending {
            client_id: key,
            room_id,
            content,
            reply_to,
            author: self.my_id(),
            tries: 0,
            state: Delivery::Queued,
        };
        self.change_and_pump(|outbox| outbox.queue(pending));
    }

    /// Sends a refused message again, under its old key.
    pub fn retry(&mut self, key: &str) {
        self.change_and_pump(|outbox| outbox.retry(key));
    }

    /// Gives a refused message up.
    pub fn discard(&mut self, key: &str) -> Option<Pending> {
        self.is_settling = true;
        self.change_outbox(|outbox| outbox.discard(key))
    }

    /// Takes the text of a refused message back into the composer, before what is typed there.
    /// Does nothing where there is no composer: it would be lost.
    pub fn take_back(&mut self, key: &str, typed: &str) {
        let Some(refused) = self.outbox.get(key).filter(|_| self.open.is_some()) else {
            return;
        };
        let text = drafts::before(&refused.content, typed);
        let (room, reply_to) = (refused.room_id, refused.reply_to);
        self.typed(&text);
        if reply_to.is_some() {
            self.change_drafts(|drafts| drafts.answer(room, reply_to));
        }
        self.push(Effect::Write(Field::Composer, text));
        self.discard(key);
        self.push(Effect::Focus(Field::Composer));
    }

    /// Puts the open room's unsent text into the composer.
    pub fn show_draft(&mut self) {
        let Some(room) = self.open_id() else {
            return;
        };
        self.load_drafts();
        let draft = self.drafts.get(room).unwrap_or_default().to_owned();
        self.show(Part::Composer);
        self.has_typed(draft.chars().count());
        // The cursor stays where it is in what is there already.
        self.push(Effect::Write(Field::Composer, draft));
    }

    /// Puts a text without a home before the draft of this room.
    pub(super) fn put_before(&mut self, room: RoomId, text: &str) {
        self.change_drafts(|drafts| drafts.put_before(room, text));
    }

    fn has_typed(&mut self, characters: usize) {
        self.typed = characters;
        self.composer_error = None;
        self.show(Part::Composer);
    }

    /// The open room is left: nobody types there.
    pub(super) fn stop_typing(&mut self) {
        let is_typing = self.typing.on_left();
        self.say_typing(is_typing);
    }

    fn say_typing(&mut self, is_typing: Option<bool>) {
        let open = self.open_id().filter(|room| self.is_member(*room));
        if let (Some(is_typing), room_id @ Some(_)) = (is_typing, open) {
            self.say(ClientFrame::Typing { room_id, is_typing });
        }
    }

    /// About a second has passed: nothing was typed meanwhile, perhaps; and another tab that had something to
    /// send may be closed.
    pub(super) fn idle(&mut self) {
        if self.outbox.waiting() > 0 {
            self.pump();
        }
        let stopped = self.typing.on_idle(self.at.now);
        self.say_typing(stopped);
    }

    /// Hands over whatever may go now: one message a room at a time, in the order it was written; and nothing
    /// before the server has said that this socket is whom we take ourselves for.
    pub(super) fn pump(&mut self) {
        if self.known().is_some() {
            self.change_and_pump(|_| ());
        }
    }

    /// Changes the outbox, and hands over what may go then.
    fn change_and_pump(&mut self, change: impl FnOnce(&mut Outbox)) {
        let is_known = self.known().is_some();
        let my_ids = self.my_ids.clone();
        let now = self.at.now;
        self.holds.retain(|until| now < *until);
        let held = self.holds.rooms().collect();
        let next = self.change_outbox(|outbox| {
            change(outbox);
            match is_known {
                true => {
                    outbox.belong_to(&my_ids);
                    outbox.next_to_send(held)
                }
                false => Vec::new(),
            }
        });
        for pending in next {
            self.say(ClientFrame::Message {
                room_id: Some(pending.room_id),
                content: pending.content,
                client_id: Some(pending.client_id),
                reply_to: pending.reply_to,
                format: None,
                mentions: None,
            });
        }
    }

    /// A message is stored: one that waits here, perhaps.
    pub(super) fn acknowledged(&mut self, message: &Message) {
        let pending = self.outbox.get(&message.client_id);
        let author = pending.and_then(|pending| pending.author.or(self.my_id()));
        if author.is_some_and(|author| self.is_one(author, message.user_id)) {
            self.is_held = false;
            self.is_settling = true;
            self.change_and_pump(|outbox| {
                outbox.acknowledge(&message.client_id);
            });
        }
    }

    /// Whether two ids are of one person: a guest's send may be stored as the account's that they signed in to.
    fn is_one(&self, one: UserId, other: UserId) -> bool {
        one == other || self.is_mine(one) && self.is_mine(other)
    }

    /// What the page in view shows as stored was acknowledged while nobody was there to hear it.
    pub(super) fn settle_shown(&mut self) {
        let waiting = self.open_id().map(|room| self.outbox.pending(room));
        for pending in waiting.unwrap_or_default() {
            let is_shown = |author: UserId| {
                let stored = self.timeline.author_of(&pending.client_id);
                stored.is_some_and(|stored| self.is_one(author, stored))
            };
            if pending.author.or(self.my_id()).is_some_and(is_shown) {
                self.is_settling = true;
                self.change_outbox(|outbox| outbox.acknowledge(&pending.client_id));
            }
        }
    }

    /// The server did not take a send. A wait that it asks for holds that room alone.
    pub(super) fn send_refused(&mut self, error: AppError, key: &str) {
        if error.code == ErrorCode::SignInRequired {
            // The session has ended under this socket. The next one says who we are now.
            self.change_outbox(|outbox| outbox.postpone(key));
            self.known_as = None;
            self.lost();
        } else if error.code.is_passing() {
            let under_way = |pending: &&Pending| pending.state == Delivery::Sending;
            let pending = self.outbox.get(key).filter(under_way);
            let Some(room) = pending.map(|pending| pending.room_id) else {
                // It is late.
                return;
            };
            self.is_held |= error.code != ErrorCode::RateLimited;
            self.change_outbox(|outbox| outbox.postpone(key));
            let wait = wait_ms(&error);
            self.holds.insert(room, self.at.now + f64::from(wait));
            self.wait(wait);
        } else {
            self.is_held = false;
            self.change_and_pump(|outbox| outbox.refuse(key, error.message));
        }
    }

    /// What has no answer yet goes once more: the answer may have been lost.
    pub(super) fn send_again(&mut self) {
        if self.outbox.waiting() > 0 {
            match self.known() {
                Some(_) => self.change_and_pump(Outbox::connection_lost),
                None => self.change_outbox(Outbox::connection_lost),
            }
        }
    }

    /// Says what is not worth keeping for later: a change to something that others see meanwhile.
    ///
    /// # Errors
    /// Why it cannot be said now.
    pub(super) fn say_now(&mut self, frame: ClientFrame) -> Result<(), &'static str> {
        if !self.connection.is_live() {
            return Err("There is no connection right now. Please try again when it is back.");
        }
        self.say(frame);
        Ok(())
    }

    /// Changes the draft of one room; other rooms' drafts may be another tab's newer ones.
    pub(super) fn change_drafts(&mut self, change: impl FnOnce(&mut Drafts)) {
        self.load_drafts();
        change(&mut self.drafts);
        self.save_drafts();
    }

    /// Takes the drafts of all tabs from storage, unless what is here could not be saved there.
    fn load_drafts(&mut self) {
        if self.keeps_drafts
            && let Some(json) = self.stored.news(Key::Drafts)
        {
            self.drafts = Drafts::from_json(&json);
            // Their lines in the list say so.
            self.show(Part::Rooms);
        }
    }

    fn save_drafts(&mut self) {
        let is_kept = self.stored.save(Key::Drafts, self.drafts.to_json());
        self.keeps_drafts_now(is_kept);
    }

    pub(super) fn keeps_drafts_now(&mut self, is_kept: bool) {
        if self.keeps_drafts != is_kept {
            self.keeps_drafts = is_kept;
            self.show(Part::Outbox);
        }
    }

    /// Changes the outbox here and in storage, where another tab of this person may have put more.
    pub(super) fn change_outbox<T>(&mut self, change: impl FnOnce(&mut Outbox) -> T) -> T {
        self.load_outbox();
        let changed = change(&mut self.outbox);
        self.save_outbox();
        changed
    }

    /// Takes in what other tabs stored; true when that is not all that is here.
    fn load_outbox(&mut self) -> bool {
        let news = self.stored.news(Key::Outbox);
        // Whoever settles a send takes it out of the outbox as well, so without news of that there is nothing
        // to take in; but what other tabs have settled stays settled when more is written there.
        if (news.is_some() || self.is_settling)
            && let Some(settled) = self.stored.news(Key::Settled)
        {
            self.outbox.settle_json(&settled);
        }
        news.is_some_and(|json| self.outbox.merge(Outbox::from_json(&json)))
    }

    fn save_settled(&mut self) {
        if self.is_settling {
            let is_kept = (self.stored).save(Key::Settled, self.outbox.settled_json());
            self.is_settling = !is_kept;
        }
    }

    fn save_outbox(&mut self) {
        // First: another tab that sees a send gone must not bring it back.
        self.save_settled();
        self.keeps_outbox = self.stored.save(Key::Outbox, self.outbox.to_json());
        // Again, where there was no space for it: what was settled has just made some.
        self.save_settled();
        self.show(Part::Outbox);
    }
}
