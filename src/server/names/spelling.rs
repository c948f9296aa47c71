//! Which characters may stand in a name, and where.
//!
//! *Invariant:* whatever is let through is seen. A joiner or a variation selector is, where Unicode has
//! it change how its neighbours are drawn: between letters that would join (UAX 31, A1), in and after
//! conjuncts (A2, B), after an ideograph or a Mongolian letter, in an emoji (UTS 51).

use icu_properties::props::{
    CanonicalCombiningClass, DefaultIgnorableCodePoint, Emoji, GeneralCategory, Ideographic,
    IndicSyllabicCategory, JoiningType, Script,
};
use icu_properties::{CodePointMapData, CodePointSetData};
use parlour_protocol::rules::{Fault, MARKS_MAX, is_joiner};
use unicode_segmentation::UnicodeSegmentation;

const ZWNJ: char = '\u{200c}';
const ZWJ: char = '\u{200d}';
/// Blank, though they count as letters, marks or symbols.
const BLANKS: [char; 5] = [
    '\u{2800}',
    '\u{13441}',
    '\u{13442}',
    '\u{16fe4}',
    '\u{1d159}',
];

/// What is wrong with a name that passed its light rule, and at which of its characters.
pub(super) fn fault(name: &str) -> Option<(usize, Fault)> {
    if name.is_ascii() {
        return None;
    }
    let mut marks = 0;
    let seen = name.chars().enumerate().filter(|(_, c)| !is_joiner(*c));
    for (nth, c) in seen {
        if is_hidden(c) {
            return Some((nth, Fault::Unprintable));
        }
        marks = if is_mark(c) { marks + 1 } else { 0 };
        if marks > MARKS_MAX {
            return Some((nth, Fault::Marks));
        }
    }
    misplaced_joiner(name).map(|nth| (nth, Fault::Unprintable))
}

/// The first joiner that stands where it does nothing but hide.
pub(super) fn misplaced_joiner(text: &str) -> Option<usize> {
    if !text.contains(is_joiner) {
        return None;
    }
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    for cluster in text.graphemes(true) {
        let end = at + cluster.chars().count();
        let is_hiding = |place: &usize| is_joiner(chars[*place]) && !is_at_work(&chars, *place);
        if !is_emoji(cluster)
            && let Some(place) = (at..end).find(is_hiding)
        {
            return Some(place);
        }
        at = end;
    }
    None
}

/// Control, format, private and unassigned characters, and what is blank.
fn is_hidden(c: char) -> bool {
    use GeneralCategory::{
        Control, Format, LineSeparator, ParagraphSeparator, PrivateUse, Surrogate, Unassigned,
    };
    matches!(
        category(c),
        Control | Format | LineSeparator | ParagraphSeparator | PrivateUse | Surrogate | Unassigned
    ) || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || BLANKS.contains(&c)
}

fn is_mark(c: char) -> bool {
    matches!(
        category(c),
        GeneralCategory::NonspacingMark
            | GeneralCategory::SpacingMark
            | GeneralCategory::EnclosingMark
    )
}

/// One that is recommended for interchange, or a single one with its presentation chosen. A digit is an
/// emoji only with its keycap.
fn is_emoji(cluster: &str) -> bool {
    let mut chars = cluster.chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some(base), Some('\u{fe0e}' | '\u{fe0f}'), None) => {
            !base.is_ascii() && CodePointSetData::new::<Emoji>().contains(base)
        }
        (_, None, _) => false,
        _ => emojis::get(cluster).is_some(),
    }
}

/// Whether the joiner here, which is in no emoji, changes what is seen.
fn is_at_work(chars: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map(|at| chars[at]);
    let after = chars.get(at + 1).copied();
    match chars[at] {
        ZWNJ => parts_cursive(chars, at) || parts_conjunct(chars, at),
        ZWJ => conjunct_before(chars, at).is_some() && !after.is_some_and(is_vowel_sign),
        '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => {
            before.is_some_and(|c| CodePointSetData::new::<Ideographic>().contains(c))
        }
        '\u{180b}'..='\u{180d}' | '\u{180f}' => before.is_some_and(is_mongolian),
        '\u{180e}' => before.is_some_and(is_mongolian) && after.is_some_and(is_mongolian),
        _ => false,
    }
}

