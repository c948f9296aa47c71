//! What names and texts may be: the same rules while typing and at the server's door.
//!
//! The server adds what needs tables too large for WASM: NFC, look-alike letters, and where in a name a
//! joiner may stand.

mod cleaned;

use cleaned::{cleaned, sent_at};
use std::fmt;

/// Characters in a room's name.
pub const ROOM_NAME_MAX: usize = 50;
/// Characters in a room's description.
pub const DESCRIPTION_MAX: usize = 500;
/// Characters in what somebody says of themselves.
pub const BIO_MAX: usize = 300;
/// Characters in a person's name.
pub const USERNAME_MAX: usize = 32;
/// The fewest characters of a password.
pub const PASSWORD_MIN: usize = 8;
/// The most characters of a password.
pub const PASSWORD_MAX: usize = 128;
/// Characters in a message.
pub const MESSAGE_MAX: usize = 10_000;
/// Characters in a send's key.
pub const CLIENT_ID_MAX: usize = 64;
/// Bytes in a frame or a JSON body.
pub const FRAME_MAX: usize = 64 * 1024;
/// Combining marks in a row in a name.
pub const MARKS_MAX: usize = 4;
/// Messages in a page.
pub const PAGE_SIZE: u32 = 50;
/// Rooms that a list on a page has at most of those its reader belongs to, and of all others.
pub const OWN_ROOMS_MAX: usize = 200;
/// See [`OWN_ROOMS_MAX`]. A list that is shorter than this has all rooms.
pub const OTHER_ROOMS_MAX: usize = 50;
/// Messages or rooms a REST call answers at most, and by default.
pub const LIST_MAX: u32 = 100;
/// Unread mentions of a room that are counted; of more the last.
pub const MENTIONS_COUNTED: usize = 100;

/// A field that breaks its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The field's name on the wire.
    pub field: &'static str,
    /// What is wrong with it.
    pub fault: Fault,
    /// The first character that is too many or may not be, as an index in Unicode characters of the text as
    /// it was sent.
    pub at: Option<u32>,
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
    /// More than four combining marks in a row.
    Marks,
}

/// What is wrong with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordFault {
    /// Fewer than eight characters.
    Short,
    /// More than 128 characters.
    Long,
    /// One of those that are tried first.
    Common,
    /// What the person is called.
    OwnName,
}

impl fmt::Display for PasswordFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short => write!(f, "A password needs at least {PASSWORD_MIN} characters."),
            Self::Long => write!(f, "A password can have at most {PASSWORD_MAX} characters."),
            Self::Common => {
                f.write_str("This password is one that is tried first. Please choose another.")
            }
            Self::OwnName => f.write_str("Your name is no password. Please choose another."),
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.field {
            "username" => "Your name",
            "description" => "The description",
            "bio" => "What you say of yourself",
            "content" => "A message",
            "client_id" => "The key",
            _ => "The name",
        };
        match self.fault {
            Fault::Empty => write!(f, "{what} needs at least one visible character."),
            Fault::TooLong(max) => write!(f, "{what} can have at most {max} characters."),
            Fault::Unprintable => {
                write!(f, "{what} must not have control or invisible characters.")?;
                match self.at {
                    Some(at) => write!(f, " The first is character {}.", at + 1),
                    None => Ok(()),
                }
            }
            Fault::Marks => write!(f, "{what} can have at most {MARKS_MAX} accents in a row."),
        }
    }
}

impl std::error::Error for Invalid {}

/// Checks and trims a room's name.
///
/// # Errors
/// It is empty, longer than 50 characters, or has a character that does not show.
pub fn room_name(text: &str) -> Result<&str, Invalid> {
    line("name", text, ROOM_NAME_MAX)
}

/// Checks and trims a person's name.
///
/// # Errors
/// It is empty, too long, or has a character that does not show.
pub fn username(text: &str) -> Result<&str, Invalid> {
    line("username", text, USERNAME_MAX)
}

/// Checks and cleans a room's description: line ends become `\n`, control sequences are removed, and white space
/// around it. It may be empty.
///
/// # Errors
/// It is longer than 500 characters, or has a character that does not show.
pub fn description(text: &str) -> Result<String, Invalid> {
    paragraph("description", text, DESCRIPTION_MAX)
}

