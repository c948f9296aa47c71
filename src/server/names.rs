//! Names as they are shown, and the key under which two of them look alike.
//!
//! *Invariant:* names that differ only in case, in look-alike letters (Unicode TS 39), in full or
//! half width, or in how many spaces stand between words have the same key.

use parlour_protocol::rules::{self, Invalid};
use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

/// A name that passed its rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// NFC, trimmed, one space between words: what is stored and shown.
    pub shown: String,
    /// Equal for names that look alike.
    pub folded: String,
}

/// A room's name.
pub fn room_name(text: &str) -> Result<Name, Invalid> {
    let shown = canonical(text);
    Ok(Name::of(rules::room_name(&shown)?))
}

/// A person's name.
pub fn username(text: &str) -> Result<Name, Invalid> {
    let shown = canonical(text);
    Ok(Name::of(rules::username(&shown)?))
}

/// Equal for names that look alike.
pub fn folded(name: &str) -> String {
    let wide: String = name.nfkc().collect();
    let cased: String = caseless(&wide).collect();
    let bare: String = skeleton(&cased).collect();
    let folded: String = caseless(&bare)
        // A capital I is a small l to the eye and a small i to the alphabet, so all three are one.
        .map(|c| if c == 'i' { 'l' } else { c })
        .nfc()
        .collect();
    let folded = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    // Nothing left means a name of nothing but marks that the skeleton drops: it is its own key.
    if folded.is_empty() { wide } else { folded }
}

impl Name {
    fn of(shown: &str) -> Self {
        Self {
            shown: shown.to_owned(),
            folded: folded(shown),
        }
    }
}

/// Every case variant becomes the same: `ß` and `SS`, `ς` and `Σ`, the Kelvin sign and `k`.
fn caseless(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
}

/// NFC with runs of spaces as one. Other white space stays for the rule to judge.
fn canonical(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.trim().nfc() {
        let space = c == ' ' || (c.is_whitespace() && !c.is_control() && !is_separator(c));
        if !space {
            shown.push(c);
        } else if !shown.ends_with(' ') {
            shown.push(' ');
        }
    }
    shown
}

/// Line and paragraph separators are refused as unprintable, not made spaces.
fn is_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::rules::Fault;

    #[test]
    fn look_alikes_have_one_key() {
        for (name, twin) in [
            ("Lobby", "LOBBY"),
            ("Lobby", "lobby"),
            ("Lobby", "L0bby"),
            ("Lobby", "Iobby"),
            ("Lobby", "1obby"),
            ("India", "india"),
            ("General", "GeneraI"),
            ("paypal", "p\u{430}ypal"),
            ("Lobby", "Ｌｏｂｂｙ"),
            ("Straße", "STRASSE"),
            ("ΣΑΣ", "σας"),
            ("caf\u{e9}", "cafe\u{301}"),
            ("a  b", "a b"),
            ("a\u{a0}b", "a b"),
            ("\u{212a}elvin", "kelvin"),
        ] {
            assert_eq!(folded(name), folded(twin), "{name} / {twin}");
        }
    }

    #[test]
    fn different_names_have_different_keys() {
        for (name, other) in [
            ("Lobby", "Hobby"),
            ("cafe", "café"),
            ("general", "general 2"),
            ("ab", "a b"),
            ("日本", "日木"),
            ("👩\u{200d}🚀", "👩\u{200d}🔬"),
        ] {
            assert_ne!(folded(name), folded(other), "{name} / {other}");
        }
    }

    #[test]
    fn a_name_is_composed_and_its_spaces_are_single() {
        let name = room_name("  Cafe\u{301}   noir ").unwrap();
        assert_eq!(name.shown, "Caf\u{e9} noir");
        assert_eq!(username("a\u{3000}b").unwrap().shown, "a b");
    }

    #[test]
    fn the_rule_is_applied_to_what_is_stored() {
        // Two characters each once composed, which is what is counted.
        assert!(room_name(&"e\u{301}".repeat(50)).is_ok());
        // U+0958 decomposes under NFC: 26 of them are 52 characters.
        let fault = room_name(&"\u{958}".repeat(26)).unwrap_err().fault;
        assert_eq!(fault, Fault::TooLong(50));
        for name in ["a\nb", "a\u{2028}b", "a\u{200b}b", "a\u{202e}b"] {
            assert_eq!(
                room_name(name).unwrap_err().fault,
                Fault::Unprintable,
                "{name:?}"
            );
        }
        assert_eq!(username(" \u{200b} ").unwrap_err().fault, Fault::Empty);
    }

    #[test]
    fn folding_is_stable() {
        for name in [
            "Lobby",
            "Straße",
            "p\u{430}ypal",
            "İstanbul",
            "ﬁne",
            "rnodern",
        ] {
            let once = folded(name);
            assert_eq!(folded(&once), once, "{name}");
        }
    }
}
