//! Parlour's one-room socket, as PROTOCOL.md has it.

use super::{Dialect, Heard, Visitor, content, kind, number_after};
use memchr::memmem;

/// Speaks to `/ws/chat/{room}`.
pub struct Parlour;

impl Dialect for Parlour {
    fn path(&self, visitor: &Visitor) -> String {
        format!("/ws/chat/{}", visitor.room)
    }

    fn introduction(&self, visitor: &Visitor) -> String {
        let who = match &visitor.token {
            Some(token) => format!("\"token\":\"{token}\""),
            None => format!("\"username\":\"{}\"", visitor.name),
        };
        match visitor.after {
            Some(seq) => format!("{{{who},\"after\":{seq}}}"),
            None => format!("{{{who}}}"),
        }
    }

    fn say(&self, out: &mut Vec<u8>, content: &[u8], key: u64) {
        out.extend(b"{\"type\":\"message\",\"content\":\"");
        out.extend(content);
        out.extend(b"\",\"client_id\":\"bench-");
        out.extend(key.to_string().as_bytes());
        out.extend(b"\"}");
    }

    fn has_read(&self) -> Option<&'static str> {
        // Nobody has read further than the room is.
        Some(r#"{"type":"read","seq":9007199254740991}"#)
    }

    fn hear<'p>(&self, payload: &'p [u8]) -> Heard<'p> {
        match kind(payload) {
            b"message" => content(payload).map_or(Heard::Nothing, Heard::Delivery),
            b"welcome" => Heard::Joined(number_after(payload, b"\"seq\":").unwrap_or(0)),
            b"sync" => {
                let is_last = memmem::rfind(payload, b"\"complete\":true").is_some();
                Heard::Missed(payload, is_last)
            }
            b"error" => Heard::Refused(payload),
            _ => Heard::Nothing,
        }
    }

    fn can_catch_up(&self) -> bool {
        true
    }
}
