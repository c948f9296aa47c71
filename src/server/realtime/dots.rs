//! What was told of who is there, and of whom something may have to be told.
//!
//! *Invariant:* it has an entry for each person who was told of, and one for each who came or went since the last beat.

use parlour_protocol::{Availability, RoomId, UserId};
use std::collections::HashMap;
use std::time::Instant;

/// Beats of the ticker from one look for who has come to be away to the next.
const LOOK: u32 = 10;

/// What is told of whom.
#[derive(Default)]
pub(super) struct Dots {
    pub(super) told: HashMap<UserId, Told>,
    /// Who came, went or was not away any more, and when to look at them.
    pub(super) stirred: HashMap<UserId, Instant>,
    beats: u32,
}

/// What was told of a person who talks to somebody in a direct room.
pub(super) struct Told {
    pub(super) availability: Availability,
    /// To whom, and in which rooms.
    pub(super) to: Vec<(RoomId, UserId)>,
}

impl Dots {
    /// Who is to be looked at now.
    pub(super) fn due(&mut self, now: Instant) -> Vec<UserId> {
        self.beats = (self.beats + 1) % LOOK;
        let is_due = |at: &Instant| *at <= now;
        let stirred = self.stirred.iter().filter(|(_, at)| is_due(at));
        let mut due: Vec<UserId> = stirred.map(|(user, _)| *user).collect();
        self.stirred.retain(|_, at| !is_due(at));
        if self.beats == 0 {
            due.extend(self.told.keys());
        }
        due
    }
}
