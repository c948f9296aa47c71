//! Parlour's two sockets, as PROTOCOL.md has them: the bots' for one room, and the pages' for all.

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

    fn say(&self, out: &mut Vec<u8>, room: u64, content: &[u8], key: u64) {
        out.extend(format!("{{\"type\":\"message\",\"room_id\":{room},\"content\":\"").as_bytes());
        out.extend(content);
        out.extend(b"\",\"client_id\":\"bench-");
        out.extend(key.to_string().as_bytes());
        out.extend(b"\"}");
    }

    fn has_read(&self, room: u64) -> Option<String> {
        // Nobody has read further than the room is.
        Some(format!(
            "{{\"type\":\"read\",\"room_id\":{room},\"seq\":9007199254740991}}"
        ))
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

/// Speaks to `/ws` as a page does: for a session, in one room, and told when something happens in others.
pub struct ParlourPage;

impl Dialect for ParlourPage {
    fn path(&self, _visitor: &Visitor) -> String {
        "/ws".to_owned()
    }

    fn headers(&self, visitor: &Visitor) -> String {
        let token = visitor.token.as_deref().unwrap_or_default();
        format!("Authorization: Bearer {token}\r\n")
    }

    fn introduction(&self, visitor: &Visitor) -> String {
        format!("{{\"type\":\"join\",\"room_id\":{}}}", visitor.room)
    }

    fn say(&self, out: &mut Vec<u8>, room: u64, content: &[u8], key: u64) {
        Parlour.say(out, room, content, key);
    }

    fn has_read(&self, room: u64) -> Option<String> {
        Parlour.has_read(room)
    }

    fn hear<'p>(&self, payload: &'p [u8]) -> Heard<'p> {
        Parlour.hear(payload)
    }
}

/// The same, of pages that know reactions: what is said is one to a message, and what is heard are those of all.
pub struct ParlourReacting;

impl Dialect for ParlourReacting {
    fn path(&self, visitor: &Visitor) -> String {
        ParlourPage.path(visitor)
    }

    fn headers(&self, visitor: &Visitor) -> String {
        ParlourPage.headers(visitor)
    }

    fn introduction(&self, visitor: &Visitor) -> String {
        let room = visitor.room;
        format!("{{\"type\":\"join\",\"room_id\":{room},\"knows\":[\"reaction\"]}}")
    }

    fn say(&self, out: &mut Vec<u8>, room: u64, emoji: &[u8], number: u64) {
        let begin = format!(
            "{{\"type\":\"react\",\"room_id\":{room},\"number\":{number},\"on\":true,\"emoji\":\""
        );
        out.extend(begin.as_bytes());
        out.extend(emoji);
        out.extend(b"\"}");
    }

    fn hear<'p>(&self, payload: &'p [u8]) -> Heard<'p> {
        match kind(payload) {
            b"reaction" => Heard::Delivery(payload),
            b"message" => Heard::Nothing,
            _ => Parlour.hear(payload),
        }
    }
}

/// The same, of pages that know reactions, and write with markup in one message of five if they do.
pub struct ParlourFormatted {
    /// Whether any message has markup.
    pub formats: bool,
}

/// What such a message ends with; as many bytes of a plain one give way to it.
const MARKUP: &[u8] =
    b" **bold** and _slanted_, `code` and a [link](https://example.org/), then ~~struck out~~.";

impl Dialect for ParlourFormatted {
    fn path(&self, visitor: &Visitor) -> String {
        ParlourPage.path(visitor)
    }

    fn headers(&self, visitor: &Visitor) -> String {
        ParlourPage.headers(visitor)
    }

    fn introduction(&self, visitor: &Visitor) -> String {
        ParlourReacting.introduction(visitor)
    }

    fn say(&self, out: &mut Vec<u8>, room: u64, content: &[u8], key: u64) {
        if !self.formats || !key.is_multiple_of(5) {
            return Parlour.say(out, room, content, key);
        }
        let plain = content.len().saturating_sub(MARKUP.len());
        Parlour.say(out, room, &[&content[..plain], MARKUP].concat(), key);
    }

    fn hear<'p>(&self, payload: &'p [u8]) -> Heard<'p> {
        Parlour.hear(payload)
    }
}
