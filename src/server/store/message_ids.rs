//! What leaves the server as the `id` of a message: its row's number, shuffled by a key of the database.
//!
//! Rows are numbered across all rooms, so a row's number tells how much was said elsewhere between two messages: to
//! somebody who may not see where. Shuffled it is still one for each message, the same for ever and unique, but
//! tells no order and no distance. Nothing turns one back: messages are looked up by their room and number.
//!
//! *Invariant:* a permutation. It is a Feistel network over 52 bits, so that an id is below 2^53, with SipHash-2-4
//! as the function of each round.

use crate::clock::{Random, draw};
use parlour_protocol::MessageId;
use sha2::{Digest, Sha256};

/// Bits of each half.
const HALF: u32 = 26;
const MASK: u64 = (1 << HALF) - 1;
/// Four make it a permutation that is hard to tell from a random one.
const ROUNDS: u64 = 6;

/// The key of one database.
#[derive(Clone, Copy)]
pub struct MessageIds {
    key: [u64; 2],
}

impl MessageIds {
    /// Draws a key, as text.
    pub(super) fn draw(random: &dyn Random) -> String {
        draw::<16>(random)
    }

    /// The key that was drawn as this text.
    pub(super) fn of(text: &str) -> Self {
        let digest = Sha256::digest(text);
        let word = |at: usize| {
            let bytes = digest[8 * at..].iter().take(8);
            bytes.fold(0, |word, byte| word << 8 | u64::from(*byte))
        };
        Self {
            key: [word(0), word(1)],
        }
    }

    /// The id of the message in this row.
    pub(super) fn id(&self, row: i64) -> MessageId {
        let row = row.unsigned_abs();
        let (mut left, mut right) = (row >> HALF & MASK, row & MASK);
        for round in 0..ROUNDS {
            let mixed = left ^ (sip(self.key, round << HALF | right) & MASK);
            (left, right) = (right, mixed);
        }
        // Not 0, which many programs take for none.
        MessageId((left << HALF | right) as i64 + 1)
    }
}

/// SipHash-2-4 of eight bytes.
fn sip([k0, k1]: [u64; 2], word: u64) -> u64 {
    let mut v = [
        k0 ^ 0x736f_6d65_7073_6575,
        k1 ^ 0x646f_7261_6e64_6f6d,
        k0 ^ 0x6c79_6765_6e65_7261,
        k1 ^ 0x7465_6462_7974_6573,
    ];
    for block in [word, 8 << 56] {
        v[3] ^= block;
        rounds(&mut v, 2);
        v[0] ^= block;
    }
    v[2] ^= 0xff;
    rounds(&mut v, 4);
    v[0] ^ v[1] ^ v[2] ^ v[3]
}

fn rounds(v: &mut [u64; 4], count: u32) {
    for _ in 0..count {
        v[0] = v[0].wrapping_add(v[1]);
        v[2] = v[2].wrapping_add(v[3]);
        v[1] = v[1].rotate_left(13) ^ v[0];
        v[3] = v[3].rotate_left(16) ^ v[2];
        v[0] = v[0].rotate_left(32);
        v[2] = v[2].wrapping_add(v[1]);
        v[0] = v[0].wrapping_add(v[3]);
        v[1] = v[1].rotate_left(17) ^ v[2];
        v[3] = v[3].rotate_left(21) ^ v[0];
        v[2] = v[2].rotate_left(32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_hash_is_siphash() {
        // The vector of eight bytes 0, 1, … 7 under the key of sixteen bytes 0, 1, … 15, of its authors.
        let bytes = |first: u8| u64::from_le_bytes([0, 1, 2, 3, 4, 5, 6, 7].map(|at| first + at));
        assert_eq!(sip([bytes(0), bytes(8)], bytes(0)), 0x93f5_f579_9a93_2462);
    }

    #[test]
    fn every_row_has_an_id_of_its_own_below_2_to_the_53_under_every_key() {
        for key in ["", "a", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB"] {
            let ids = MessageIds::of(key);
            let edges = [0, (1 << 52) - 1, 1 << 26, (1 << 26) - 1];
            let rows = (1..50_000).chain(edges);
            let made: HashSet<i64> = rows.clone().map(|row| ids.id(row).0).collect();
            assert_eq!(made.len(), rows.count());
            assert!(made.iter().all(|id| (1..1 << 53).contains(id)));
        }
    }

    #[test]
    fn neither_order_nor_distance_is_told() {
        let ids = MessageIds::of("a key");
        assert_eq!(ids.id(7), MessageIds::of("a key").id(7));
        assert_ne!(ids.id(7), MessageIds::of("a kez").id(7));
        let growing = (1..1_000).filter(|row| ids.id(*row) < ids.id(row + 1));
        let growing = growing.count();
        assert!((400..600).contains(&growing), "{growing} of 999");
        let near = (1..1_000).filter(|row| ids.id(*row).0.abs_diff(ids.id(row + 1).0) < 1 << 40);
        assert!(near.count() < 20);
    }
}
