//! Reacting to messages.
//!
//! *Invariant:* what a timeline holds is what the server said. One's own reaction is drawn as if it was there from the
//! moment it is sent until the server has answered, and no longer than the socket it was sent through.

use super::Session;
use crate::timeline::{Row, take_reaction};
use parlour_protocol::{ClientFrame, Number, Reacted, RoomId, Seq};
use std::sync::Arc;

/// Reactions of one's own that are on their way.
#[derive(Debug, Default)]
pub(super) struct Sent {
    all: Vec<(RoomId, Number, String, bool)>,
    /// How often these have changed: what is drawn of them is drawn anew then.
    changes: i64,
}

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
        match self.say_now(frame) {
            Ok(()) => {
                self.answered_reaction(room, Some((number, emoji)));
                self.sent.all.push((room, number, emoji.to_owned(), on));
                self.drawn_anew();
            }
            Err(sentence) => self.tell(sentence),
        }
    }

    /// Draws what is on its way as if it was there.
    pub fn presume(&self, rows: &mut [Row]) {
        for (room, number, emoji, on) in &self.sent.all {
            for row in &mut *rows {
                if let Row::Message(row) = row
                    && row.message.number == *number
                    && row.message.room_id == *room
                    && let Some(me) = self.my_id()
                {
                    let mut held = row.message.reactions.iter();
                    if held.any(|held| held.mine && held.emoji == *emoji) != *on {
                        let message = Arc::make_mut(&mut row.message);
                        take_reaction(message, emoji, me, *on, true);
                        // No state that the server told of has this place.
                        message.seq = Seq(-self.sent.changes);
                    }
                }
            }
        }
    }

    /// Of these reactions the server has told, or it refused something in the room: none of them is presumed any more.
    /// Whether one was.
    pub(super) fn answered_reaction(
        &mut self,
        room: RoomId,
        which: Option<(Number, &str)>,
    ) -> bool {
        let before = self.sent.all.len();
        self.sent.all.retain(|(of, number, emoji, _)| {
            *of != room || which.is_some_and(|which| which != (*number, emoji))
        });
        self.sent.changes += 1;
        self.sent.all.len() < before
    }

    /// Nothing that went through the socket is answered any more.
    pub(super) fn forget_reactions(&mut self) {
        if !std::mem::take(&mut self.sent.all).is_empty() {
            self.drawn_anew();
        }
    }

    /// Somebody has reacted to a message here: who wrote it and does not see the screen is told.
    pub(super) fn tell_author(&mut self, frame: &Reacted) {
        let is_own = self.open_id() == Some(frame.room_id)
            && (self.timeline.get(frame.number)).is_some_and(|held| self.is_mine(held.user_id));
        if is_own && frame.on && !self.blocked.contains(&frame.user_id) {
            self.announcer.reacted();
            self.tell_reactions();
        }
    }

    /// Tells them when it is time.
    pub(super) fn tell_reactions(&mut self) {
        let now = self.at.now;
        self.aloud(|announcer| announcer.reactions(now));
    }
}
