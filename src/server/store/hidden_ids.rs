//! The ids of rooms that are not open: drawn, so that the next id of an open room does not tell how many there are.
//!
//! *Invariant:* no two kinds of rooms share a range, and all ids are below 2^53.

use crate::clock::Random;
use parlour_protocol::RoomId;
use parlour_protocol::ids::DIRECT_FROM;

/// Where the ids of rooms that are not open begin. `NEXT_ID` in `rooms.rs` has it, too.
const HIDDEN_FROM: i64 = 1 << 52;

/// Draws the id of a room that is not open, nor direct.
pub fn draw_hidden_id(random: &dyn Random) -> RoomId {
    RoomId(HIDDEN_FROM | drawn(random, DIRECT_FROM - HIDDEN_FROM))
}

/// Draws the id of a direct room.
pub fn draw_direct_id(random: &dyn Random) -> RoomId {
    RoomId(DIRECT_FROM | drawn(random, (1 << 53) - DIRECT_FROM))
}

/// A number below a power of two.
fn drawn(random: &dyn Random, below: i64) -> i64 {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    i64::from_le_bytes(bytes) & (below - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemRandom;

    #[test]
    fn each_kind_of_room_has_ids_of_its_own() {
        for _ in 0..100 {
            let hidden = draw_hidden_id(&SystemRandom);
            assert!(hidden.0 >= 1 << 52 && !hidden.is_direct(), "{hidden:?}");
            let direct = draw_direct_id(&SystemRandom);
            assert!(direct.0 < 1 << 53 && direct.is_direct(), "{direct:?}");
        }
    }
}
