//! What of a text that was refused is to be selected where it was typed.

use parlour_protocol::rules::{Fault, Invalid};

/// The character that may not be there, or all that are too many: from where to where, in the units
/// that browsers count text in. Nothing where the text as a whole is wrong.
pub fn marked(text: &str, invalid: Invalid) -> Option<(u32, u32)> {
    let at = invalid.at? as usize;
    let length = match invalid.fault {
        Fault::TooLong(_) => usize::MAX,
        _ => 1,
    };
    let units = |chars: std::iter::Take<std::str::Chars<'_>>| {
        let units = chars.map(char::len_utf16).sum::<usize>();
        u32::try_from(units).ok()
    };
    let start = units(text.chars().take(at))?;
    let end = units(text.chars().take(at.saturating_add(length)))?;
    Some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::rules;

    #[test]
    fn a_character_that_may_not_be_is_marked_where_it_stands() {
        let wrong = |text| marked(text, rules::username(text).unwrap_err());
        assert_eq!(wrong("A\u{202e}b"), Some((1, 2)));
        // An emoji counts twice in a browser.
        assert_eq!(wrong(" 🚀é\u{200b}b"), Some((4, 5)));
        assert_eq!(wrong("  "), None);
    }

    #[test]
    fn of_a_text_that_is_too_long_all_is_marked_that_is_too_much() {
        let text = format!("\n🚀{}end", "x".repeat(9_999));
        let invalid = rules::message(&text).unwrap_err();
        assert_eq!(marked(&text, invalid), Some((10_002, 10_005)));
    }
}
