//! The typing line and when typing is said.

use super::*;

/// People numbered by their place.
fn people(names: &[&str]) -> Vec<Person> {
    let person = |(id, name): (i64, &&str)| Person {
        id: UserId(id),
        name: (*name).to_owned(),
    };
    (1..).zip(names).map(person).collect()
}

fn line(users: &[&str], me: Option<&str>) -> String {
    let mut presence = Presence::default();
    let me = users.iter().zip(1..).find(|(name, _)| me == Some(**name));
    presence.set_typing(people(users));
    let me = me.map(|(_, id)| UserId(id));
    presence.typing_line(me, &Namesakes::default()).concat()
}

#[test]
fn names_are_pieces_of_their_own() {
    let mut presence = Presence::default();
    presence.set_typing(people(&["שלום", "Bob"]));
    let line = |presence: &Presence| presence.typing_line(None, &Namesakes::default());
    assert_eq!(line(&presence), ["שלום", " and ", "Bob", " are typing…"]);
    presence.set_typing(people(&["שלום"]));
    assert_eq!(line(&presence), ["שלום", " is typing…", "", ""]);
}

#[test]
fn of_two_alices_the_line_says_which_and_leaves_out_me_alone() {
    let mut presence = Presence::default();
    presence.set_typing(people(&["Alice", "Alice"]));
    let both = [(UserId(1), "Alice"), (UserId(2), "Alice")];
    let namesakes = Namesakes::among(both.into_iter());
    let line = presence.typing_line(Some(UserId(1)), &namesakes);
    assert_eq!(line, ["Alice", " #2 is typing…", "", ""]);
    let line = presence.typing_line(None, &namesakes).concat();
    assert_eq!(line, "Alice #1 and Alice #2 are typing…");
}

#[test]
fn who_is_named_is_known() {
    let mut presence = Presence::default();
    let ids = |presence: &Presence, me| {
        let named = presence.named_typists(me);
        named.map(|person| person.map(|person| person.id.0))
    };
    assert_eq!(ids(&presence, None), [None, None]);
    presence.set_typing(people(&["Alice", "Bob", "Carol"]));
    assert_eq!(ids(&presence, None), [None, None], "they are counted");
    assert_eq!(ids(&presence, Some(UserId(1))), [Some(2), Some(3)]);
    presence.set_typing(people(&["Alice"]));
    assert_eq!(ids(&presence, None), [Some(1), None]);
    assert_eq!(ids(&presence, Some(UserId(1))), [None, None]);
}

#[test]
fn the_line_names_two_and_counts_more() {
    assert_eq!(line(&[], None), "");
    assert_eq!(line(&["Alice"], None), "Alice is typing…");
    assert_eq!(line(&["Alice", "Bob"], None), "Alice and Bob are typing…");
    assert_eq!(
        line(&["Alice", "Bob", "Carol"], None),
        "3 people are typing…"
    );
}

#[test]
fn the_line_leaves_me_out() {
    assert_eq!(line(&["Alice"], Some("Alice")), "");
    assert_eq!(line(&["Alice", "Bob"], Some("Alice")), "Bob is typing…");
    assert_eq!(
        line(&["Alice", "Bob", "Carol"], Some("Bob")),
        "Alice and Carol are typing…"
    );
}

#[test]
fn who_cannot_be_heard_does_not_type() {
    let mut presence = Presence::new(Roster {
        people: people(&["Alice"]),
        count: 1,
    });
    presence.set_typing(people(&["Alice", "Bob"]));
    let line = |presence: &Presence| presence.typing_line(None, &Namesakes::default()).concat();
    assert_eq!(line(&presence), "Alice and Bob are typing…");
    presence.connection_lost();
    assert_eq!(line(&presence), "");
    assert_eq!(
        presence.roster.count, 1,
        "who was here is still the best that is known"
    );
    presence.set_roster(Roster::default());
    assert_eq!(presence.roster, Roster::default());
}

#[test]
fn typing_is_said_at_most_every_three_seconds() {
    let mut signal = TypingSignal::new();
    let said: Vec<f64> = (0..=70)
        .map(|tenth| f64::from(tenth) * 100.0)
        .filter(|now| signal.on_input(*now, false) == Some(true))
        .collect();
    assert_eq!(said, [0.0, 3_000.0, 6_000.0]);
}

#[test]
fn emptying_says_false_once_and_flapping_says_nothing_more() {
    let mut signal = TypingSignal::new();
    assert_eq!(signal.on_input(0.0, true), None);
    assert_eq!(signal.on_input(0.0, false), Some(true));
    assert_eq!(signal.on_input(100.0, true), Some(false));
    assert_eq!(signal.on_input(200.0, true), None);
    assert_eq!(signal.on_input(300.0, false), None);
    assert_eq!(signal.on_input(3_100.0, false), Some(true));
}

#[test]
fn four_idle_seconds_say_false_once() {
    let mut signal = TypingSignal::new();
    assert_eq!(signal.on_idle(9_000.0), None);
    signal.on_input(10_000.0, false);
    signal.on_input(11_000.0, false);
    assert_eq!(signal.on_idle(14_900.0), None);
    assert_eq!(signal.on_idle(15_000.0), Some(false));
    assert_eq!(signal.on_idle(16_000.0), None);
    assert_eq!(signal.on_input(16_000.0, false), Some(true));
}

#[test]
fn after_sending_the_next_key_is_said_at_once() {
    let mut signal = TypingSignal::new();
    signal.on_input(0.0, false);
    signal.on_sent();
    assert_eq!(signal.on_idle(9_000.0), None, "the message said it");
    assert_eq!(signal.on_input(500.0, false), Some(true));
}

#[test]
fn elsewhere_the_next_key_is_said_at_once() {
    let mut signal = TypingSignal::new();
    assert_eq!(signal.on_left(), None);
    signal.on_input(0.0, false);
    assert_eq!(signal.on_left(), Some(false));
    assert_eq!(signal.on_left(), None);
    assert_eq!(signal.on_idle(9_000.0), None);
    assert_eq!(signal.on_input(500.0, false), Some(true));
}

#[test]
fn a_clock_that_was_set_back_does_not_silence_typing() {
    let mut signal = TypingSignal::new();
    signal.on_input(1_000_000.0, false);
    assert_eq!(signal.on_input(0.0, false), Some(true));
}
