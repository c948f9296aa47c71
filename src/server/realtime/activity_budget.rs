//! A rate limit in bytes for `room_activity`: how much of it one socket is sent in a second.
//!
//! *Invariant:* at most [`BYTES`] in any second, however many rooms are busy. What does not fit waits for a
//! later tick; rooms are served round robin, so that none starves.

use parlour_protocol::RoomId;
use std::collections::VecDeque;

/// Bytes in a second, which is some fifty rooms.
pub(super) const BYTES: usize = 4_096;

/// What was sent in the last second, and which room is next.
#[derive(Debug)]
pub(super) struct ActivityBudget {
    /// Bytes sent in this tick (the first) and in those before it that are still in the same second.
    sent: VecDeque<usize>,
    /// Ticks in a second.
    ticks: usize,
    /// The last room that sent; the next one in order of ids is first.
    last: Option<RoomId>,
}

impl ActivityBudget {
    pub(super) fn new(ticks: usize) -> Self {
        Self {
            sent: VecDeque::from(vec![0; ticks]),
            ticks,
            last: None,
        }
    }

    /// Begins a tick. Answers `rooms` in the order in which they may send.
    pub(super) fn begin(&mut self, rooms: impl IntoIterator<Item = RoomId>) -> Vec<RoomId> {
        self.sent.truncate(self.ticks - 1);
        self.sent.push_front(0);
        let mut rooms: Vec<RoomId> = rooms.into_iter().collect();
        rooms.sort_unstable();
        let next = rooms.partition_point(|room| self.last.is_some_and(|last| *room <= last));
        rooms.rotate_left(next);
        rooms
    }

    /// Whether `bytes` more fit into this second.
    pub(super) fn has(&self, bytes: usize) -> bool {
        self.sent.iter().sum::<usize>() + bytes <= BYTES
    }

    /// Counts `bytes` that `room` sends in this tick.
    pub(super) fn take(&mut self, room: RoomId, bytes: usize) {
        self.sent[0] += bytes;
        self.last = Some(room);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_rooms_stay_below_4_kib_a_second_and_none_starves() {
        let mut budget = ActivityBudget::new(4);
        let mut sent = vec![0_u32; 10_000];
        let mut ticks = Vec::new();
        while sent.contains(&0) {
            assert!(ticks.len() < 1_000, "a room starves");
            let before: u32 = sent.iter().sum();
            for room in budget.begin((0..10_000).map(RoomId)) {
                if !budget.has(80) {
                    break;
                }
                budget.take(room, 80);
                sent[room.0 as usize] += 1;
            }
            ticks.push(80 * (sent.iter().sum::<u32>() - before) as usize);
        }
        for second in ticks.windows(4) {
            assert!(second.iter().sum::<usize>() <= BYTES);
        }
        // As fast as the limit allows: no room sent twice much before all had sent once.
        assert!(sent.iter().all(|sent| *sent <= 2));
        assert!(
            ticks.len() <= 4 * (10_000 * 80 / BYTES + 10),
            "{}",
            ticks.len()
        );
    }
}
