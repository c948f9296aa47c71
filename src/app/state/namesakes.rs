//! Who has to be told apart: people who are shown under one name, or under two that look alike.
//!
//! *Invariant:* what tells them apart is the id, which nobody chooses. Whoever the server takes for
//! look-alikes letter by letter is told apart here; some more may be, for here are no tables.

use parlour_protocol::{Person, UserId, rules};

/// The people that share a name with somebody else who is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Namesakes(Vec<Person>);

impl Namesakes {
    /// Among these people, of whom each may come often, and under several names.
    pub fn among<'a>(people: impl Iterator<Item = (UserId, &'a str)>) -> Self {
        let mut known: Vec<(UserId, &str)> = Vec::new();
        for person in people {
            if !known.contains(&person) {
                known.push(person);
            }
        }
        let is_shared = |(id, name): &&(UserId, &str)| {
            let mut others = known.iter().filter(|other| other.0 != *id);
            others.any(|(_, other)| look_alike(name, other))
        };
        let shared = known.iter().filter(is_shared);
        Self(
            shared
                .map(|(id, name)| Person {
                    id: *id,
                    name: (*name).to_owned(),
                })
                .collect(),
        )
    }

    /// What stands after this person's name: `#7`, where the name alone would not do.
    pub fn number(&self, id: UserId, name: &str) -> Option<String> {
        let is_shared = self.0.iter().any(|p| p.id == id && p.name == name);
        is_shared.then(|| format!("#{id}"))
    }

    /// The name, with what has to stand after it.
    pub fn full(&self, id: UserId, name: &str) -> String {
        match self.number(id, name) {
            Some(number) => format!("{name} {number}"),
            None => name.to_owned(),
        }
    }
}

/// Whether one may be taken for the other: the same letters but for case, joiners, `I l 1` and `O 0`; or
/// one has a letter of ASCII where the other one has some letter that is not.
fn look_alike(one: &str, other: &str) -> bool {
    let mut one = one.chars().filter(|c| !rules::is_joiner(*c));
    let mut other = other.chars().filter(|c| !rules::is_joiner(*c));
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if is_near(a, b) => {}
            _ => return false,
        }
    }
}

fn is_near(one: char, other: char) -> bool {
    one == other || one.is_ascii() != other.is_ascii() || plain(one) == plain(other)
}

/// Without case, in the alphabets whose capitals stand at a distance from their small letters.
fn plain(c: char) -> u32 {
    let code = u32::from(c);
    match c.to_ascii_lowercase() {
        'i' | '1' | '|' => u32::from('l'),
        '0' => u32::from('o'),
        '\u{c0}'..='\u{de}' | '\u{391}'..='\u{3a9}' | '\u{410}'..='\u{42f}' => code + 0x20,
        '\u{400}'..='\u{40f}' => code + 0x50,
        lower => u32::from(lower),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(people: &[(i64, &str)]) -> Vec<Option<String>> {
        let people = || people.iter().map(|(id, name)| (UserId(*id), *name));
        let namesakes = Namesakes::among(people());
        people()
            .map(|(id, name)| namesakes.number(id, name))
            .collect()
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
