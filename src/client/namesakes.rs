//! Who has to be told apart: people who are shown under one name, or under two that look alike.
//!
//! *Invariant:* what tells them apart is the id, which nobody chooses. People of one alphabet, or of one
//! with some letters of another, are told apart wherever the server takes them for look-alikes letter by
//! letter; some more may be, for here are no tables.

use parlour_protocol::{UserId, rules};

/// The people that share a name with somebody else who is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Namesakes(Vec<UserId>);

impl Namesakes {
    /// Among these people, of whom each may come often.
    pub fn among<'a>(people: impl Iterator<Item = (UserId, &'a str)>) -> Self {
        // Each name is looked through once, and not once for every other one.
        let mut known: Vec<(UserId, Vec<Letter>)> = Vec::new();
        for (id, name) in people {
            if known.iter().all(|(other, _)| *other != id) {
                known.push((id, letters(name)));
            }
        }
        let is_shared = |(id, name): &&(UserId, Vec<Letter>)| {
            let mut others = known.iter();
            others.any(|(other, drawn)| other != id && look_alike(name, drawn))
        };
        Self(known.iter().filter(is_shared).map(|(id, _)| *id).collect())
    }

    /// What stands after this person's name: `#7`, where the name alone would not do.
    pub fn number(&self, id: UserId) -> Option<String> {
        self.0.contains(&id).then(|| format!("#{id}"))
    }

    /// The name, with what has to stand after it.
    pub fn full(&self, id: UserId, name: &str) -> String {
        match self.number(id) {
            Some(number) => format!("{name} {number}"),
            None => name.to_owned(),
        }
    }
}

/// Whether one may be taken for the other: the same letters but for case, joiners, `I l 1`, `O 0` and the
/// letters of other alphabets that are drawn the same. Where a letter of ASCII stands against some other
/// letter that is not, most of the name has to be the same: names of two alphabets are no look-alikes.
fn look_alike(one: &[Letter], other: &[Letter]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let (mut same, mut near) = (0, 0);
    for (a, b) in one.iter().zip(other) {
        if a.plain == b.plain {
            same += 1;
        } else if a.is_ascii != b.is_ascii {
            near += 1;
        } else {
            return false;
        }
    }
    same >= near
}

/// A letter of a name, as it is compared.
struct Letter {
    plain: u32,
    is_ascii: bool,
}

/// The letters of a name, but for joiners.
fn letters(name: &str) -> Vec<Letter> {
    let letters = name.chars().filter(|c| !rules::is_joiner(*c));
    let letter = |c: char| Letter {
        plain: plain(c),
        is_ascii: c.is_ascii(),
    };
    letters.map(letter).collect()
}

/// Without case, in the alphabets whose capitals stand at a distance from their small letters, and as the
/// letter of ASCII that is drawn like it.
fn plain(c: char) -> u32 {
    let code = u32::from(c.to_ascii_lowercase());
    let small = match c {
        '\u{c0}'..='\u{de}' | '\u{391}'..='\u{3a9}' | '\u{410}'..='\u{42f}' => code + 0x20,
        '\u{400}'..='\u{40f}' => code + 0x50,
        '\u{ff21}'..='\u{ff3a}' => code - 0xfec0,
        '\u{ff41}'..='\u{ff5a}' => code - 0xfee0,
        _ => code,
    };
    let drawn = match char::from_u32(small) {
        Some('i' | '1' | '|' | '\u{456}' | '\u{3b9}') => 'l',
        Some('0' | '\u{43e}' | '\u{3bf}') => 'o',
        Some('\u{430}' | '\u{3b1}') => 'a',
        Some('\u{435}' | '\u{3b5}') => 'e',
        Some('\u{440}' | '\u{3c1}') => 'p',
        Some('\u{441}') => 'c',
        Some('\u{443}' | '\u{3c5}') => 'y',
        Some('\u{445}' | '\u{3c7}') => 'x',
        Some('\u{455}') => 's',
        Some('\u{458}') => 'j',
        Some('\u{43a}' | '\u{3ba}') => 'k',
        Some('\u{43c}' | '\u{3bc}') => 'm',
        Some('\u{43d}' | '\u{3b7}') => 'h',
        Some('\u{442}' | '\u{3c4}') => 't',
        Some('\u{432}' | '\u{3b2}') => 'b',
        _ => return small,
    };
    u32::from(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(people: &[(i64, &str)]) -> Vec<Option<String>> {
        let people = || people.iter().map(|(id, name)| (UserId(*id), *name));
        let namesakes = Namesakes::among(people());
        people().map(|(id, _)| namesakes.number(id)).collect()
    }

    #[test]
    fn two_people_of_one_name_have_their_numbers() {
        let people = [(7, "Alice"), (8, "Bob"), (12, "Alice"), (7, "Alice")];
        let seven = Some("#7".to_owned());
        assert_eq!(
            numbers(&people),
            [seven.clone(), None, Some("#12".to_owned()), seven]
        );
    }

    #[test]
    fn so_have_two_whose_names_look_alike() {
        for (name, twin) in [
            ("Alice", "alice"),
            ("Alice", "AIice"),
            ("Bob", "B0b"),
            ("Will", "Wi11"),
            ("Alice", "Ali\u{441}e"),
            ("Alice", "Ａｌｉｃｅ"),
            ("Emile", "Émile"),
            ("Мария", "МАРИЯ"),
            ("ΣΟΦΙΑ", "σοφια"),
            ("I \u{2764}\u{fe0f} tea", "I \u{2764} tea"),
            ("coco", "\u{441}\u{43e}\u{441}\u{43e}"),
            ("TOM", "\u{422}\u{41e}\u{41c}"),
        ] {
            let numbers = numbers(&[(1, name), (2, twin)]);
            assert!(numbers.iter().all(Option::is_some), "{name} / {twin}");
        }
    }

    #[test]
    fn other_names_stand_alone() {
        for (name, other) in [
            ("Alice", "Alicia"),
            ("Modern", "Modem"),
            ("Burn", "Bum"),
            ("Мария", "Ольга"),
            ("日本", "日木"),
            ("Alice", "Alice 2"),
            ("Alice", "Alice #1"),
            // As long as each other, in two alphabets.
            ("Echo", "Анна"),
            ("John", "Иван"),
            ("Olga", "Пётр"),
            ("Kim", "田中太"),
            ("Mary", "Ольг"),
        ] {
            assert_eq!(
                numbers(&[(1, name), (2, other)]),
                [None, None],
                "{name} / {other}"
            );
        }
        // One person under two names, of before and after.
        assert_eq!(numbers(&[(1, "Alice"), (1, "ALICE")]), [None, None]);
    }

    #[test]
    fn in_a_sentence_the_number_follows_the_name() {
        let people = [(7, "Alice"), (8, "Alice"), (9, "Bob")];
        let namesakes = Namesakes::among(people.into_iter().map(|(id, name)| (UserId(id), name)));
        assert_eq!(namesakes.full(UserId(7), "Alice"), "Alice #7");
        assert_eq!(namesakes.full(UserId(9), "Bob"), "Bob");
    }
}
