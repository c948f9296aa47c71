//! The secret that proves a session.
//!
//! *Invariant:* it is sent to its client once, never logged, and only its hash is stored.

use crate::clock::{Random, draw};
use sha2::{Digest, Sha256};
use std::fmt;

const BYTES: usize = 32;
/// What [`BYTES`] are in base64 without padding.
const LENGTH: usize = 43;

/// A session token: 256 random bits in base64url.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    pub(crate) fn draw(random: &dyn Random) -> Self {
        Self(draw::<BYTES>(random))
    }

    /// Reads a text that has the form of a token.
    pub(super) fn read(text: &str) -> Option<Self> {
        let alphabet = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        (text.len() == LENGTH && text.bytes().all(alphabet)).then(|| Self(text.to_owned()))
    }

    /// The SHA-256 that is stored. A token has 256 random bits, so a plain hash is enough.
    pub(super) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }

    /// The secret, for a cookie or an answer.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemRandom;

    #[test]
    fn a_token_is_256_bits_and_reads_back() {
        let token = Token::draw(&SystemRandom);
        assert_eq!(token.as_str().len(), LENGTH);
        assert_eq!(Token::read(token.as_str()), Some(token.clone()));
        assert_ne!(Token::draw(&SystemRandom), token);
        assert_eq!(token.hash().len(), 32);
    }

    #[test]
    fn other_text_is_no_token() {
        for text in ["", "x", &"x".repeat(44), &"ä".repeat(22), &" ".repeat(43)] {
            assert_eq!(Token::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_token_is_not_shown_by_accident() {
        assert_eq!(format!("{:?}", Token::draw(&SystemRandom)), "Token(…)");
    }
}
