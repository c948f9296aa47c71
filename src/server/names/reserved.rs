//! Reserved names: those that would seem to speak for the server, and `Name #7`, which pages give to namesakes.

use super::{folded, skeleton};
use std::collections::HashSet;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// What messages are under whose author has left.
pub const SOMEBODY_WHO_LEFT: &str = "Somebody who left";

const RESERVED: [&str; 33] = [
    "admin",
    "admins",
    "administrator",
    "administrators",
    "all",
    "channel",
    "everybody",
    "everyone",
    "group",
    "here",
    "mod",
    "moderator",
    "moderators",
    "mods",
    "official",
    "operator",
    "owner",
    "parlor",
    "parlour",
    "postmaster",
    "room",
    "root",
    "security",
    "server",
    SOMEBODY_WHO_LEFT,
    "staff",
    "superuser",
    "support",
    "sysadmin",
    "sysop",
    "system",
    "team",
    "webmaster",
];

static BARE: LazyLock<HashSet<String>> = LazyLock::new(|| RESERVED.into_iter().map(bare).collect());

/// Whether a name would seem to speak for the server, whatever dots, accents and spaces stand around or between its
/// letters, or looks like the number that a page gives to one of several people with one name.
pub fn is_reserved(name: &str) -> bool {
    BARE.contains(&bare(name)) || is_numbered(name)
}

/// `Alice #7` is what a page says of one of two Alices.
fn is_numbered(name: &str) -> bool {
    let folded = folded(name);
    let number = folded.rsplit_once('#').map(|(_, number)| number.trim());
    // `I l 1` and `O 0` count as one letter each.
    let is_digit = |c: char| c.is_numeric() || matches!(c, 'i' | 'l' | '|' | 'o');
    number.is_some_and(|number| !number.is_empty() && number.chars().all(is_digit))
}

/// The letters and digits of what it looks like. Here `rn` is `m`, as in `adrnin`.
fn bare(name: &str) -> String {
    let letters: String = skeleton(name)
        .nfd()
        .filter(|c| c.is_alphanumeric())
        .collect();
    letters.replace("rn", "m")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_names_are_reserved_in_every_look_alike() {
        for name in [
            "admin",
            "Admin",
            "ADMIN",
            "adm1n",
            "admln",
            "adrnin",
            "\u{430}dmin",
            "adm\u{131}n",
            "ａｄｍｉｎ",
            "ádmîn",
            "@admin",
            "• system",
            "[System]",
            "sys tem",
            "Ѕуѕtеm",
            "everyone",
            "@here",
            "#all",
            "m0derator",
            "Parlour",
            "PARL0UR",
            "r\u{3bf}om",
        ] {
            assert!(is_reserved(name), "{name}");
        }
    }

    #[test]
    fn the_number_that_tells_two_of_one_name_apart_cannot_be_chosen() {
        for name in [
            "Alice #7",
            "Alice#12",
            "Alice ＃７",
            "Alice # 7",
            "#7",
            "Alice #l",
            "Alice #l7",
            "Alice #1O",
            "Alice #IO",
            "Alice #|2",
        ] {
            assert!(is_reserved(name), "{name}");
        }
        for name in ["Alice 7", "C#", "Alice #x", "#7 of 9", "#olive"] {
            assert!(!is_reserved(name), "{name}");
        }
    }

    #[test]
    fn what_only_has_such_a_word_in_it_is_a_name() {
        for name in [
            "Alice",
            "Admiral",
            "Allan",
            "Alla",
            "Hera",
            "Roomi",
            "Modesty",
            "Systema",
            "Old Admin 2",
            "admin42",
            "•",
        ] {
            assert!(!is_reserved(name), "{name}");
        }
    }
}