/// UAX 31, A1: between two letters of one script that would join.
fn parts_cursive(chars: &[char], at: usize) -> bool {
    use JoiningType as Joins;
    let joins = |c: &char| CodePointMapData::<JoiningType>::new().get(*c);
    let is_seen = |c: &&char| joins(c) != Joins::Transparent;
    let left = chars[..at].iter().rev().find(is_seen);
    let right = chars[at + 1..].iter().find(is_seen);
    let (Some(left), Some(right)) = (left, right) else {
        return false;
    };
    matches!(joins(left), Joins::LeftJoining | Joins::DualJoining)
        && matches!(joins(right), Joins::RightJoining | Joins::DualJoining)
        && script(*left) == script(*right)
}

/// UAX 31, A2: between the parts of a conjunct.
fn parts_conjunct(chars: &[char], at: usize) -> bool {
    let right = chars[at + 1..].iter().find(|c| !is_combining(**c));
    match (conjunct_before(chars, at), right) {
        (Some(left), Some(&right)) => is_letter(right) && script(left) == script(right),
        _ => false,
    }
}

/// The letter whose vowel a virama just before here takes away.
fn conjunct_before(chars: &[char], at: usize) -> Option<char> {
    let marks = chars[..at].iter().rev().take_while(|c| is_combining(**c));
    let virama = marks
        .enumerate()
        .find(|(_, c)| combining(**c) == CanonicalCombiningClass::Virama);
    let (back, _) = virama?;
    let letter = chars[..at - back - 1]
        .iter()
        .rev()
        .find(|c| !is_mark(**c))?;
    is_letter(*letter).then_some(*letter)
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

fn script(c: char) -> Script {
    CodePointMapData::<Script>::new().get(c)
}

fn combining(c: char) -> CanonicalCombiningClass {
    CodePointMapData::<CanonicalCombiningClass>::new().get(c)
}

fn is_combining(c: char) -> bool {
    combining(c) != CanonicalCombiningClass::NotReordered
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !is_mark(c)
}

fn is_vowel_sign(c: char) -> bool {
    CodePointMapData::<IndicSyllabicCategory>::new().get(c) == IndicSyllabicCategory::VowelDependent
}

fn is_mongolian(c: char) -> bool {
    is_letter(c) && script(c) == Script::Mongolian
}

#[cfg(test)]
mod tests {
    use crate::names::{room_name, username};
    use parlour_protocol::rules::Fault;

    fn fault(name: &str) -> Option<Fault> {
        let person = username(name).err().map(|invalid| invalid.fault);
        let room = room_name(name).err().map(|invalid| invalid.fault);
        assert_eq!(person, room, "one spelling for both: {name:?}");
        person
    }

    #[test]
    fn names_are_spelled_as_their_languages_and_emoji_need_it() {
        for name in [
            // Persian, Urdu; marks between the letter and the joiner.
            "می\u{200c}خواهم",
            "کتاب\u{200c}خانه",
            "بَ\u{200c}ب",
            // Hindi, Bengali, Kannada, Tamil: a conjunct that is not joined.
            "क्\u{200c}ष",
            "ক্\u{200c}ত",
            "ಕ್\u{200c}ಷ",
            "க்\u{200c}ஷ",
            // Sinhala, Hindi, Malayalam: one that is, and a half letter at the end.
            "ශ්\u{200d}රී",
            "क्\u{200d}ष",
            "ന്\u{200d}",
            // Presentation, keycaps, joined people, skin, flags.
            "I \u{2764}\u{fe0f} tea",
            "\u{2764}\u{fe0e}",
            "\u{2600}\u{fe0f}",
            "1\u{fe0f}\u{20e3} first",
            "#\u{20e3}",
            "👩\u{200d}🚀",
            "👩🏽\u{200d}🚀",
            "\u{2764}\u{fe0f}\u{200d}🔥",
            "🏳\u{fe0f}\u{200d}🌈",
            "👨\u{200d}👩\u{200d}👧",
            "🇩🇪",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            // A Japanese family's way to write its character, Mongolian.
            "葛\u{e0100}城",
            "ᠮᠣᠩᠭᠣᠯ\u{180b}",
            "ᠨᠡᠷ\u{180e}ᠡ",
            // Four marks, Vietnamese, Hebrew, Thai.
            "x\u{300}\u{301}\u{302}\u{303}",
            "Việt",
            "שָׁלוֹם",
            "น้ำ",
        ] {
            assert_eq!(fault(name), None, "{name:?}");
        }
    }

    #[test]
    fn joiners_are_refused_where_they_hide() {
        for name in [
            "a\u{200c}b",
            "a\u{200d}b",
            "Ali\u{200d}ce",
            "Alice\u{200d}",
            "\u{200c}Alice",
            "Alice\u{fe0f}",
            "1\u{fe0f}",
            "\u{fe0f}a",
            "می\u{200c}",
            "می\u{200c}\u{200c}خ",
            "می\u{200d}خ",
            "д\u{200c}д",
            // Letters of two scripts do not join.
            "ب\u{200c}ߞ",
            "क\u{200c}ष",
            "क\u{200d}ष",
            "क्\u{200d}\u{200d}ष",
            "क्\u{200d}ि",
            "😀\u{200d}😀",
            "👩\u{200d}",
            "👩\u{200d}🚀\u{200d}",
            "👩\u{200d}a",
            "2\u{200d}\u{20e3}",
            "🏴\u{e0067}\u{e0062}",
            "a\u{e0067}\u{e007f}",
            "a\u{e0100}",
            "葛\u{e0100}\u{e0101}",
            "a\u{180b}",
        ] {
            assert_eq!(fault(name), Some(Fault::Unprintable), "{name:?}");
        }
    }

    #[test]
    fn what_is_not_seen_is_in_no_name() {
        for (hidden, what) in [
            ('\u{7}', "a control"),
            ('\u{86}', "a control"),
            ('\u{ad}', "a soft hyphen"),
            ('\u{34f}', "a grapheme joiner"),
            ('\u{600}', "a format character"),
            ('\u{61c}', "a direction mark"),
            ('\u{115f}', "a Hangul filler"),
            ('\u{1160}', "a Hangul filler"),
            ('\u{3164}', "a Hangul filler"),
            ('\u{ffa0}', "a Hangul filler"),
            ('\u{17b4}', "a Khmer vowel that is not written"),
            ('\u{200b}', "a space without width"),
            ('\u{200e}', "a direction mark"),
            ('\u{202e}', "a direction override"),
            ('\u{2060}', "a word joiner"),
            ('\u{2066}', "an isolate"),
            ('\u{2800}', "an empty Braille cell"),
            ('\u{feff}', "a byte order mark"),
            ('\u{fff9}', "an annotation"),
            ('\u{13441}', "an Egyptian blank"),
            ('\u{16fe4}', "a Khitan filler"),
            ('\u{1d159}', "an empty note head"),
            ('\u{1d173}', "a beam"),
            ('\u{e0001}', "a language tag"),
            ('\u{e000}', "private use"),
            ('\u{f0000}', "private use"),
            ('\u{378}', "not assigned"),
            ('\u{fdd0}', "no character"),
            ('\u{1ffff}', "no character"),
        ] {
            for name in [
                format!("a{hidden}b"),
                format!("a{hidden}"),
                format!("{hidden}b"),
            ] {
                assert_eq!(fault(&name), Some(Fault::Unprintable), "{what}: {name:?}");
            }
        }
    }

    #[test]
    fn at_most_four_marks_stand_in_a_row() {
        for name in [
            "x\u{300}\u{301}\u{302}\u{303}\u{304}",
            &format!("Z{}", "\u{335}".repeat(20)),
            "x\u{489}\u{489}\u{489}\u{489}\u{489}",
            // A joiner between them does not make them two rows.
            "क\u{93c}\u{301}\u{302}\u{94d}\u{200d}\u{301}",
        ] {
            assert_eq!(fault(name), Some(Fault::Marks), "{name:?}");
        }
    }
}
