//! What names and texts may be: the same rules while typing and at the server's door.
//!
//! The server adds what needs tables too large for WASM: NFC and look-alike letters.

use std::borrow::Cow;
use std::fmt;

/// Characters in a room's name.
pub const ROOM_NAME_MAX: usize = 50;
/// Characters in a room's description.
pub const DESCRIPTION_MAX: usize = 500;
/// Characters in a person's name.
pub const USERNAME_MAX: usize = 32;
/// Characters in a message.
pub const MESSAGE_MAX: usize = 10_000;
/// Characters in a send's key.
pub const CLIENT_ID_MAX: usize = 64;
/// Bytes in a frame or a JSON body.
pub const FRAME_MAX: usize = 64 * 1024;
/// Messages in a page.
pub const PAGE_SIZE: u32 = 50;
/// Messages a REST call answers at most, and by default.
pub const LIST_MAX: u32 = 100;

/// A field that breaks its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The field's name on the wire.
    pub field: &'static str,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing that can be seen.
    Empty,
    /// More than this many characters.
    TooLong(usize),
    /// Control, bidi-override or zero-width characters.
    Unprintable,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.field {
            "username" => "Your name",
            "description" => "The description",
            "content" => "A message",
            "client_id" => "The key",
            _ => "The name",
        };
        match self.fault {
            Fault::Empty => write!(f, "{what} needs at least one visible character."),
            Fault::TooLong(max) => write!(f, "{what} can have at most {max} characters."),
            Fault::Unprintable => {
                write!(f, "{what} must not have control or invisible characters.")
            }
        }
    }
}

impl std::error::Error for Invalid {}

/// A room's name, trimmed.
pub fn room_name(text: &str) -> Result<&str, Invalid> {
    line("name", text, ROOM_NAME_MAX)
}

/// A person's name, trimmed.
pub fn username(text: &str) -> Result<&str, Invalid> {
    line("username", text, USERNAME_MAX)
}

/// A room's description, trimmed; may be empty.
pub fn description(text: &str) -> Result<&str, Invalid> {
    let field = "description";
    let text = text.trim();
    bounded(field, text, DESCRIPTION_MAX)?;
    if text
        .chars()
        .any(|c| is_unprintable(c) && c != '\n' && c != '\r')
    {
        return Err(Invalid {
            field,
            fault: Fault::Unprintable,
        });
    }
    Ok(text)
}

/// A message's text: line ends become `\n`, the end is trimmed, joiners inside emoji stay.
pub fn message(text: &str) -> Result<String, Invalid> {
    let field = "content";
    // Nearly every text has none, and need not be copied for it.
    let text = match text.contains('\r') {
        true => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
        false => Cow::Borrowed(text),
    };
    let text = text.trim_end().trim_start_matches('\n');
    if text.chars().all(|c| c.is_whitespace() || is_unprintable(c)) {
        return Err(Invalid {
            field,
            fault: Fault::Empty,
        });
    }
    bounded(field, text, MESSAGE_MAX)?;
    // Byte by byte: a character of several has no byte that would be one of these.
    let has_control = text
        .bytes()
        .any(|b| b.is_ascii_control() && b != b'\n' && b != b'\t');
    if has_control || (!text.is_ascii() && text.chars().any(|c| matches!(c, '\u{80}'..='\u{9f}'))) {
        return Err(Invalid {
            field,
            fault: Fault::Unprintable,
        });
    }
    Ok(text.to_owned())
}

/// A send's key.
pub fn client_id(text: &str) -> Result<&str, Invalid> {
    let field = "client_id";
    if text.is_empty() {
        return Err(Invalid {
            field,
            fault: Fault::Empty,
        });
    }
    bounded(field, text, CLIENT_ID_MAX)?;
    if text.chars().any(is_unprintable) {
        return Err(Invalid {
            field,
            fault: Fault::Unprintable,
        });
    }
    Ok(text)
}

fn line<'a>(field: &'static str, text: &'a str, max: usize) -> Result<&'a str, Invalid> {
    let text = text.trim();
    if text.chars().all(|c| c.is_whitespace() || is_unprintable(c)) {
        return Err(Invalid {
            field,
            fault: Fault::Empty,
        });
    }
    bounded(field, text, max)?;
    if text.chars().any(is_unprintable) {
        return Err(Invalid {
            field,
            fault: Fault::Unprintable,
        });
    }
    Ok(text)
}

fn bounded(field: &'static str, text: &str, max: usize) -> Result<(), Invalid> {
    // Bytes are no fewer than characters, and known.
    if text.len() > max && text.chars().count() > max {
        return Err(Invalid {
            field,
            fault: Fault::TooLong(max),
        });
    }
    Ok(())
}

/// Control characters, line separators, zero-width characters, bidi controls (Unicode TR 9),
/// fillers and tags: nothing that shows, or that changes how its neighbours show.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault<T>(result: Result<T, Invalid>) -> Fault {
        result.map(|_| ()).unwrap_err().fault
    }

    #[test]
    fn a_name_is_trimmed_and_counted_in_characters() {
        assert_eq!(room_name("  General  "), Ok("General"));
        let fifty = "é".repeat(50);
        assert_eq!(room_name(&fifty), Ok(fifty.as_str()));
        assert_eq!(fault(room_name(&"é".repeat(51))), Fault::TooLong(50));
        assert_eq!(fault(username(&"x".repeat(33))), Fault::TooLong(32));
    }

    #[test]
    fn a_name_that_shows_nothing_is_empty() {
        for name in [
            "",
            "   ",
            "\u{200b}",
            "\u{3164}\u{2800}",
            "\u{202e}",
            "\n\t",
        ] {
            assert_eq!(fault(username(name)), Fault::Empty, "{name:?}");
        }
    }

    #[test]
    fn a_name_cannot_hide_characters() {
        for name in [
            "a\u{202e}b",
            "a\u{200b}b",
            "a\nb",
            "a\u{7}b",
            "a\u{e0041}b",
            "\u{feff}a",
        ] {
            assert_eq!(fault(room_name(name)), Fault::Unprintable, "{name:?}");
        }
    }

    #[test]
    fn a_message_keeps_its_lines_and_its_emoji() {
        assert_eq!(
            message("\r\n  a\r\nb\t👩\u{200d}🚀 \n\n").unwrap(),
            "  a\nb\t👩\u{200d}🚀"
        );
        assert_eq!(fault(message(" \n\u{200b}\u{2060}")), Fault::Empty);
        for unprintable in ["a\u{0}b", "a\u{1b}", "\u{7f}a", "a\u{80}b", "é\u{9f}"] {
            assert_eq!(fault(message(unprintable)), Fault::Unprintable);
        }
        assert_eq!(message("a\u{a0}\u{7e}é").unwrap(), "a\u{a0}\u{7e}é");
        assert_eq!(fault(message(&"x".repeat(10_001))), Fault::TooLong(10_000));
        assert!(message(&"x".repeat(10_000)).is_ok());
    }

    #[test]
    fn a_description_may_be_empty_or_have_lines() {
        assert_eq!(description("  "), Ok(""));
        assert_eq!(description("a\nb"), Ok("a\nb"));
        assert_eq!(fault(description("a\u{202e}b")), Fault::Unprintable);
        assert_eq!(fault(description(&"x".repeat(501))), Fault::TooLong(500));
    }
}
