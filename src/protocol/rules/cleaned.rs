//! Text that was pasted: line ends of every kind as one, and nothing that is meant for a terminal.
//!
//! *Invariant:* what is cleaned has no control character but line break and tab, cleaning it again
//! changes nothing, and what is no control sequence is kept. The work grows with the length alone.

use std::borrow::Cow;
use std::iter::Zip;
use std::ops::RangeFrom;
use std::str::Chars;

const ESCAPE: char = '\u{1b}';
const BELL: char = '\u{7}';
const STRING_TERMINATOR: char = '\u{9c}';

/// The text as it is kept: borrowed where there is nothing to clean, as in nearly every one.
pub(super) fn cleaned(text: &str) -> Cow<'_, str> {
    // Byte by byte: a character of several has no byte that would be one of these.
    let has_control = text
        .bytes()
        .any(|b| b.is_ascii_control() && b != b'\n' && b != b'\t');
    let has_wide_control = || {
        let wide = |c| matches!(c, '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}');
        !text.is_ascii() && text.chars().any(wide)
    };
    if has_control || has_wide_control() {
        Cow::Owned(Cleaned::of(text).map(|(_, c)| c).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Where a character of the cleaned text stands in the text as it was sent.
pub(super) fn sent_at(text: &str, kept: usize) -> Option<u32> {
    Cleaned::of(text).nth(kept).map(|(at, _)| at)
}

type Numbered<'t> = Zip<RangeFrom<u32>, Chars<'t>>;

/// The characters that are kept, each with its place in the text as it was sent.
struct Cleaned<'t> {
    rest: Numbered<'t>,
    /// What was kept last stands for a `\r`, which a `\n` still belongs to.
    after_return: bool,
}

impl<'t> Cleaned<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            rest: (0..).zip(text.chars()),
            after_return: false,
        }
    }
}

impl Iterator for Cleaned<'_> {
    type Item = (u32, char);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (at, c) = self.rest.next()?;
            if c == '\n' && self.after_return {
                self.after_return = false;
            } else if is_line_end(c) {
                self.after_return = c == '\r';
                return Some((at, '\n'));
            } else if !c.is_control() || c == '\t' {
                self.after_return = false;
                return Some((at, c));
            } else if let Some(rest) = after_sequence(c, self.rest.clone()) {
                self.rest = rest;
            }
        }
    }
}

