//! Who and what a text names: `@Alice`, `@here`, `@room`, `#Lobby`.
//!
//! *Invariant:* a name is what the longest of its readings is called, compared as names are, by what they look like. What
//! several are called names nobody, and nothing within a link or code names anything.

use crate::names::{folded, skeleton};
use parlour_protocol::mentions::{HERE, MENTIONS_MAX, ROOM};
use parlour_protocol::rules::{ROOM_NAME_MAX, USERNAME_MAX};
use parlour_protocol::{Element, Format, Kind, Node};
use std::collections::{BTreeSet, HashMap};
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// Places of a text that are looked at.
const PLACES_MAX: usize = 40;

/// Keys that are looked up at once.
pub(crate) const KEYS: usize = 16;

/// Keys that are looked up for a text.
const KEYS_MAX: usize = 16 * KEYS;

/// What a text may name, by the keys under which it is looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The keys of people.
    pub(crate) people: Vec<String>,
    /// The keys of rooms.
    pub(crate) rooms: Vec<String>,
    /// Everybody in the room.
    pub(crate) is_everybody: bool,
}

/// A person or a room, with the keys of what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namesake {
    /// The id of either.
    pub(crate) id: i64,
    /// Equal for names that are the same but for case.
    pub(crate) folded: String,
    /// Equal for names that look alike.
    pub(crate) skeleton: String,
}

/// What there is of what a text may name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    people: HashMap<String, Vec<Namesake>>,
    rooms: HashMap<String, Vec<Namesake>>,
    may_mention_all: bool,
}

impl Wanted {
    /// Of a text that is read in this format; nothing for nearly every one.
    pub(crate) fn of(text: &str, format: Option<Format>) -> Self {
        let mut wanted = Self::default();
        if format == Some(Format::Plain) || !text.contains(['@', '#']) {
            return wanted;
        }
        let (mut people, mut rooms) = (BTreeSet::new(), BTreeSet::new());
        for (mark, rest) in places(text, Text::Typed).take(PLACES_MAX) {
            let readings = readings(mark, rest, Text::Typed);
            let keys = match mark {
                Mark::Person => &mut people,
                Mark::Room => &mut rooms,
            };
            wanted.is_everybody |=
                mark == Mark::Person && readings.iter().any(|name| is_everybody(name));
            keys.extend(readings.iter().map(|name| skeleton(name)));
        }
        wanted.people = people.into_iter().take(KEYS_MAX).collect();
        wanted.rooms = rooms.into_iter().take(KEYS_MAX).collect();
        wanted
    }

    /// Whether there is nothing to look up.
    pub(crate) fn is_nothing(&self) -> bool {
        self.people.is_empty() && self.rooms.is_empty()
    }
}

impl Names {
    /// Of these people and rooms, and of everybody, if that is allowed.
    pub(crate) fn of(people: Vec<Namesake>, rooms: Vec<Namesake>, may_mention_all: bool) -> Self {
        Self {
            people: by_key(people),
            rooms: by_key(rooms),
            may_mention_all,
        }
    }

    /// Whether nothing is named.
    pub(crate) fn is_nothing(&self) -> bool {
        self.people.is_empty() && self.rooms.is_empty() && !self.may_mention_all
    }

    /// The nodes of a tree with what they name.
    pub(super) fn named(&self, nodes: Vec<Node>) -> Vec<Node> {
        let mut found = Found {
            names: self,
            people: Vec::new(),
            places: PLACES_MAX,
        };
        found.nodes(nodes)
    }
}

fn by_key(all: Vec<Namesake>) -> HashMap<String, Vec<Namesake>> {
    let mut by_key: HashMap<_, Vec<Namesake>> = HashMap::new();
    for one in all {
        by_key.entry(one.skeleton.clone()).or_default().push(one);
    }
    by_key
}

/// What a name begins with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Person,
    Room,
}

/// What a text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    /// As it was typed: a `_` beside a name may be markup.
    Typed,
    /// As it stands in a tree.
    Read,
}