/// Checks and cleans what somebody says of themselves, as a description.
///
/// # Errors
/// It is longer than 300 characters, or has a character that does not show.
pub fn bio(text: &str) -> Result<String, Invalid> {
    paragraph("bio", text, BIO_MAX)
}

fn paragraph(field: &'static str, text: &str, max: usize) -> Result<String, Invalid> {
    let clean = cleaned(text);
    let kept = clean.trim();
    let sent = |nth| sent_at(text, count(&clean) - count(clean.trim_start()) + nth);
    if is_over(kept, max) {
        return Err(Invalid {
            field,
            fault: Fault::TooLong(max),
            at: sent(max),
        });
    }
    let hidden = |c| is_hidden(c) && c != '\n' && c != '\t';
    if let Some(nth) = kept.chars().position(hidden) {
        return Err(Invalid {
            field,
            fault: Fault::Unprintable,
            at: sent(nth),
        });
    }
    Ok(kept.to_owned())
}

/// Checks and cleans a message's text: line ends become `\n`; control sequences, white space at its end and empty
/// lines at its start are removed. Joiners inside emoji stay.
///
/// # Errors
/// Nothing of it shows, or it is longer than 10,000 characters.
pub fn message(text: &str) -> Result<String, Invalid> {
    let field = "content";
    let clean = cleaned(text);
    let kept = clean.trim_end().trim_start_matches('\n');
    if kept.chars().all(|c| c.is_whitespace() || is_unprintable(c)) {
        return Err(Invalid {
            field,
            fault: Fault::Empty,
            at: None,
        });
    }
    if is_over(kept, MESSAGE_MAX) {
        let skipped = clean.len() - clean.trim_start_matches('\n').len();
        return Err(Invalid {
            field,
            fault: Fault::TooLong(MESSAGE_MAX),
            at: sent_at(text, skipped + MESSAGE_MAX),
        });
    }
    Ok(kept.to_owned())
}

/// Whether a stored message has this text, which [`message`] made. A message that is older than the rule is cleaned
/// before it is compared.
pub fn is_said(stored: &str, text: &str) -> bool {
    stored == text || message(stored).is_ok_and(|stored| stored == text)
}

/// Checks an idempotency key.
///
/// # Errors
/// It is empty, longer than 64 characters, or has a character that does not show.
pub fn client_id(text: &str) -> Result<&str, Invalid> {
    printable("client_id", 0, text, CLIENT_ID_MAX, is_unprintable)
}

fn line<'a>(field: &'static str, text: &'a str, max: usize) -> Result<&'a str, Invalid> {
    let kept = text.trim();
    if kept.chars().all(|c| c.is_whitespace() || is_unprintable(c)) {
        return Err(Invalid {
            field,
            fault: Fault::Empty,
            at: None,
        });
    }
    let skipped = count(text) - count(text.trim_start());
    printable(field, skipped, kept, max, is_hidden)
}

/// A text that is kept as it is, or not at all; `skipped` characters stood before it.
fn printable<'a>(
    field: &'static str,
    skipped: usize,
    kept: &'a str,
    max: usize,
    is_refused: fn(char) -> bool,
) -> Result<&'a str, Invalid> {
    let refused = |fault, nth: usize| {
        // No frame is so long that this could not be counted.
        let at = u32::try_from(skipped + nth).ok();
        Err(Invalid { field, fault, at })
    };
    if kept.is_empty() {
        let fault = Fault::Empty;
        return Err(Invalid {
            field,
            fault,
            at: None,
        });
    }
    if is_over(kept, max) {
        return refused(Fault::TooLong(max), max);
    }
    match kept.chars().position(is_refused) {
        Some(nth) => refused(Fault::Unprintable, nth),
        None => Ok(kept),
    }
}

fn count(text: &str) -> usize {
    text.chars().count()
}

fn is_over(text: &str, max: usize) -> bool {
    // Bytes are no fewer than characters, and known.
    text.len() > max && count(text) > max
}

/// Whether a character shows, and leaves its neighbours as they are: no space, and nothing invisible.
pub fn is_seen(c: char) -> bool {
    !c.is_whitespace() && !is_unprintable(c)
}

