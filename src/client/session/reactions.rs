//! Reacting to messages.
//!
//! *Invariant:* what is shown as reacted is what the server said.

use super::Session;
use parlour_protocol::{ClientFrame, Number, RoomId};

impl Session {
    /// Reacts to a message of whatever room, or takes that back. Nothing is kept of it: without a connection one is told to
    /// try again.
    pub fn react(&mut self, room: RoomId, number: Number, emoji: &str, on: bool) {
        let frame = ClientFrame::React {
            room_id: Some(room),
            number,
            emoji: emoji.to_owned(),
            on,
        };
        if let Err(sentence) = self.say_now(frame) {
            self.tell(sentence);
        }
    }
}
