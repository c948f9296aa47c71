//! One WebSocket frame, encoded once and shared by everybody who gets it.
//!
//! *Invariant:* a frame holds all the bytes that go over the wire, so that writing it is one call
//! to the system and nothing is copied for a receiver. Servers do not mask (RFC 6455, 5.1): the bytes
//! are the same for all.

use super::codec;
use bytes::{Bytes, BytesMut};
use parlour_protocol::MessageId;
use std::ops::Deref;

/// Frames in one [`Run`] at most.
const RUN_MAX: usize = 128;

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

    /// Whether it tells of this message for the first time.
    pub fn tells(&self, message: MessageId) -> bool {
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

/// Frames that go to the same sockets in one go. They are laid end to end once, for all of those, since
/// the system takes one long piece of memory for half the price of many short ones.
pub struct Run<'a> {
    frames: &'a [Frame],
    wire: Bytes,
}

impl<'a> Run<'a> {
    /// All of `frames`, in runs of 128 at most.
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

    /// One by one.
    pub fn frames(&self) -> &'a [Frame] {
        self.frames
    }

    /// What goes over the wire.
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
    fn a_frame_tells_of_its_message_and_of_no_other() {
        let message = Message {
            id: MessageId(77),
            room_id: RoomId(7),
            user_id: UserId(7),
            content: r#"{"type":"message","id":8,"#.to_owned(),
            ..samples::message(7)
        };
        let posted = Frame::from(ServerFrame::encode_message(&message));
        let told = (0..100).filter(|id| posted.tells(MessageId(*id)));
        assert_eq!(told.collect::<Vec<_>>(), [77]);
        let changed = Frame::from(ServerFrame::encode_changed(&message));
        assert!(!changed.tells(message.id));
        assert!(!Frame::ping().tells(message.id));
    }
}