/// Where names may begin in a text: not within a word, nor behind what would make it a part of an address. With all
/// that stands behind the mark.
fn places(text: &str, what: Text) -> impl Iterator<Item = (Mark, &str)> {
    let marks = text.match_indices(['@', '#']);
    marks.filter_map(move |(at, mark)| {
        let is_part = |c: char| {
            c.is_alphanumeric()
                || matches!(c, '.' | '-' | '/' | '@' | '#' | '&')
                || c == '_' && what == Text::Read
        };
        if text[..at].chars().next_back().is_some_and(is_part) {
            return None;
        }
        let mark = match mark {
            "@" => Mark::Person,
            _ => Mark::Room,
        };
        Some((mark, &text[at + 1..]))
    })
}

/// What may be a name at the beginning of a text, the longest first: it ends with a word, or before what is in none.
fn readings(mark: Mark, text: &str, what: Text) -> Vec<&str> {
    if text.starts_with(char::is_whitespace) {
        return Vec::new();
    }
    let longest = match mark {
        Mark::Person => USERNAME_MAX,
        Mark::Room => ROOM_NAME_MAX,
    };
    let line = text.lines().next().unwrap_or_default();
    // With one character behind the longest name, which may go on.
    let end = line.char_indices().nth(longest + 1);
    let line = &line[..end.map_or(line.len(), |(end, _)| end)];
    let is_in_word =
        |c: char| c.is_alphanumeric() || is_combining_mark(c) || c == '_' && what == Text::Read;
    let words = line.unicode_word_indices();
    let mut ends: BTreeSet<usize> = words.map(|(at, word)| at + word.len()).collect();
    let mut before = ' ';
    for (at, c) in line.char_indices().chain([(line.len(), ' ')]) {
        if !before.is_whitespace() && !is_in_word(c) {
            ends.insert(at);
        }
        before = c;
    }
    let names = ends.into_iter().rev().map(|end| &line[..end]);
    let names = names.filter(|name| !name.is_empty() && name.chars().count() <= longest);
    names.collect()
}

fn is_everybody(name: &str) -> bool {
    [HERE, ROOM]
        .iter()
        .any(|all| all.eq_ignore_ascii_case(name))
}

/// The names of a text, as they are found.
struct Found<'n> {
    names: &'n Names,
    people: Vec<i64>,
    /// How many places are still looked at.
    places: usize,
}

impl Found<'_> {
    fn nodes(&mut self, nodes: Vec<Node>) -> Vec<Node> {
        let mut all = Vec::with_capacity(nodes.len());
        for node in nodes {
            match node {
                Node::Text(text) => self.text(&text, &mut all),
                Node::Element(element) if names_nothing(element.kind) => all.push(element.into()),
                Node::Element(element) => {
                    let children = self.nodes(element.children);
                    all.push(Node::Element(Element {
                        children,
                        ..element
                    }));
                }
            }
        }
        all
    }

    fn text(&mut self, text: &str, nodes: &mut Vec<Node>) {
        let mut done = 0;
        for (mark, rest) in places(text, Text::Read) {
            let start = text.len() - rest.len() - 1;
            if start < done || self.places == 0 {
                continue;
            }
            self.places -= 1;
            let Some((kind, value, length)) = self.name(mark, rest) else {
                continue;
            };
            if start > done {
                nodes.push(Node::Text(text[done..start].to_owned()));
            }
            done = start + 1 + length;
            nodes.push(Node::Element(Element {
                kind,
                value,
                children: vec![Node::Text(text[start..done].to_owned())],
            }));
        }
        if done < text.len() {
            nodes.push(Node::Text(text[done..].to_owned()));
        }
    }

    /// What a text begins with is called: its kind, which it is, and how much of the text that is.
    fn name(&mut self, mark: Mark, text: &str) -> Option<(Kind, String, usize)> {
        let (kind, names) = match mark {
            Mark::Person => (Kind::Mention, &self.names.people),
            Mark::Room => (Kind::RoomName, &self.names.rooms),
        };
        for name in readings(mark, text, Text::Read) {
            if mark == Mark::Person && self.names.may_mention_all && is_everybody(name) {
                return Some((Kind::Mention, name.to_ascii_lowercase(), name.len()));
            }
            if names.is_empty() {
                continue;
            }
            let Some(namesakes) = names.get(&skeleton(name)) else {
                continue;
            };
            let (id, length) = one_of(namesakes, name, &text[name.len()..])?;
            if kind == Kind::Mention && !self.people.contains(&id) {
                if self.people.len() == MENTIONS_MAX {
                    return None;
                }
                self.people.push(id);
            }
            return Some((kind, id.to_string(), name.len() + length));
        }
        None
    }
}

