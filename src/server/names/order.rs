//! The alphabetical order of names.
//!
//! The alphabet is Unicode's own (CLDR root): accents do not move a letter, case does not count, and
//! numbers go by their value.

use base64::Engine;
use base64::alphabet::Alphabet;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::NO_PAD;
use icu_collator::options::{CollatorOptions, Strength};
use icu_collator::preferences::CollationNumericOrdering;
use icu_collator::{CollatorBorrowed, CollatorPreferences};
use std::sync::LazyLock;

static ALPHABET: LazyLock<CollatorBorrowed<'static>> = LazyLock::new(|| {
    let mut preferences = CollatorPreferences::default();
    preferences.numeric_ordering = Some(CollationNumericOrdering::True);
    let mut options = CollatorOptions::default();
    options.strength = Some(Strength::Secondary);
    CollatorBorrowed::try_new(preferences, options).expect("the root's order is compiled in")
});

/// In the order of their characters, so that keys written with them compare as their bytes do.
const ORDERED: &str = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

static ORDERED_BASE64: LazyLock<GeneralPurpose> = LazyLock::new(|| {
    let alphabet = Alphabet::new(ORDERED).expect("64 characters, each once");
    GeneralPurpose::new(&alphabet, NO_PAD)
});

/// Names sorted by this text, byte by byte, are in the order people expect.
pub(crate) fn sort_key(name: &str) -> String {
    let mut key = Vec::with_capacity(2 * name.len());
    let Ok(()) = ALPHABET.write_sort_key_to(name, &mut key);
    ORDERED_BASE64.encode(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_where_people_look_for_them() {
        let sorted = [
            "</script>",
            "2 much",
            "10 downing street",
            "Äpfel",
            "apple",
            "Birne",
            "Café",
            "Cafeteria",
            "Éclair",
            "general",
            "General 2",
            "general 10",
            "Łódź",
            "Lokal",
            "Öl",
            "oma",
            "Zebra",
            "Άλφα",
            "Вода",
            "日本",
        ];
        let mut shuffled = sorted;
        shuffled.reverse();
        shuffled.sort_by_key(|name| sort_key(name));
        assert_eq!(shuffled, sorted);
    }

    #[test]
    fn a_key_is_short_plain_and_blind_to_case() {
        assert_eq!(sort_key("Lobby"), sort_key("LOBBY"));
        let key = sort_key("General discussion");
        assert!(key.len() <= 2 * "General discussion".len(), "{key}");
        assert!(key.bytes().all(|b| ORDERED.as_bytes().contains(&b)));
    }

    #[test]
    fn a_key_sorts_as_its_bytes_do() {
        let encode = |bytes: &[u8]| ORDERED_BASE64.encode(bytes);
        let keys: [&[u8]; 6] = [b"", b"\x01", b"\x01\x00", b"\x01\x80", b"\x02", b"\xff\xff"];
        assert!(keys.map(encode).is_sorted());
    }
}
