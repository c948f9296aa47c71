//! How much of the news of other rooms a socket is told in a second.
//!
//! *Invariant:* in no second more than [`BYTES`], whatever the house does; what does not fit waits for a later
//! tick, and the rooms take turns, so that none waits for ever.

use parlour_protocol::RoomId;
use std::collections::VecDeque;

/// Bytes in a second: some fifty rooms.
pub(super) const BYTES: usize = 4_096;

/// What was told lately, and whose turn it is.
#[derive(Debug)]
pub(super) struct Ration {
    /// In this tick, first, and in those before it that are still in the same second.
    told: VecDeque<usize>,
    /// Ticks in a second.
    ticks: usize,
    /// The last room that was told of.
    last: Option<RoomId>,
}

impl Ration {
    pub(super) fn new(ticks: usize) -> Self {
        Self {
            told: VecDeque::from(vec![0; ticks]),
            ticks,
            last: None,
        }
    }

    /// A tick begins: rooms in the order in which they may tell.
    pub(super) fn begin(&mut self, rooms: impl IntoIterator<Item = RoomId>) -> Vec<RoomId> {
        self.told.truncate(self.ticks - 1);
        self.told.push_front(0);
        let mut rooms: Vec<RoomId> = rooms.into_iter().collect();
        rooms.sort_unstable();
        let next = rooms.partition_point(|room| self.last.is_some_and(|last| *room <= last));
        rooms.rotate_left(next);
        rooms
    }

    /// Whether there is room for so many bytes more.
    pub(super) fn has(&self, bytes: usize) -> bool {
        self.told.iter().sum::<usize>() + bytes <= BYTES
    }

    /// A room tells, with so many bytes.
    pub(super) fn take(&mut self, room: RoomId, bytes: usize) {
        self.told[0] += bytes;
        self.last = Some(room);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_rooms_tell_no_more_than_four_kilobytes_a_second_and_each_has_its_turn() {
        let mut ration = Ration::new(4);
        let mut told = vec![0_u32; 10_000];
        let mut ticks = Vec::new();
        while told.contains(&0) {
            assert!(ticks.len() < 1_000, "some room waits for ever");
            let before: u32 = told.iter().sum();
            for room in ration.begin((0..10_000).map(RoomId)) {
                if !ration.has(80) {
                    break;
                }
                ration.take(room, 80);
                told[room.0 as usize] += 1;
            }
            ticks.push(80 * (told.iter().sum::<u32>() - before) as usize);
        }
        for second in ticks.windows(4) {
            assert!(second.iter().sum::<usize>() <= BYTES);
        }
        // As fast as that allows: nobody waited a second time before all had told.
        assert!(told.iter().all(|told| *told <= 2));
        assert!(
            ticks.len() <= 4 * (10_000 * 80 / BYTES + 10),
            "{}",
            ticks.len()
        );
    }
}
