//! Read receipts: how far this person has read, and how far the server knows it.
//!
//! Receipts are debounced. If each page sent one at once for each message, a room of a thousand would answer every
//! message with a thousand frames. So a page waits a random time, the longer the more people are there, and one
//! receipt covers what is seen until then. *Invariant:* what was sent never goes backwards while the connection
//! lasts.

use super::by_room::ByRoom;
use parlour_protocol::{RoomId, Seq};

/// The wait is on average so long for each person in the room, and within these bounds.
const EACH_MS: u32 = 10;
const LEAST_MS: u32 = 100;
const MOST_MS: u32 = 1_000;

/// What was read, by room.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadReceipts {
    sent: ByRoom<Seq>,
    seen: ByRoom<Seq>,
}

impl ReadReceipts {
    /// The room was seen up to `seq`, with so many people in it; `random` lies between 0 and 1. `Some`:
    /// [`ReadReceipts::take`] after so many milliseconds.
    pub fn see(&mut self, room: RoomId, seq: Seq, people: u32, random: f64) -> Option<u32> {
        if self.sent.get(room).is_some_and(|sent| seq <= *sent) {
            return None;
        }
        // One who waits already takes this along.
        let is_first = self.seen.is_empty();
        self.seen.insert(room, seq);
        let wait =
            f64::from(people.saturating_mul(EACH_MS).clamp(LEAST_MS, MOST_MS)) * (0.5 + random);
        is_first.then_some(wait as u32)
    }

    /// The room is left: nothing more is sent of it, and all of it again when one is back.
    pub fn forget(&mut self, room: RoomId) {
        self.sent.remove(room);
        self.seen.remove(room);
    }

    /// What the server is to be sent now.
    pub fn take(&mut self) -> Vec<(RoomId, Seq)> {
        let seen: Vec<_> = std::mem::take(&mut self.seen).into_iter().collect();
        for (room, seq) in &seen {
            self.sent.insert(*room, *seq);
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: RoomId = RoomId(1);
    const OTHER: RoomId = RoomId(2);

    #[test]
    fn what_is_seen_in_a_moment_is_told_once() {
        let mut receipts = ReadReceipts::default();
        assert_eq!(receipts.see(ROOM, Seq(5), 2, 0.5), Some(100));
        assert_eq!(receipts.see(ROOM, Seq(6), 2, 0.5), None);
        assert_eq!(receipts.see(OTHER, Seq(9), 2, 0.5), None);
        assert_eq!(receipts.take(), [(ROOM, Seq(6)), (OTHER, Seq(9))]);
        assert_eq!(receipts.take(), []);
        assert_eq!(receipts.see(ROOM, Seq(6), 2, 0.5), None, "sent already");
        assert_eq!(receipts.take(), []);
        assert_eq!(receipts.see(ROOM, Seq(7), 2, 0.5), Some(100));
    }

    #[test]
    fn the_more_people_the_longer_each_waits() {
        let wait = |people, random| ReadReceipts::default().see(ROOM, Seq(1), people, random);
        assert_eq!([wait(0, 0.0), wait(1, 1.0)], [Some(50), Some(150)]);
        assert_eq!([wait(40, 0.0), wait(40, 0.5)], [Some(200), Some(400)]);
        assert_eq!(wait(u32::MAX, 1.0), Some(1_500));
    }

    #[test]
    fn a_room_that_is_left_is_not_told_of() {
        let mut receipts = ReadReceipts::default();
        receipts.see(OTHER, Seq(9), 2, 0.5);
        receipts.take();
        receipts.see(ROOM, Seq(5), 2, 0.5);
        receipts.see(OTHER, Seq(10), 2, 0.5);
        receipts.forget(ROOM);
        assert_eq!(receipts.take(), [(OTHER, Seq(10))]);
        receipts.forget(OTHER);
        receipts.see(OTHER, Seq(10), 2, 0.5);
        assert_eq!(
            receipts.take(),
            [(OTHER, Seq(10))],
            "sent again by one who is back"
        );
    }

    #[test]
    fn a_server_that_may_not_have_heard_is_told_again() {
        let mut receipts = ReadReceipts::default();
        receipts.see(ROOM, Seq(5), 2, 0.5);
        receipts.take();
        receipts = ReadReceipts::default();
        assert!(receipts.see(ROOM, Seq(5), 2, 0.5).is_some());
    }
}
