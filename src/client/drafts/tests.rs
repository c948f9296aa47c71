//! What is kept, what is let go, and what survives the store.

use super::*;
use parlour_protocol::samples;

#[test]
fn a_draft_is_kept_by_room_and_emptying_removes_it() {
    let mut drafts = Drafts::default();
    drafts.set(RoomId(1), "hello");
    drafts.set(RoomId(2), " ");
    drafts.set(RoomId(1), "hello, Bob");
    assert_eq!(drafts.get(RoomId(1)), Some("hello, Bob"));
    assert_eq!(drafts.get(RoomId(2)), Some(" "));
    drafts.set(RoomId(1), "");
    assert_eq!(drafts.get(RoomId(1)), None);
}

#[test]
fn the_room_not_touched_for_longest_is_let_go() {
    let mut drafts = Drafts::default();
    for room in 0..ROOMS as i64 {
        drafts.set(RoomId(room), "x");
    }
    drafts.set(RoomId(0), "again");
    drafts.set(RoomId(-1), "one more");
    assert_eq!(drafts.drafts.len(), ROOMS);
    assert_eq!(
        (drafts.get(RoomId(0)), drafts.get(RoomId(1))),
        (Some("again"), None)
    );
}

#[test]
fn drafts_survive_the_store_and_rubbish_is_empty() {
    let mut drafts = Drafts::default();
    drafts.set(RoomId(2), "two \"lines\"\nhere");
    drafts.set(RoomId(1), "é");
    assert_eq!(Drafts::from_json(&drafts.to_json()), drafts);
    for rubbish in ["", "null", "{}", "[[1]]", "[[\"1\",2]]"] {
        assert_eq!(Drafts::from_json(rubbish), Drafts::default(), "{rubbish:?}");
    }
}

#[test]
fn a_draft_answers_a_message_until_it_is_sent_even_before_a_word_is_typed() {
    let mut drafts = Drafts::default();
    drafts.answer(RoomId(1), Some(Number(7)));
    assert_eq!(Drafts::from_json(&drafts.to_json()), drafts);
    drafts.set(RoomId(1), "yes");
    assert_eq!(drafts.answers(RoomId(1)), Some(Number(7)));
    assert_eq!(Drafts::from_json(&drafts.to_json()), drafts);
    drafts.answer(RoomId(1), None);
    assert_eq!(
        (drafts.get(RoomId(1)), drafts.answers(RoomId(1))),
        (Some("yes"), None)
    );
    drafts.set(RoomId(1), "");
    assert_eq!(drafts, Drafts::default());
}

/// An own message as it is now; its key says which it is in whatever database.
fn message(number: i64, key: &str, content: &str) -> Message {
    Message {
        content: content.to_owned(),
        client_id: key.to_owned(),
        deleted: content.is_empty(),
        ..samples::message(number)
    }
}

#[test]
fn an_edit_is_kept_by_message_and_leaving_it_as_it_was_removes_it() {
    let (first, second) = (message(1, "a", "Helo"), message(2, "b", "Worl"));
    let mut edits = Edits::default();
    edits.set(&first, "Hello");
    edits.set(&second, "World");
    edits.set(&first, "Hello,");
    assert_eq!(edits.get(&first), Some("Hello,"));
    assert_eq!(edits.get(&second), Some("World"));
    assert_eq!(
        edits.of(RoomId(1)),
        [2, 1].map(Number),
        "the one touched last is last"
    );
    assert_eq!(edits.of(RoomId(2)), []);
    edits.set(&first, "Helo");
    edits.set(&second, " \n");
    assert_eq!(edits, Edits::default());
    edits.set(&first, "Hello");
    edits.forget(RoomId(1), Number(1));
    assert_eq!(edits.get(&first), None);
}

#[test]
fn the_message_not_touched_for_longest_is_let_go() {
    let mut edits = Edits::default();
    for number in 1..=EDITS as i64 + 1 {
        edits.set(&message(number, "key", "Helo"), "Hello");
    }
    assert_eq!(edits.of(RoomId(1)).len(), EDITS);
    assert_eq!(edits.get(&message(1, "key", "Helo")), None);
}

#[test]
fn an_edit_ends_when_it_is_made_and_not_before() {
    let mut edits = Edits::default();
    edits.set(&message(1, "a", "Helo"), "Hello");
    // Saved from another tab, with something else in it.
    assert_eq!(edits.settle(&message(1, "a", "Halo")), None);
    assert_eq!(edits.settle(&message(2, "b", "Hello")), None);
    assert_eq!(edits.settle(&message(1, "a", "Hello")), Some(Settled::Made));
    assert_eq!(edits, Edits::default());
}

#[test]
fn the_text_for_a_message_that_is_gone_or_another_one_has_no_home() {
    let mut edits = Edits::default();
    for gone in [message(1, "a", ""), message(1, "of another life", "Hi")] {
        edits.set(&message(1, "a", "Helo"), "Hello");
        assert_eq!(
            edits.settle(&gone),
            Some(Settled::Homeless("Hello".to_owned()))
        );
        assert_eq!(edits.settle(&gone), None);
    }
    edits.set(&message(1, "a", "Helo"), "Hello");
    assert_eq!(edits.get(&message(1, "of another life", "Hi")), None);
}

#[test]
fn a_text_without_a_home_comes_before_the_draft_once() {
    let mut drafts = Drafts::default();
    drafts.put_before(RoomId(1), "Hello");
    assert_eq!(drafts.get(RoomId(1)), Some("Hello"));
    drafts.put_before(RoomId(1), "Hello");
    assert_eq!(drafts.get(RoomId(1)), Some("Hello"), "two tabs did it");
    drafts.set(RoomId(1), "Hello, Bob");
    drafts.put_before(RoomId(1), "Hello");
    drafts.put_before(RoomId(1), "Hello");
    assert_eq!(drafts.get(RoomId(1)), Some("Hello\nHello, Bob"));
}

#[test]
fn edits_survive_the_store_and_rubbish_is_empty() {
    let mut edits = Edits::default();
    edits.set(&message(1, "a", "Helo"), "two \"lines\"\nhere");
    edits.set(&message(2, "b", "x"), "é");
    assert_eq!(Edits::from_json(&edits.to_json()), edits);
    for rubbish in ["", "null", "[[1,2]]", "[[1,2,3,4]]"] {
        assert_eq!(Edits::from_json(rubbish), Edits::default(), "{rubbish:?}");
    }
}
