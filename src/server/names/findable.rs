//! Names as people look for them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A name without what nobody types who looks for it: case, width and accents.
pub fn findable(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    let bare = name.nfkd().filter(|c| !is_combining_mark(*c));
    bare.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::findable;

    #[test]
    fn case_width_and_accents_are_taken_away() {
        for (name, bare) in [
            ("Lobby", "lobby"),
            ("Café Noir", "cafe noir"),
            ("Cafe\u{301}", "cafe"),
            ("ＴＥＡ", "tea"),
            ("ÅNGSTRÖM", "angstrom"),
            ("Ελλάδα", "ελλαδα"),
            ("日本", "日本"),
        ] {
            assert_eq!(findable(name), bare);
        }
    }
}
