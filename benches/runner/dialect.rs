//! How a program talks to one kind of chat server: what it opens with, how it says something, and
//! what it makes of what it hears.

mod parlour;
mod plain;
mod socketio;

pub use parlour::{Parlour, ParlourFormatted, ParlourPage, ParlourReacting};
pub use plain::Plain;
pub use socketio::SocketIo;

use memchr::memmem;
use std::sync::LazyLock;

/// Who comes to which room.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// The id of the room.
    pub room: u64,
    /// The name to join with.
    pub name: String,
    /// What proves them, where a server knows such a thing.
    pub token: Option<String>,
    /// What changed since this seq is wanted, where a server can say so.
    pub after: Option<u64>,
}

/// What a frame means to the generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard<'p> {
    /// A message, by its text.
    Delivery(&'p [u8]),
    /// In the room: everything after this seq comes live.
    Joined(u64),
    /// Some of what was missed; whether it is the last of it.
    Missed(&'p [u8], bool),
    /// In the room, and here is its newest page.
    History(&'p [u8]),
    /// Must be answered with this text.
    Answer(&'static [u8]),
    /// Now it may be said who is coming.
    Introduce,
    /// The server refuses something.
    Refused(&'p [u8]),
    /// Nothing that matters here.
    Nothing,
}

/// One kind of server.
pub trait Dialect {
    /// Where its socket is.
    fn path(&self, visitor: &Visitor) -> String;

    /// Lines that its handshake has besides, each with its end.
    fn headers(&self, _visitor: &Visitor) -> String {
        String::new()
    }

    /// Whether a visitor is introduced as soon as the socket is open, and not when asked.
    fn introduces_at_once(&self) -> bool {
        true
    }

    /// The text that says who is coming.
    fn introduction(&self, visitor: &Visitor) -> String;

    /// Adds the text that posts `content` in the room; `key` is unique for its sender.
    fn say(&self, out: &mut Vec<u8>, room: u64, content: &[u8], key: u64);

    /// The text that says that everything in the room was read, where a server keeps such a thing.
    fn has_read(&self, _room: u64) -> Option<String> {
        None
    }

    /// Reads a frame.
    fn hear<'p>(&self, payload: &'p [u8]) -> Heard<'p>;

    /// Whether a newcomer can ask for what changed since a seq, and gets it in full.
    fn can_catch_up(&self) -> bool {
        false
    }
}

static CONTENT: LazyLock<memmem::Finder> = LazyLock::new(|| memmem::Finder::new(b"\"content\":"));

/// The text of a message, from where it begins to the end of the frame.
fn content(payload: &[u8]) -> Option<&[u8]> {
    let at = CONTENT.find(payload)?;
    let rest = payload[at + CONTENT.needle().len()..].trim_ascii_start();
    rest.strip_prefix(b"\"")
}

/// The texts of all messages in a frame of many.
pub fn contents(payload: &[u8]) -> impl Iterator<Item = &[u8]> {
    CONTENT.find_iter(payload).filter_map(|at| {
        let rest = payload[at + CONTENT.needle().len()..].trim_ascii_start();
        rest.strip_prefix(b"\"")
    })
}

/// The word that `"type"` has, which every server puts first.
fn kind(payload: &[u8]) -> &[u8] {
    let Some(rest) = payload.strip_prefix(b"{\"type\":") else {
        return b"";
    };
    let Some(word) = rest.trim_ascii_start().strip_prefix(b"\"") else {
        return b"";
    };
    let end = memchr::memchr(b'"', word).unwrap_or(0);
    &word[..end]
}

/// The number that follows `name`.
pub fn number_after(payload: &[u8], name: &[u8]) -> Option<u64> {
    let at = memmem::find(payload, name)?;
    let digits = payload[at + name.len()..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit());
    let mut read = None;
    for digit in digits {
        read = Some(read.unwrap_or(0) * 10 + u64::from(digit - b'0'));
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_found_with_and_without_spaces() {
        for frame in [
            r#"{"type":"message","id":1,"content":"0:1:2:..."}"#,
            r#"{"type": "message", "content": "0:1:2:..."}"#,
        ] {
            assert_eq!(kind(frame.as_bytes()), b"message");
            let text = content(frame.as_bytes()).expect("it has one");
            assert!(text.starts_with(b"0:1:2:"));
        }
        assert_eq!(kind(b"42[]"), b"");
        assert_eq!(content(b"{}"), None);
    }

    #[test]
    fn parlours_frames_are_understood() {
        let hear = |text: &'static str| Parlour.hear(text.as_bytes());
        assert!(matches!(
            hear(r#"{"type":"message","id":1,"content":"0:0:0:"}"#),
            Heard::Delivery(b"0:0:0:\"}")
        ));
        assert_eq!(
            hear(r#"{"type":"welcome","room_id":1,"seq":42,"room":{"seq":7}}"#),
            Heard::Joined(42)
        );
        assert!(matches!(
            hear(r#"{"type":"sync","messages":[],"complete":true}"#),
            Heard::Missed(_, true)
        ));
        assert!(matches!(hear(r#"{"type":"error"}"#), Heard::Refused(_)));
        assert_eq!(hear(r#"{"type":"users_list"}"#), Heard::Nothing);
    }

    #[test]
    fn engine_io_is_understood() {
        let hear = |text: &'static str| SocketIo.hear(text.as_bytes());
        assert_eq!(hear(r#"0{"sid":"x"}"#), Heard::Answer(b"40"));
        assert_eq!(hear("2"), Heard::Answer(b"3"));
        assert_eq!(hear(r#"40{"sid":"x"}"#), Heard::Introduce);
        assert!(matches!(hear("430[[]]"), Heard::History(_)));
        assert!(matches!(
            hear(r#"42["message",{"id":1,"content":"0:0:0:"}]"#),
            Heard::Delivery(_)
        ));
    }

    #[test]
    fn plain_servers_are_understood() {
        let hear = |text: &'static str| Plain.hear(text.as_bytes());
        assert!(matches!(
            hear(r#"{"type":"history","messages":[]}"#),
            Heard::History(_)
        ));
        assert!(matches!(
            hear(r#"{"type":"message","content":"0:0:0:"}"#),
            Heard::Delivery(_)
        ));
        assert_eq!(hear(r#"{"type":"users_list","users":[]}"#), Heard::Nothing);
    }

    #[test]
    fn all_texts_of_a_page_are_found() {
        let page = br#"{"messages":[{"content":"a"},{"content": "b"}]}"#;
        assert_eq!(contents(page).count(), 2);
    }
}