/// Which of them a name means: the only one, or the only one of exactly this name, or the one whose number stands
/// behind it, as pages tell people of one name apart; and how much of what is behind it that is.
pub(crate) fn one_of(namesakes: &[Namesake], name: &str, behind: &str) -> Option<(i64, usize)> {
    let number = behind.strip_prefix(" #").or(behind.strip_prefix('#'));
    if let Some(number) = number {
        let digits = number.len()
            - number
                .trim_start_matches(|c: char| c.is_ascii_digit())
                .len();
        let id = number[..digits].parse().ok();
        if let Some(one) = namesakes.iter().find(|one| Some(one.id) == id) {
            return Some((one.id, behind.len() - number.len() + digits));
        }
    }
    let mut fitting: Vec<&Namesake> = namesakes.iter().collect();
    if fitting.len() > 1 {
        let folded = folded(name);
        fitting.retain(|one| one.folded == folded);
    }
    match fitting.as_slice() {
        [one] => Some((one.id, 0)),
        _ => None,
    }
}

fn names_nothing(kind: Kind) -> bool {
    matches!(kind, Kind::Link | Kind::Code | Kind::Lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::formatted;

    fn namesake(id: i64, name: &str) -> Namesake {
        Namesake {
            id,
            folded: folded(name),
            skeleton: skeleton(name),
        }
    }

    /// In a room with these people and rooms, each with its place as its id: what stands out of the text, as JSON.
    fn named(people: &[&str], rooms: &[&str], text: &str) -> Vec<String> {
        let numbered = |names: &[&str]| -> Vec<Namesake> {
            let names = (1..).zip(names);
            names.map(|(id, name)| namesake(id, name)).collect()
        };
        let wanted = Wanted::of(text, None);
        // What is not looked up is not found.
        let found = |names: &[&str], keys: &[String]| -> Vec<Namesake> {
            let mut all = numbered(names);
            all.retain(|one| keys.contains(&one.skeleton));
            all
        };
        let (people, rooms) = (found(people, &wanted.people), found(rooms, &wanted.rooms));
        let names = Names::of(people, rooms, wanted.is_everybody);
        let Some(tree) = formatted(text, &names) else {
            return Vec::new();
        };
        let mut named = Vec::new();
        collect(&tree.document.0, &mut named);
        named
    }

    fn collect(nodes: &[Node], named: &mut Vec<String>) {
        for node in nodes {
            if let Node::Element(element) = node {
                if matches!(element.kind, Kind::Mention | Kind::RoomName) {
                    named.push(format!("{} {}", element.value, node.text()));
                }
                collect(&element.children, named);
            }
        }
    }

    #[test]
    fn the_longest_name_in_the_room_wins() {
        let people = ["Al", "Al Bo", "Al Bo Cy Dee"];
        assert_eq!(named(&people, &[], "@Al"), ["1 @Al"]);
        assert_eq!(named(&people, &[], "hey @al bo cy, you"), ["2 @al bo"]);
        assert_eq!(named(&people, &[], "(@AL BO CY DEE)"), ["3 @AL BO CY DEE"]);
        assert_eq!(named(&people, &[], "@Al, @Al Bo's"), ["1 @Al", "2 @Al Bo"]);
        assert_eq!(named(&people, &[], "@Alan @ Al al"), Vec::<String>::new());
    }

    #[test]
    fn a_name_that_fits_several_mentions_nobody_unless_its_number_says_who() {
        let people = ["Bob", "Bob", "A1ice", "Alice"];
        assert_eq!(named(&people, &[], "@bob?"), Vec::<String>::new());
        assert_eq!(
            named(&people, &[], "@Bob #2 and @bob#1"),
            ["2 @Bob #2", "1 @bob#1"]
        );
        assert_eq!(named(&people, &[], "@Bob #9"), Vec::<String>::new());
        // Of those that look alike it is the one of exactly this name.
        assert_eq!(
            named(&people, &[], "@alice @a1ice"),
            ["4 @alice", "3 @a1ice"]
        );
        assert_eq!(named(&["Аlice"], &[], "@Alice"), ["1 @Alice"]);
    }

    #[test]
    fn names_of_all_scripts_end_where_their_words_do() {
        let people = ["田中", "Zoë", "O'Brien", "J.R.", "👩‍🚀", "Anna-Lena", "ไทย"];
        for (text, found) in [
            ("@田中さん、", "1 @田中"),
            ("@ZOE\u{308}!", "2 @ZOE\u{308}"),
            ("@o'brien's", "3 @o'brien"),
            ("@J.R. said", "4 @J.R."),
            ("@👩‍🚀!", "5 @👩‍🚀"),
            ("@anna-lena.", "6 @anna-lena"),
        ] {
            assert_eq!(named(&people, &[], text), [found], "{text}");
        }
    }

    #[test]
    fn nothing_is_named_within_words_addresses_links_and_code() {
        let people = ["Al", "here"];
        for text in [
            "a@Al",
            "x.@Al",
            "https://x.org/@Al",
            "`@Al`",
            "```\n@Al @room\n```",
            "[to @Al](https://x.org)",
            "@@Al",
            "@\nAl",
        ] {
            assert_eq!(
                named(&people, &["Al"], text),
                Vec::<String>::new(),
                "{text}"
            );
        }
        for text in [
            "*@Al*",
            "> @Al",
            "- @Al",
            "||@Al||",
            "_@Al_",
            "**hi** @Al",
            "# @Al",
        ] {
            assert_eq!(named(&people, &[], text), ["1 @Al"], "{text}");
        }
    }

    #[test]
    fn rooms_and_everybody_are_named() {
        let rooms = ["Tea & Cake", "Tea"];
        assert_eq!(
            named(&[], &rooms, "in #tea & cake, #Tea"),
            ["1 #tea & cake", "2 #Tea"]
        );
        assert_eq!(named(&[], &rooms, "#teas a#tea"), Vec::<String>::new());
        assert_eq!(
            named(&[], &[], "@here @Room, @rooms"),
            ["here @here", "room @Room"]
        );
    }

    #[test]
    fn a_message_mentions_twenty_people_at_most() {
        let people: Vec<String> = (0..30).map(|n| format!("P{n:02}x")).collect();
        let people: Vec<&str> = people.iter().map(String::as_str).collect();
        let text: String = people.iter().map(|name| format!("@{name} ")).collect();
        assert_eq!(named(&people, &[], &text).len(), MENTIONS_MAX);
        let again = format!("{}@{}", "@P00x ".repeat(30), people[1]);
        assert_eq!(named(&people, &[], &again).len(), 31);
    }

    #[test]
    fn a_plain_text_wants_nothing() {
        assert!(Wanted::of("hello", None).is_nothing());
        assert!(Wanted::of("@Al", Some(Format::Plain)).is_nothing());
        assert!(Wanted::of("5 @ 3 # 2", None).is_nothing());
        assert_eq!(Wanted::of("@Al B", None).people.len(), 2);
        let long = Wanted::of(&"@a b c d e f g h i j k l m n ".repeat(350), None);
        assert!(long.people.len() <= KEYS_MAX);
    }
}
