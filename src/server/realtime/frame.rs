//! One WebSocket frame, encoded once and shared by everybody who gets it.
//!
//! *Invariant:* a frame holds all the bytes that go over the wire, so that writing it is one call
//! to the system and nothing is copied for a receiver. Servers do not mask (RFC 6455, 5.1): the bytes
//! are the same for all.

use super::codec;
use bytes::Bytes;
use std::ops::Deref;

/// A whole frame; a clone shares its bytes. As a `str` it is its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    wire: Bytes,
    /// Where the text begins; the length of `wire` for a frame that has none.
    text_at: usize,
}

impl Frame {
    /// Asks whether the other side is there.
    pub fn ping() -> Self {
        Self::control(codec::ping())
    }

    /// The answer to a ping.
    pub fn pong(payload: &[u8]) -> Self {
        Self::control(codec::pong(payload))
    }

    /// The last one.
    pub fn close(code: u16, reason: &str) -> Self {
        Self::control(codec::close(code, reason))
    }

    /// The answer to the other side's last one.
    pub fn closed(code: Option<u16>) -> Self {
        Self::control(codec::closed(code))
    }

    /// What goes over the wire.
    pub fn wire(&self) -> &Bytes {
        &self.wire
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.wire[self.text_at..]).expect("it was made from a str")
    }

    fn control(wire: Bytes) -> Self {
        let text_at = wire.len();
        Self { wire, text_at }
    }
}

impl From<&str> for Frame {
    fn from(text: &str) -> Self {
        let wire = codec::text(text);
        let text_at = wire.len() - text.len();
        Self { wire, text_at }
    }
}

impl From<String> for Frame {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl Deref for Frame {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<&str> for Frame {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}
