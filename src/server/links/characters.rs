//! What a character is to an address.

use icu_properties::props::{
    DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup, QuotationMark,
    TerminalPunctuation,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// What a character is to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// In no address: white space, quotes, and what ends a sentence or brackets something where no space
    /// follows.
    Stop,
    /// In an address, but not at its end: it belongs to the sentence there.
    Soft,
    /// A bracket, and the one that closes it.
    Open(char),
    /// A bracket that closes.
    Close,
    /// Does not show, and may change how its neighbours do.
    Hidden,
    /// Any other character: a part of an address.
    Part,
}

/// What a character is to an address.
pub(super) fn kind(c: char) -> Kind {
    match c {
        '(' => Kind::Open(')'),
        '[' => Kind::Open(']'),
        '{' => Kind::Open('}'),
        ')' | ']' | '}' => Kind::Close,
        '.' | ',' | ':' | ';' | '!' | '?' | '\'' => Kind::Soft,
        '\0'..=' ' | '"' | '<' | '>' | '\\' | '`' | '|' | '\u{7f}' => Kind::Stop,
        '!'..='~' => Kind::Part,
        c if is_stop(c) => Kind::Stop,
        c if is_hidden(c) => Kind::Hidden,
        c if GeneralCategoryGroup::Punctuation.contains(category(c)) => Kind::Soft,
        _ => Kind::Part,
    }
}

/// Of what is not ASCII.
fn is_stop(c: char) -> bool {
    // No sentence ends with these by their properties, but what follows is not the address any more:
    // dashes and dots that stand without spaces, Armenian and Sinhala marks, and a blank that is no space.
    let is_listed = matches!(
        c,
        '\u{df4}' | '\u{2014}' | '\u{2015}' | '\u{2025}' | '\u{2026}' | '\u{2800}'
    ) || matches!(c, '\u{55a}'..='\u{55f}');
    let brackets = GeneralCategoryGroup::OpenPunctuation
        .union(GeneralCategoryGroup::ClosePunctuation)
        .union(GeneralCategoryGroup::InitialPunctuation)
        .union(GeneralCategoryGroup::FinalPunctuation);
    is_listed
        || c.is_whitespace()
        || c.is_control()
        || brackets.contains(category(c))
        || CodePointSetData::new::<TerminalPunctuation>().contains(c)
        || CodePointSetData::new::<QuotationMark>().contains(c)
}

fn is_hidden(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || matches!(c, '\u{fff9}'..='\u{fffb}')
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// Letters, marks, digits, and signs such as emoji.
pub(super) fn is_word_or_sign(c: char) -> bool {
    let is_sign = category(c) == GeneralCategory::OtherSymbol;
    is_word(c) || is_sign
}

/// Letters, marks and digits.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || GeneralCategoryGroup::Mark.contains(category(c))
}

/// South-east and East Asian letters, of which no word has to be apart from the one before.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ffdc}' | '\u{20000}'..='\u{3ffff}')
}

/// A letter of Han, Bopomofo, Hiragana, Katakana, Hangul, Thai, Lao, Khmer or Myanmar.
pub(super) fn is_unspaced_letter(c: char) -> bool {
    is_unspaced(c) && c.is_alphabetic()
}

/// What sets parts of a path, a query or a fragment apart, so that a word of any script may begin behind it.
pub(super) fn is_delimiter(c: char) -> bool {
    matches!(
        c,
        '/' | '=' | '-' | '_' | '.' | '?' | '&' | '#' | '+' | '~' | ':' | ','
    )
}

/// What a host cannot have, but could be taken for a part of one: `%2e`, or a mathematical slash.
pub(super) fn is_mere_sign(c: char) -> bool {
    c == '%' || (!c.is_ascii() && kind(c) == Kind::Part)
}

/// Embeds, overrides or isolates what follows.
pub(super) fn is_reordering(c: char) -> bool {
    matches!(
        c,
        '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' | '\u{2066}'..='\u{2068}'
    )
}

/// Zero-width joiner and non-joiner.
pub(super) fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Chooses how the character before it is drawn.
pub(super) fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}')
}
