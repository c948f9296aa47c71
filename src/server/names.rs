//! Names as they are shown, and the keys under which two of them are the same or look alike.
//!
//! Of a name there is a *folded* key, equal for names that differ in nothing but case, width, joiners or
//! how many spaces stand between words, and a *skeleton*, equal for names that look alike (Unicode TS 39).
//! Two rooms may have one skeleton if both names are ASCII, such as `Modern 1` and `Modern l`. So a name is looked
//! up by both keys, and only the folded key is unique.
//!
//! *Invariant:* names with the same folded key have the same skeleton.

mod edition;
mod findable;
mod order;
mod reserved;
mod spelling;

pub(crate) use edition::edition;
pub use findable::findable;
pub(crate) use order::sort_key;
pub use reserved::{SOMEBODY_WHO_LEFT, is_reserved};

use parlour_protocol::rules::{self, Fault, Invalid};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A name that passed its rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// NFC, trimmed, one space between words: what is stored and shown.
    pub shown: String,
    /// Equal for names that are the same but for case.
    pub folded: String,
    /// Equal for names that look alike.
    pub skeleton: String,
}

/// Checks the name of a room, and computes its keys.
///
/// # Errors
/// The field `name` breaks a rule; which, and at which character.
pub fn room_name(text: &str) -> Result<Name, Invalid> {
    let shown = canonical(text);
    let name = rules::room_name(&shown).and_then(|name| Name::of("name", name));
    name.map_err(|invalid| as_sent(invalid, text, &shown))
}

/// Checks the name of a person, and computes its keys. It may still be [reserved](is_reserved).
///
/// # Errors
/// The field `username` breaks a rule; which, and at which character.
pub fn username(text: &str) -> Result<Name, Invalid> {
    let shown = canonical(text);
    let name = rules::username(&shown).and_then(|name| Name::of("username", name));
    name.map_err(|invalid| as_sent(invalid, text, &shown))
}

/// Checks the description of a room, and cleans it.
///
/// # Errors
/// The field `description` breaks a rule; which, and at which character.
pub fn description(text: &str) -> Result<String, Invalid> {
    let shown = rules::description(text)?;
    match spelling::misplaced_joiner(&shown) {
        Some(nth) => {
            let invalid = Invalid {
                field: "description",
                fault: Fault::Unprintable,
                at: u32::try_from(nth).ok(),
            };
            Err(as_sent(invalid, text, &shown))
        }
        None => Ok(shown),
    }
}

/// The folded key: equal for names that differ in case, width, joiners or spacing only.
pub fn folded(name: &str) -> String {
    let bare: String = name.chars().filter(|c| !is_ignored(*c)).nfkc().collect();
    let folded: String = caseless(&bare).nfc().collect();
    let folded = single_spaced(&folded);
    // A name of ignored characters only is its own key.
    if folded.is_empty() {
        name.nfkc().collect()
    } else {
        folded
    }
}

/// What is looked for in a text, and the text that it is looked for in: neither case, accents nor width count.
pub(crate) fn searched(text: &str) -> String {
    let bare = text.chars().filter(|c| !is_ignored(*c)).nfkd();
    let bare: String = bare.filter(|c| !is_combining_mark(*c)).collect();
    // A case variant may be a letter with a mark.
    let folded = caseless(&bare).nfkd().filter(|c| !is_combining_mark(*c));
    single_spaced(&folded.collect::<String>())
}

/// The skeleton (UTS #39): equal for names that look alike.
pub fn skeleton(name: &str) -> String {
    let folded = folded(name);
    let mut bare = String::with_capacity(folded.len());
    for c in folded.nfd() {
        push_prototype(c, &mut bare);
    }
    let skeleton: String = caseless(&bare)
        // A capital I is a small l to the eye and a small i to the alphabet, so all three are one.
        .map(|c| if c == 'i' { 'l' } else { c })
        .nfc()
        .collect();
    let skeleton = single_spaced(&skeleton);
    if skeleton.is_empty() {
        folded
    } else {
        skeleton
    }
}

/// Whether two names of rooms are the same or look alike. Two ASCII names that look alike are allowed.
pub fn is_same_room(name: &Name, other: &str) -> bool {
    let are_plain = name.shown.is_ascii() && other.is_ascii();
    folded(other) == name.folded || (!are_plain && skeleton(other) == name.skeleton)
}

impl Name {
    fn of(field: &'static str, shown: &str) -> Result<Self, Invalid> {
        if let Some((nth, fault)) = spelling::fault(shown) {
            let at = u32::try_from(nth).ok();
            return Err(Invalid { field, fault, at });
        }
        Ok(Self {
            shown: shown.to_owned(),
            folded: folded(shown),
            skeleton: skeleton(shown),
        })
    }
}

/// What was found in a name as it is shown, at its place in what was sent, if nothing before it was
/// changed.
fn as_sent(invalid: Invalid, sent: &str, shown: &str) -> Invalid {
    let kept = sent.trim_start();
    let skipped = sent.chars().count() - kept.chars().count();
    let place = |at: u32| {
        let nth = usize::try_from(at).ok()?;
        let is_kept = kept.chars().take(nth).eq(shown.chars().take(nth));
        is_kept.then(|| u32::try_from(skipped + nth).ok())?
    };
    Invalid {
        at: invalid.at.and_then(place),
        ..invalid
    }
}

/// Joiners and variation selectors change how their neighbours are drawn, not what they are. Tags stay:
/// they are all that tells the flag of Wales from that of Scotland.
fn is_ignored(c: char) -> bool {
    rules::is_joiner(c) && !is_tag(c)
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007f}')
}

/// What a character looks like, as TS 39 has it, but for one: there `m` is `rn`, so that `Modern` and
/// `Modem` would be one name. Whatever else looks like `rn` there looks like `m` here.
fn push_prototype(c: char, bare: &mut String) {
    if c == 'm' || is_tag(c) {
        return bare.push(c);
    }
    let start = bare.len();
    bare.extend(unicode_security::skeleton(c.encode_utf8(&mut [0; 4])));
    if bare[start..].starts_with("rn") {
        bare.replace_range(start..start + 2, "m");
    }
}

/// Every case variant becomes the same: `ß` and `SS`, `ς` and `Σ`, the Kelvin sign and `k`.
fn caseless(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
}

fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
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
mod tests;
