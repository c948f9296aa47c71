//! What is kept, what is let go, and what survives the store.

use super::*;

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
    assert_eq!(drafts.texts.len(), ROOMS);
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
