//! Emoji: which texts are one, and what they are called.
//!
//! *Invariant:* an emoji has one spelling here, that which is recommended for interchange (UTS 51), however it was written.

mod picking;

pub use picking::{Choice, Group, Kept, Tone, USUAL, of_group, search};

/// Whether a text is an emoji, or a short name of one.
pub fn is_one(text: &str) -> bool {
    known(text).is_some()
}

/// The emoji that a text is, or that has it as its short name, with or without colons.
pub(crate) fn found(text: &str) -> Option<&'static str> {
    known(text).map(emojis::Emoji::as_str)
}

fn known(text: &str) -> Option<&'static emojis::Emoji> {
    let named = || {
        let inside = text
            .strip_prefix(':')
            .and_then(|rest| rest.strip_suffix(':'));
        emojis::get_by_shortcode(inside.unwrap_or(text))
    };
    emojis::get(text).or_else(named)
}

/// Up to `limit` short names, each with its emoji, that begin with this, and behind them those that have it elsewhere.
pub(crate) fn named_like(part: &str, limit: usize) -> Vec<(&'static str, &'static str)> {
    let part = part.to_ascii_lowercase();
    let all =
        || emojis::iter().flat_map(|emoji| emoji.shortcodes().map(|name| (name, emoji.as_str())));
    let first = all().filter(|(name, _)| name.starts_with(&part));
    let rest = all().filter(|(name, _)| !name.starts_with(&part) && name.contains(&part));
    first.chain(rest).take(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::{found, named_like};

    #[test]
    fn short_names_are_found_by_how_they_begin_and_then_by_any_part() {
        let names = |part| {
            let found = named_like(part, 8).into_iter();
            found.map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(names("tada"), ["tada"]);
        assert_eq!(named_like("TADA", 8), [("tada", "🎉")]);
        assert_eq!(names("+1"), ["+1"]);
        let smiles = names("smil");
        assert_eq!(smiles.len(), 8);
        assert!(smiles[0].starts_with("smil"), "{smiles:?}");
        let partly = names("ada");
        assert!(partly.contains(&"tada"), "{partly:?}");
        assert!(names("nothing_of_that_name").is_empty());
        for (name, emoji) in named_like("", 8) {
            assert_eq!(found(name), Some(emoji), "{name}");
        }
    }

    #[test]
    fn an_emoji_is_found_by_itself_by_its_short_name_and_without_its_selector() {
        for (text, emoji) in [
            ("👍", Some("👍")),
            ("+1", Some("👍")),
            (":tada:", Some("🎉")),
            // With and without the selector that makes it one.
            ("❤\u{fe0f}", Some("❤\u{fe0f}")),
            ("❤", Some("❤\u{fe0f}")),
            ("👍🏽", Some("👍🏽")),
            ("🏳️‍🌈", Some("🏳️‍🌈")),
            ("", None),
            ("letter", None),
            ("7", None),
            ("👍👍", None),
            (" 👍", None),
            ("nothing_of_that_name", None),
            ("\u{200d}", None),
        ] {
            assert_eq!(found(text), emoji, "{text:?}");
        }
    }
}
