//! RFC 6455 framing for the server's side without any input or output of its own: bytes become
//! messages, messages become bytes. No extensions.
//!
//! *Invariant:* between two messages a [`Decoder`] owns no memory. Within one it owns what has
//! arrived of it, never what was only announced, and never more than the limit.

mod decode;
mod encode;
mod head;
mod payload;
#[cfg(test)]
mod tests;

pub use decode::{Decoded, Decoder};
pub use encode::{close, closed, ping, pong, text};

use parlour_protocol::CloseCode;

/// A violation of the protocol. Frames after it cannot be delimited, so the connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// It is not a WebSocket frame, or not one that may come here.
    Protocol,
    /// Text, or the reason of a close, that is not UTF-8.
    NotUtf8,
    /// A message that is longer than the limit, by what its frames announce.
    TooBig,
}

impl Violation {
    /// The close code for it (RFC 6455, 7.4.1).
    pub const fn code(self) -> u16 {
        match self {
            Self::Protocol => 1002,
            Self::NotUtf8 => 1007,
            Self::TooBig => CloseCode::TooBig.code(),
        }
    }
}
