//! Which words of a text are others than those of the text before.
//!
//! *Invariant:* what was there before is what is kept and what is removed, and what is there now is what is kept and what
//! is added, each in its order.

use imara_diff::{Algorithm, Diff, InternedInput, Token, TokenSource};
use std::mem;
use std::ops::Range;
use unicode_segmentation::{UWordBounds, UnicodeSegmentation};

/// What became of a part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is there before and now.
    Same,
    /// It is not there any more.
    Removed,
    /// It was not there before.
    Added,
}

/// A part of two texts, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What became of it.
    pub kept: Kept,
    /// What it says.
    pub text: String,
}

/// Words of a text, and of what stands between them, that are compared one by one: of texts with more of them whole lines
/// are. The longest texts, of few words that alternate, took fifty milliseconds.
const WORDS_MAX: usize = 3_000;

/// The words of a text, and what stands between them.
struct Words<'t>(&'t str);

impl<'t> TokenSource for Words<'t> {
    type Token = &'t str;
    type Tokenizer = UWordBounds<'t>;

    fn tokenize(&self) -> Self::Tokenizer {
        self.0.split_word_bounds()
    }

    fn estimate_tokens(&self) -> u32 {
        u32::try_from(self.0.len() / 3).unwrap_or(u32::MAX)
    }
}

/// What one text became another by. Spaces between two words that changed are a part of what changed.
pub fn differences(before: &str, now: &str) -> Vec<Difference> {
    let is_long = |text: &str| text.split_word_bounds().nth(WORDS_MAX).is_some();
    let input = match is_long(before) || is_long(now) {
        true => InternedInput::new(before, now),
        false => InternedInput::new(Words(before), Words(now)),
    };
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let said = |side: &[Token], Range { start, end }: Range<u32>| -> String {
        let tokens = side[start as usize..end as usize].iter();
        tokens.map(|token| input.interner[*token]).collect()
    };
    let (mut parts, mut at) = (Parts::default(), 0);
    for hunk in diff.hunks() {
        parts.keep(said(&input.before, at..hunk.before.start));
        at = hunk.before.end;
        parts.change(
            &said(&input.before, hunk.before),
            &said(&input.after, hunk.after),
        );
    }
    parts.keep(said(&input.before, at..input.before.len() as u32));
    parts.end();
    parts.done
}

#[derive(Default)]
struct Parts {
    done: Vec<Difference>,
    removed: String,
    added: String,
    /// Spaces that were kept behind what changed.
    spaces: String,
}

impl Parts {
    fn keep(&mut self, text: String) {
        let is_behind = !self.removed.is_empty() || !self.added.is_empty();
        if is_behind && text.chars().all(|c| c == ' ') {
            self.spaces = text;
        } else {
            self.end();
            self.push(Kept::Same, text);
        }
    }

    fn change(&mut self, removed: &str, added: &str) {
        let spaces = mem::take(&mut self.spaces);
        for (changed, more) in [(&mut self.removed, removed), (&mut self.added, added)] {
            changed.push_str(&spaces);
            changed.push_str(more);
        }
    }

    fn end(&mut self) {
        let [removed, added, spaces] =
            [&mut self.removed, &mut self.added, &mut self.spaces].map(mem::take);
        self.push(Kept::Removed, removed);
        self.push(Kept::Added, added);
        self.push(Kept::Same, spaces);
    }

    fn push(&mut self, kept: Kept, text: String) {
        if !text.is_empty() {
            self.done.push(Difference { kept, text });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What changed, as `[-…-]` and `{+…+}`.
    fn marked(before: &str, now: &str) -> String {
        let parts = differences(before, now).into_iter();
        let parts = parts.map(|Difference { kept, text }| match kept {
            Kept::Same => text,
            Kept::Removed => format!("[-{text}-]"),
            Kept::Added => format!("{{+{text}+}}"),
        });
        parts.collect()
    }

    #[test]
    fn words_that_changed_are_marked_together_with_the_spaces_between_them() {
        for (before, now, expected) in [
            (
                "See you at five.",
                "See you at six.",
                "See you at [-five-]{+six+}.",
            ),
            ("one two three", "one 2 3", "one [-two three-]{+2 3+}"),
            ("one", "one two", "one{+ two+}"),
            ("a\nb", "a\nc", "a\n[-b-]{+c+}"),
            ("猫が好き", "犬が好き", "[-猫-]{+犬+}が好き"),
            ("same", "same", "same"),
        ] {
            assert_eq!(marked(before, now), expected);
        }
    }

    #[test]
    fn texts_of_very_many_words_are_compared_by_lines() {
        let long = "猫".repeat(WORDS_MAX);
        let [before, now] = ["one", "two"].map(|word| format!("{long}\n{word} word\n{long}"));
        let [before_alone, now_alone] = ["one word\n", "two word\n"];
        let lines = [
            (Kept::Same, format!("{long}\n")),
            (Kept::Removed, before_alone.to_owned()),
            (Kept::Added, now_alone.to_owned()),
            (Kept::Same, long),
        ];
        let expected = lines.map(|(kept, text)| Difference { kept, text });
        assert_eq!(differences(&before, &now), expected);
    }

    proptest! {
        #[test]
        fn what_is_kept_and_removed_was_there_and_what_is_kept_and_added_is(
            before in "[ab \n猫👍🏽é]{0,60}",
            now in "[ab \n猫👍🏽é]{0,60}",
        ) {
            let parts = differences(&before, &now);
            let without = |gone: Kept| -> String {
                let left = parts.iter().filter(|part| part.kept != gone);
                left.map(|part| part.text.as_str()).collect()
            };
            prop_assert_eq!(without(Kept::Added), before);
            prop_assert_eq!(without(Kept::Removed), now);
        }
    }
}
