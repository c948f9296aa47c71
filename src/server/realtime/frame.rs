//! One WebSocket frame for the fan-out: encoded once, its bytes shared by all who receive it.
//!
//! *Invariant:* a frame holds all the bytes that go over the wire, so that writing it is one system call
//! and nothing is copied for a receiver. Servers do not mask (RFC 6455, 5.1): the bytes are the same for
//! all.

use super::codec;
use bytes::{Bytes, BytesMut};
use parlour_protocol::MessageId;
use std::ops::Deref;

/// Frames in one [`Run`] at most.
const RUN_MAX: usize = 128;

/// A whole frame; a clone shares its bytes. It derefs to its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    wire: Bytes,
    /// Where the text begins; the length of `wire` for a frame that has none.
    text_at: usize,
}

impl Frame {
    /// A ping without payload.
    pub fn ping() -> Self {
        Self::control(codec::ping())
    }

    /// The answer to a ping that carried `payload`; what is over 125 bytes is cut.
    pub fn pong(payload: &[u8]) -> Self {
        Self::control(codec::pong(payload))
    }

    /// The close frame that ends the socket. A `reason` of more than 123 bytes is cut.
    pub fn close(code: u16, reason: &str) -> Self {
        Self::control(codec::close(code, reason))
    }

    /// The answer to a close frame that carried `code`.
    pub fn closed(code: Option<u16>) -> Self {
        Self::control(codec::closed(code))
    }

    /// The bytes that go over the wire, head and payload.
    pub fn wire(&self) -> &Bytes {
        &self.wire
    }

    /// The payload of a text frame; empty for a control frame.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.wire[self.text_at..]).expect("it was made from a str")
    }

    /// Whether this is the `message` frame of this message.
    pub fn is_message(&self, message: MessageId) -> bool {
        let text = &self.wire[self.text_at..];
        let id = text.strip_prefix(br#"{"type":"message","id":"#);
        id.is_some_and(|id| {
            let end = id.iter().position(|byte| *byte == b',');
            end.is_some_and(|end| id[..end] == *message.0.to_string().as_bytes())
        })
    }

    fn control(wire: Bytes) -> Self {
        let text_at = wire.len();
        Self { wire, text_at }
    }
}

/// Frames that go to the same sockets in one write. They are laid end to end once for all receivers: the
/// system takes one long piece of memory for half the price of many short ones.
pub struct Run<'a> {
    frames: &'a [Frame],
    wire: Bytes,
}

impl<'a> Run<'a> {
    /// Splits `frames` into runs of at most 128.
    pub fn all(frames: &'a [Frame]) -> impl Iterator<Item = Self> {
        frames.chunks(RUN_MAX).map(|frames| {
            let wire = match frames {
                [alone] => alone.wire.clone(),
                _ => {
                    let length = frames.iter().map(|frame| frame.wire.len()).sum();
                    let mut wire = BytesMut::with_capacity(length);
                    for frame in frames {
                        wire.extend_from_slice(&frame.wire);
                    }
                    wire.freeze()
                }
            };
            Self { frames, wire }
        })
    }

    /// The frames of this run, in their order.
    pub fn frames(&self) -> &'a [Frame] {
        self.frames
    }

    /// The bytes of all its frames, end to end.
    pub fn wire(&self) -> &Bytes {
        &self.wire
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

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::{Message, RoomId, ServerFrame, UserId, samples};

    #[test]
    fn a_frame_is_found_by_the_message_it_carries() {
        let message = Message {
            id: MessageId(77),
            room_id: RoomId(7),
            user_id: UserId(7),
            content: r#"{"type":"message","id":8,"#.to_owned(),
            ..samples::message(7)
        };
        let posted = Frame::from(ServerFrame::encode_message(&message));
        let found = (0..100).filter(|id| posted.is_message(MessageId(*id)));
        assert_eq!(found.collect::<Vec<_>>(), [77]);
        let changed = Frame::from(ServerFrame::encode_changed(&message));
        assert!(!changed.is_message(message.id));
        assert!(!Frame::ping().is_message(message.id));
    }
}
