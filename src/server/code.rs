//! A code that stands in a link: of an invitation, of a password to be set anew, of another device.
//!
//! *Invariant:* it is told once, never logged, and only its hash is stored.

use crate::clock::Random;
use sha2::{Digest, Sha256};
use std::fmt;

/// Letters and digits that nobody takes for another, five bits each.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Bytes that are drawn: 80 bits.
const BYTES: usize = 10;
/// Characters of a code: what those bits are, five at a time.
pub(crate) const LENGTH: usize = BYTES * 8 / 5;

/// A code of 80 random bits.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    pub(crate) fn draw(random: &dyn Random) -> Self {
        let mut bytes = [0; BYTES];
        random.fill(&mut bytes);
        let bits = bytes
            .iter()
            .fold(0u128, |bits, byte| bits << 8 | u128::from(*byte));
        let letter = |at: usize| ALPHABET[(bits >> (5 * at) & 31) as usize] as char;
        Self((0..LENGTH).map(letter).collect())
    }

    /// Reads a text that has the form of a code; in capitals, too, as one is read out.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let is_code = text.len() == LENGTH && text.bytes().all(|byte| ALPHABET.contains(&byte));
        is_code.then_some(Self(text))
    }

    /// The SHA-256 that is stored. Nobody guesses 80 random bits, so a plain hash is enough.
    pub(crate) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }

    /// The secret, for a link.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemRandom;
    use std::collections::HashSet;

    #[test]
    fn a_code_is_eighty_bits_and_reads_back_also_in_capitals() {
        let code = Code::draw(&SystemRandom);
        assert_eq!(code.as_str().len(), 16);
        assert_eq!(Code::read(code.as_str()), Some(code.clone()));
        assert_eq!(Code::read(&code.as_str().to_ascii_uppercase()), Some(code));
        let letters: HashSet<u8> = ALPHABET.iter().copied().collect();
        assert_eq!(letters.len(), 32);
    }

    #[test]
    fn other_text_is_no_code() {
        for text in [
            "",
            "abc",
            &"a".repeat(17),
            &"o0l1".repeat(4),
            &"ä".repeat(8),
        ] {
            assert_eq!(Code::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_code_is_not_shown_by_accident() {
        assert_eq!(format!("{:?}", Code::draw(&SystemRandom)), "Code(…)");
    }
}
