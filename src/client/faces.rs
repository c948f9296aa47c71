//! A face for who has no picture: one or two letters on a colour.
//!
//! *Invariant:* it follows from what everybody knows of a person: the letters from the name, the hue from the id, which
//! nobody chooses. So two people of one name look different, but for one pair in sixteen; who may be taken for
//! somebody else has a number as well ([`Namesakes`](crate::namesakes::Namesakes)).

use parlour_protocol::UserId;

/// How many hues there are, at equal distances.
pub const HUES: u32 = 16;

/// From here on one letter says as much as two, or is as wide: scripts whose letters are joined, and pictures.
const ALONE_FROM: char = '\u{600}';

/// Which hue this person has: below [`HUES`].
pub fn hue(id: UserId) -> u32 {
    // By the golden angle (Fibonacci hashing): whoever comes next is far from the last ones.
    let turned = (id.0 as u32).wrapping_mul(0x9e37_79b9);
    turned / (u32::MAX / HUES + 1)
}

/// The letters of a name: the first one, and the first one of the last word. The page writes them as capitals, which a
/// browser can do without tables of ours.
pub fn initials(name: &str) -> String {
    let mut words = name.split(' ').filter_map(first);
    let Some(one) = words.next().or_else(|| name.chars().next()) else {
        return String::new();
    };
    let mut initials = one.to_string();
    let other = words.next_back().filter(|_| one < ALONE_FROM);
    initials.extend(other.filter(|other| *other < ALONE_FROM));
    if is_half_a_flag(one) {
        initials.extend(name.chars().skip_while(|c| *c != one).nth(1));
    }
    initials
}

/// The first character of a word that is no punctuation before it.
fn first(word: &str) -> Option<char> {
    word.chars().find(|c| {
        !matches!(c,
            '\0'..='/' | ':'..='@' | '['..='`' | '{'..='\u{bf}' | '\u{2000}'..='\u{206f}')
    })
}

/// Flags are two characters, each of which alone is a letter in a box.
fn is_half_a_flag(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_are_those_of_the_first_and_the_last_word() {
        for (name, letters) in [
            ("Ann", "A"),
            ("ann", "a"),
            ("Ann Author", "AA"),
            ("Anna Maria Schmidt", "AS"),
            ("Jean-Luc Picard", "JP"),
            ("Zoë", "Z"),
            ("Ólafur Élan", "ÓÉ"),
            ("Мария Кюри", "МК"),
            ("דנה כהן", "דכ"),
            ("Person 12", "P1"),
            ("4711", "4"),
            ("(Bob) \"Smith\"", "BS"),
            ("‘Ann’", "A"),
            ("  two  spaces ", "ts"),
            ("X", "X"),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }

    #[test]
    fn where_letters_are_joined_or_wide_one_is_enough() {
        for (name, letters) in [
            ("田中 太郎", "田"),
            ("محمد علي", "م"),
            ("김 철수", "김"),
            ("🦀 Ferris", "🦀"),
            ("Ferris 🦀", "F"),
            ("👩\u{200d}🚀 Ada", "👩"),
            ("🇩🇪 Team", "🇩🇪"),
            ("❤\u{fe0f}", "❤"),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }

    #[test]
    fn a_name_of_punctuation_has_a_face_too() {
        assert_eq!(initials("***"), "*");
        assert_eq!(initials("-_- !"), "-");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn two_people_of_one_name_differ_in_colour() {
        assert_eq!(initials("Alice"), initials("Alice"));
        assert_ne!(hue(UserId(7)), hue(UserId(12)));
    }

    #[test]
    fn those_who_came_one_after_the_other_are_far_apart() {
        for id in 0..10_000 {
            let near = (1..5).map(|later| {
                let apart = hue(UserId(id)).abs_diff(hue(UserId(id + later)));
                apart.min(HUES - apart)
            });
            assert!(near.min() > Some(0), "{id}");
        }
        let mut people = [0_u32; HUES as usize];
        for id in 0..16_000 {
            people[hue(UserId(id)) as usize] += 1;
        }
        assert!(people.iter().all(|count| (990..=1_010).contains(count)));
        assert!(hue(UserId(i64::MAX)) < HUES);
    }
}