/// CR, LF, vertical tab, form feed, NEL, and the separators of lines and paragraphs.
fn is_line_end(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What follows a control sequence (ECMA-48) that begins with this character; `None` where none does,
/// or where it is not whole: then the character alone goes, and the text behind it stays.
fn after_sequence(first: char, mut rest: Numbered<'_>) -> Option<Numbered<'_>> {
    let next = |rest: &mut Numbered<'_>| rest.next().map(|(_, c)| c);
    let introducer = match first {
        // A C1 character is the short form of ESC and the one 0x40 below it.
        '\u{80}'..='\u{9f}' => char::from_u32(u32::from(first) - 0x40)?,
        ESCAPE => next(&mut rest)?,
        _ => return None,
    };
    let mut c;
    match introducer {
        '[' => {
            c = next(&mut rest)?;
            while matches!(c, '0'..='?') {
                c = next(&mut rest)?;
            }
            while matches!(c, ' '..='/') {
                c = next(&mut rest)?;
            }
            matches!(c, '@'..='~').then_some(rest)
        }
        // A string of the system's, a device's, a program's or a private one, or a title.
        ']' | 'P' | 'X' | '^' | '_' | 'k' => loop {
            match next(&mut rest)? {
                STRING_TERMINATOR | BELL => return Some(rest),
                ESCAPE => return (next(&mut rest)? == '\\').then_some(rest),
                c if c.is_control() || is_line_end(c) => return None,
                _ => {}
            }
        },
        _ => {
            c = introducer;
            while matches!(c, ' '..='/') {
                c = next(&mut rest)?;
            }
            matches!(c, '0'..='~').then_some(rest)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_is_the_same() {
        for end in [
            "\n", "\r", "\r\n", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}",
        ] {
            assert_eq!(cleaned(&format!("a{end}b")), "a\nb", "{end:?}");
            assert_eq!(cleaned(&format!("a{end}{end}b")), "a\n\nb", "{end:?}");
        }
        assert_eq!(cleaned("a\r\r\nb\n\rc\r\n\nd"), "a\n\nb\n\nc\n\nd");
        // As a program writes that clears the rest of its line.
        assert_eq!(cleaned("a\r\u{1b}[K\nb"), "a\nb");
    }

    #[test]
    fn a_terminal_s_sequences_go_as_a_whole() {
        for (typed, kept) in [
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}[1;38;5;196mred\u{1b}[m!", "red!"),
            ("\u{1b}[?25lhidden\u{1b}[?25h", "hidden"),
            ("\u{1b}[2 qcursor", "cursor"),
            ("\u{1b}[200~pasted\u{1b}[201~", "pasted"),
            ("\u{9b}31mred\u{9b}0m", "red"),
            ("\u{1b}]0;title\u{7}text", "text"),
            (
                "\u{1b}]8;;https://x.org\u{1b}\\link\u{1b}]8;;\u{1b}\\",
                "link",
            ),
            ("\u{9d}0;größer\u{9c}text", "text"),
            ("\u{1b}P1$r0m\u{1b}\\text", "text"),
            ("\u{90}q#0\u{9c}text", "text"),
            ("\u{1b}_Gf=24;AAAA\u{1b}\\text", "text"),
            ("\u{1b}^secret\u{1b}\\\u{1b}Xmore\u{9c}text", "text"),
            ("\u{1b}kbash\u{1b}\\$ ls", "$ ls"),
            ("\u{1b}(B\u{1b}[mtext", "text"),
            ("\u{1b}7\u{1b}Mtext\u{1b}8", "text"),
            ("\u{1b}=\u{1b}>text\u{1b}c", "text"),
            ("\u{8d}text\u{84}", "text"),
        ] {
            assert_eq!(cleaned(typed), kept, "{typed:?}");
        }
    }

    #[test]
    fn what_is_no_whole_sequence_loses_its_control_character_alone() {
        for (typed, kept) in [
            ("a\u{0}b", "ab"),
            ("N\u{8}No\u{7}te\u{7f}", "NNote"),
            ("a\u{1b}", "a"),
            ("a\u{1b}é", "aé"),
            ("a\u{1b}[31", "a[31"),
            ("a\u{1b}[31é", "a[31é"),
            ("a\u{1b}[3\nm", "a[3\nm"),
            ("\u{1b}]0;title\nnext\u{7}", "]0;title\nnext"),
            ("\u{1b}]0;title", "]0;title"),
            ("\u{1b}\u{1b}[mtext", "text"),
            ("\u{1b}]0;\u{1b}[31mtext", "]0;text"),
            ("\u{9c}\u{9c}text", "text"),
        ] {
            assert_eq!(cleaned(typed), kept, "{typed:?}");
        }
    }

    #[test]
    fn everything_else_stays() {
        for text in [
            "",
            "a\tb\nc",
            "[31m ]0; ESC[m",
            "👩\u{200d}🚀 \u{202e}x \u{feff}\u{a0}",
            "é\u{301} 漢字。",
        ] {
            assert_eq!(cleaned(text), text);
            assert!(matches!(cleaned(text), Cow::Borrowed(_)), "{text:?}");
        }
    }

    #[test]
    fn a_kept_character_knows_where_it_was_sent() {
        let text = "é\r\n\u{1b}[31mx\u{0}y";
        assert_eq!(cleaned(text), "é\nxy");
        let places: Vec<_> = (0..5).map(|kept| sent_at(text, kept)).collect();
        assert_eq!(places, [Some(0), Some(1), Some(8), Some(10), None]);
    }

    /// Texts out of the pieces that sequences are made of, the same in every run.
    fn drawn(seed: u32) -> String {
        const PIECES: [&str; 20] = [
            "\u{1b}", "[", "]", "3", ";", "m", "\\", "\r", "\n", "\u{7}", "\u{9b}", "\u{9c}",
            "\u{9d}", "\u{85}", "\u{2028}", " ", "é", "\t", "P", "(",
        ];
        let mut state = seed;
        let mut roll = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as usize
        };
        (0..roll() % 12).map(|_| PIECES[roll() % 20]).collect()
    }

    #[test]
    fn cleaning_twice_is_cleaning_once_and_no_control_character_stays() {
        for seed in 0..50_000 {
            let text = drawn(seed);
            let once = cleaned(&text).into_owned();
            assert_eq!(cleaned(&once), once, "{text:?}");
            let stays = |c: char| c.is_control() && c != '\n' && c != '\t';
            assert!(!once.contains(stays), "{text:?}");
            assert!(once.len() <= text.len(), "{text:?}");
        }
    }
}
