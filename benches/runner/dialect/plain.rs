//! The chat protocol that everybody writes: a name, the newest page, then messages.

use super::{Dialect, Heard, Visitor, content, kind};

/// Speaks to `/ws/chat/{room}` of a server that knows no sessions.
pub struct Plain;

impl Dialect for Plain {
    fn path(&self, visitor: &Visitor) -> String {
        format!("/ws/chat/{}", visitor.room)
    }

    fn introduction(&self, visitor: &Visitor) -> String {
        format!("{{\"username\":\"{}\"}}", visitor.name)
    }

    fn say(&self, out: &mut Vec<u8>, _room: u64, content: &[u8], _key: u64) {
        out.extend(b"{\"type\":\"message\",\"content\":\"");
        out.extend(content);
        out.extend(b"\"}");
    }

    fn hear<'p>(&self, payload: &'p [u8]) -> Heard<'p> {
        match kind(payload) {
            b"message" => content(payload).map_or(Heard::Nothing, Heard::Delivery),
            b"history" => Heard::History(payload),
            b"error" => Heard::Refused(payload),
            _ => Heard::Nothing,
        }
    }
}