/// What needs no tables to be told from a name.
fn is_hidden(c: char) -> bool {
    is_unprintable(c) && !is_joiner(c)
}

/// Characters that are not seen themselves but change how their neighbours are drawn: joiners, variation
/// selectors, and the tags of a flag. In names and descriptions the server lets them through where
/// Unicode has them do so.
pub fn is_joiner(c: char) -> bool {
    matches!(c,
        '\u{180b}'..='\u{180f}' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0020}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
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
            "a\u{e0001}b",
            "\u{feff}a",
        ] {
            assert_eq!(fault(room_name(name)), Fault::Unprintable, "{name:?}");
        }
        // Where these may stand is decided with tables.
        for name in ["می\u{200c}خواهم", "\u{2764}\u{fe0f}", "👩\u{200d}🚀"] {
            assert_eq!(username(name), Ok(name));
        }
        assert_eq!(fault(username("\u{200d}\u{fe0f}")), Fault::Empty);
    }

    #[test]
    fn a_message_keeps_its_lines_and_its_emoji() {
        assert_eq!(
            message("\r\n  a\r\nb\t👩\u{200d}🚀 \n\n").unwrap(),
            "  a\nb\t👩\u{200d}🚀"
        );
        for empty in [
            " \n\u{200b}\u{2060}",
            "\u{0}\u{1b}[31m\u{1b}[0m",
            "\r\u{c}\u{2028}",
        ] {
            assert_eq!(fault(message(empty)), Fault::Empty, "{empty:?}");
        }
        assert_eq!(message("a\u{a0}\u{7e}é").unwrap(), "a\u{a0}\u{7e}é");
        assert_eq!(fault(message(&"x".repeat(10_001))), Fault::TooLong(10_000));
        assert!(message(&"x".repeat(10_000)).is_ok());
    }

    #[test]
    fn pasted_control_characters_are_stripped_and_nothing_else_is_lost() {
        let pasted = "\u{1b}[1m$ make\u{1b}[0m\u{b}\tdone\u{c}é\u{85}x\u{2028}\u{9b}32mok\u{0}";
        let kept = "$ make\n\tdone\né\nx\nok";
        assert_eq!(message(pasted).as_deref(), Ok(kept));
        assert_eq!(description(pasted).as_deref(), Ok(kept));
    }

    #[test]
    fn what_is_refused_says_at_which_character_of_what_was_sent() {
        fn at<T>(result: Result<T, Invalid>) -> Option<u32> {
            result.map(|_| ()).unwrap_err().at
        }
        assert_eq!(at(message(" ")), None);
        let long = format!("\r\n\n\u{1b}[31m{}", "é".repeat(10_001));
        assert_eq!(at(message(&long)), Some(8 + 10_000));
        assert_eq!(at(description(" \u{1b}[0ma\r\nb\u{202e}c")), Some(9));
        assert_eq!(
            at(description(&format!(" \u{0}{}", "x".repeat(501)))),
            Some(502)
        );
        assert_eq!(at(room_name("  é\u{200b}")), Some(3));
        assert_eq!(at(username(&"x".repeat(33))), Some(32));
        assert_eq!(at(client_id(" a\nb")), Some(2));
        assert_eq!(at(client_id("")), None);
        let sentence = description("a\u{202e}").unwrap_err().to_string();
        assert!(
            sentence.ends_with("The first is character 2."),
            "{sentence}"
        );
    }

    #[test]
    fn a_message_that_is_older_than_the_rule_says_the_same() {
        assert!(is_said("a\u{2028}b", "a\nb"));
        assert!(is_said("a", "a"));
        assert!(!is_said("a b", "a\nb"));
        assert!(!is_said("", "a"));
    }

    #[test]
    fn a_description_may_be_empty_or_have_lines() {
        assert_eq!(description("  ").as_deref(), Ok(""));
        assert_eq!(description("a\nb").as_deref(), Ok("a\nb"));
        assert_eq!(fault(description("a\u{202e}b")), Fault::Unprintable);
        assert_eq!(fault(description(&"x".repeat(501))), Fault::TooLong(500));
    }
}
