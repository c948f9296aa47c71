//! What this person writes: as `app/room/sending.rs`.

use super::{Client, Later};
use crate::history::Event;
use parlour_client::outbox::{Delivery, Outbox, Pending};
use parlour_protocol::{AppError, ClientFrame, ErrorCode, Message, Number, RoomId};

/// How long to wait when the server did not say.
const RETRY_MS: u64 = 1_000;

impl Client {
    /// Writes a message and presses Enter; `key` is its key for ever. The composer's own check is
    /// left out, so that the server's refusal can be seen.
    pub fn write(&mut self, room: RoomId, content: &str, key: &str, now: f64) -> Vec<ClientFrame> {
        let pending = Pending {
            client_id: key.to_owned(),
            room_id: room,
            content: content.to_owned(),
            reply_to: None,
            author: Some(self.me),
            tries: 0,
            state: Delivery::Queued,
        };
        self.change_outbox(|outbox| outbox.queue(pending));
        self.tell(|client| Event::Sent {
            client,
            room: room.0,
            key: key.to_owned(),
        });
        self.pump(now)
    }

    /// Gives an own message another text. Nothing is kept of it: without a connection its author
    /// is told to try again.
    pub fn edit(&mut self, room: RoomId, number: Number, content: &str) -> Vec<ClientFrame> {
        self.say_now(ClientFrame::Edit {
            room_id: Some(room),
            number,
            content: content.to_owned(),
        })
    }

    /// Takes an own message back, as [`Client::edit`].
    pub fn delete(&mut self, room: RoomId, number: Number) -> Vec<ClientFrame> {
        self.say_now(ClientFrame::Delete {
            room_id: Some(room),
            number,
        })
    }

    /// Sends a refused message again, under its old key.
    pub fn retry(&mut self, key: &str, now: f64) -> Vec<ClientFrame> {
        self.change_outbox(|outbox| outbox.retry(key));
        self.pump(now)
    }

    /// Gives a refused message up.
    pub fn discard(&mut self, key: &str) {
        if let Some(pending) = self.change_outbox(|outbox| outbox.discard(key)) {
            self.tell(|client| Event::Discarded {
                client,
                room: pending.room_id.0,
                key: pending.client_id,
            });
        }
    }

    /// Another tab has changed what both share.
    pub fn take_in(&mut self) {
        if self.load_outbox() {
            self.save_outbox();
        }
    }

    /// Hands over whatever may go now: one message a room at a time, in the order it was written;
    /// and nothing before the server has said that this socket is whom we take ourselves for.
    pub(super) fn pump(&mut self, now: f64) -> Vec<ClientFrame> {
        let me = self.me;
        if self.known_as != Some(me) || now < self.hold_until {
            return Vec::new();
        }
        let next = self.change_outbox(|outbox| {
            outbox.belong_to(me);
            outbox.next_to_send()
        });
        let frame = |pending: Pending| ClientFrame::Message {
            room_id: Some(pending.room_id),
            content: pending.content,
            client_id: Some(pending.client_id),
            reply_to: pending.reply_to,
        };
        next.into_iter().map(frame).collect()
    }

    /// A message is stored: one that waits here, perhaps.
    pub(super) fn acknowledged(&mut self, message: &Message, now: f64) -> Vec<ClientFrame> {
        if self.settle(message) {
            return self.pump(now);
        }
        Vec::new()
    }

    /// What a page shows as stored was acknowledged while nobody was there to hear it.
    pub(super) fn settle_shown(&mut self, messages: &[Message]) {
        for message in messages {
            self.settle(message);
        }
    }

    fn settle(&mut self, message: &Message) -> bool {
        let key = &message.client_id;
        let pending = self.outbox.get(key);
        let is_ours = pending.is_some_and(|p| p.author.unwrap_or(self.me) == message.user_id);
        if is_ours {
            self.change_outbox(|outbox| outbox.acknowledge(key));
            self.tell(|client| Event::Acknowledged {
                client,
                room: message.room_id.0,
                key: key.clone(),
                number: message.number,
            });
        }
        is_ours
    }

    /// The server did not take a send.
    pub(super) fn send_refused(
        &mut self,
        error: &AppError,
        key: &str,
        now: f64,
    ) -> Vec<ClientFrame> {
        if error.code == ErrorCode::SignInRequired {
            // The session has ended under this socket. The next one says who we are now.
            self.change_outbox(|outbox| outbox.postpone(key));
            self.known_as = None;
            self.give_up();
            return Vec::new();
        }
        if error.code.is_passing() {
            self.change_outbox(|outbox| outbox.postpone(key));
            let wait = wait_ms(error);
            self.hold_until = now + wait;
            self.later.push((now + wait + 5.0, Later::Pump));
            return Vec::new();
        }
        self.change_outbox(|outbox| outbox.refuse(key, error.message.clone()));
        self.tell_refused(self.outbox.get(key).cloned());
        self.pump(now)
    }

    /// About a second has passed: another tab that had something to send may be closed.
    pub(super) fn idle(&mut self, now: f64) -> Vec<ClientFrame> {
        match self.outbox.waiting() {
            0 => Vec::new(),
            _ => self.pump(now),
        }
    }

    /// What has no answer yet goes once more: the answer may have been lost.
    pub(super) fn send_again(&mut self, now: f64) -> Vec<ClientFrame> {
        if self.outbox.waiting() == 0 {
            return Vec::new();
        }
        self.change_outbox(Outbox::connection_lost);
        self.pump(now)
    }

    /// The room is gone: what was meant for it stays readable, as refused.
    pub(super) fn room_gone(&mut self, room: RoomId) {
        self.change_outbox(|outbox| outbox.forget_room(room, "The room was deleted."));
        self.tell_refused(self.outbox.pending(room));
    }

    /// What is shown as refused, with its text.
    fn tell_refused(&mut self, shown: impl IntoIterator<Item = Pending>) {
        for pending in shown.into_iter().filter(Pending::is_refused) {
            self.tell(|client| Event::Refused {
                client,
                room: pending.room_id.0,
                key: pending.client_id,
            });
        }
    }

    fn say_now(&self, frame: ClientFrame) -> Vec<ClientFrame> {
        if self.connection.is_live() {
            vec![frame]
        } else {
            Vec::new()
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
        if self.stored_at == self.storage.changes() {
            // This tab wrote it: taking it in would change nothing.
            return false;
        }
        self.stored_at = self.storage.changes();
        if let Some(settled) = self.storage.settled() {
            self.outbox.settle_json(&settled);
        }
        let stored = self.storage.outbox();
        stored.is_some_and(|json| self.outbox.merge(Outbox::from_json(&json)))
    }

    fn save_outbox(&mut self) {
        let mut kept = self.outbox.clone();
        // What is on its way is stored as what waits.
        kept.connection_lost();
        if self.stored_at == self.storage.changes() && self.stored.as_ref() == Some(&kept) {
            return;
        }
        let (settled, outbox) = (kept.settled_json(), kept.to_json());
        if self.storage.save(settled, outbox) {
            self.stored_at = self.storage.changes();
            self.stored = Some(kept);
        }
    }
}

/// How long to wait before the same is worth trying again.
pub(super) fn wait_ms(error: &AppError) -> f64 {
    error.retry_after_ms.unwrap_or(RETRY_MS).clamp(100, 30_000) as f64
}
