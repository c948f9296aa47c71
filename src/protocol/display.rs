//! How typed text is displayed, so that it cannot disturb the text around it.
//!
//! *Invariant:* stored and sent text stays whole; this is for display only.

mod marks;

pub use marks::is_mark;

use std::borrow::Cow;

/// Marks in a row that are laid out. No language stacks as many; a browser that has to stack
/// thousands does nothing else for seconds.
const MARKS: usize = 8;

/// The text with at most 8 combining marks in a row.
pub fn laid_out(text: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    // What is not copied yet begins here.
    let mut from = 0;
    let mut run = 0;
    for (at, c) in text.char_indices() {
        if !is_mark(c) {
            run = 0;
            continue;
        }
        run += 1;
        if run > MARKS {
            kept.push_str(&text[from..at]);
            from = at + c.len_utf8();
        }
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    kept.push_str(&text[from..]);
    Cow::Owned(kept)
}

/// Emoji that are drawn large.
const FEW: usize = 5;

/// Whether a text is one to five emoji and nothing else but white space. By the blocks that emoji are in, which takes no
/// table: a sign beside them that is none is drawn large as well.
pub fn is_few_emoji(text: &str) -> bool {
    let (mut count, mut is_joined, mut letters) = (0, false, 0);
    // The longest of five that there are.
    if text.len() > 200 {
        return false;
    }
    for c in text.chars() {
        match c {
            '\u{200d}' => {
                is_joined = true;
                continue;
            }
            // Selectors, tones of skin, and what follows a black flag.
            '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}' => continue,
            // Two letters are a flag.
            '\u{1f1e6}'..='\u{1f1ff}' => letters += 1,
            '\u{2600}'..='\u{27bf}'
            | '\u{2b50}'
            | '\u{2b55}'
            | '\u{1f000}'..='\u{1f1e5}'
            | '\u{1f200}'..='\u{1faff}' => count += usize::from(!is_joined),
            c if c.is_whitespace() => {}
            _ => return false,
        }
        is_joined = false;
    }
    (1..=FEW).contains(&(count + letters / 2))
}

/// A name for a sentence that cannot hold a `<bdi>`: a title, a label, a notice. One that is written
/// from right to left stands between marks that keep the words around it where they are.
pub fn isolated(name: &str) -> Cow<'_, str> {
    if name.chars().any(is_right_to_left) {
        Cow::Owned(["\u{2068}", name, "\u{2069}"].concat())
    } else {
        Cow::Borrowed(name)
    }
}

/// The blocks of the scripts that are, and the characters that say so.
fn is_right_to_left(c: char) -> bool {
    matches!(
        c,
        '\u{590}'..='\u{8ff}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{fefe}'
            | '\u{10800}'..='\u{10fff}'
            | '\u{1e800}'..='\u{1efff}'
    )
}

#[cfg(test)]
mod tests;
