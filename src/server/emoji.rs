//! Emoji: which texts are one, and what they are called.
//!
//! *Invariant:* an emoji has one spelling here, that which is recommended for interchange (UTS 51), however it was written.

/// The emoji that a text is, or that has it as its short name, with or without colons.
pub(crate) fn found(text: &str) -> Option<&'static str> {
    let named = || {
        let inside = text
            .strip_prefix(':')
            .and_then(|rest| rest.strip_suffix(':'));
        emojis::get_by_shortcode(inside.unwrap_or(text))
    };
    emojis::get(text).or_else(named).map(emojis::Emoji::as_str)
}

#[cfg(test)]
mod tests {
    use super::found;

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
