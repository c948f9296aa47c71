//! What builds before this one have written into a browser's storage: it is taken up, also while a tab of
//! such a build is still open beside this one and reads what this one writes.
//!
//! *Invariant:* a text here stands as a build wrote it, and never changes. A build that writes another form
//! adds its own.

use crate::drafts::{Drafts, Edits};
use crate::outbox::{Delivery, Outbox};
use crate::scroll_position::{ScrollPosition, ScrollPositions};
use parlour_protocol::{Message, Number, RoomId, UserId, samples};
use serde_json::Value;

/// `parlour.outbox`: one that waits, one without an author yet, one that was refused and tried again.
const OUTBOX: &str = r#"[{"client_id":"0f3c1b9e4a7d4d52","room_id":1,"content":"Hello,\n\"everybody\". 🫖","reply_to":null,"author":7,"tries":0,"refused":null},{"client_id":"9b1f0c22e7aa4b10","room_id":3,"content":"An answer.","reply_to":41,"author":null,"tries":0,"refused":null},{"client_id":"c07e5d8812f94f6e","room_id":1,"content":"Too much.","reply_to":null,"author":7,"tries":2,"refused":"A message can have at most 10,000 characters."}]"#;
/// `parlour.settled`: the keys of sends that are done.
const SETTLED: &str = r#"["5d1e7a90c3b84e0f","0f3c1b9e4a7d4d52"]"#;
/// `parlour.drafts`: the texts by room.
const DRAFTS: &str = r#"[[3,"Not sent yet"],[1,"Two\nlines, \\ and \u0001"]]"#;
/// `parlour.edits`: the texts by room and number.
const EDITS: &str =
    r#"[[1,41,"5d1e7a90c3b84e0f","As it is to be."],[3,2,"9b1f0c22e7aa4b10","Another."]]"#;
/// `parlour.spots`, of the tab.
const POSITIONS: &str = "[[4503599627370496,1,41,-1312,4096,0],[12,3,2,0,1536,1]]";

/// Of the first build, before an author and tries were kept.
const FIRST_OUTBOX: &str = r#"[{"client_id":"k","room_id":1,"content":"Hello","state":"sending"}]"#;

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Whether a reader that asks for what was written then, and for nothing else, finds it.
fn has_all(now: &Value, then: &Value) -> bool {
    match (now, then) {
        (Value::Object(now), Value::Object(then)) => {
            let is_found = |(key, then)| now.get(key).is_some_and(|now| has_all(now, then));
            then.iter().all(is_found)
        }
        (Value::Array(now), Value::Array(then)) => {
            let mut pairs = now.iter().zip(then);
            now.len() == then.len() && pairs.all(|(now, then)| has_all(now, then))
        }
        (now, then) => now == then,
    }
}

#[track_caller]
fn is_written_again(now: &str, then: &str) {
    assert!(
        has_all(&read(now), &read(then)),
        "{now}\ninstead of\n{then}"
    );
}

fn message(room: i64, number: i64, key: &str) -> Message {
    Message {
        room_id: RoomId(room),
        user_id: UserId(7),
        content: "As it was.".to_owned(),
        client_id: key.to_owned(),
        ..samples::message(number)
    }
}

#[test]
fn what_waited_to_be_sent_is_sent() {
    let mut outbox = Outbox::from_json(OUTBOX);
    let refused = outbox.get("c07e5d8812f94f6e").unwrap();
    assert_eq!(refused.tries, 2);
    assert!(refused.is_refused());
    let next = outbox.next_to_send(Vec::new());
    let sent = next.iter().map(|send| {
        let (key, room) = (send.client_id.as_str(), send.room_id.0);
        (key, room, send.content.as_str(), send.reply_to, send.author)
    });
    let hello = "Hello,\n\"everybody\". 🫖";
    let expected = [
        ("0f3c1b9e4a7d4d52", 1, hello, None, Some(UserId(7))),
        ("9b1f0c22e7aa4b10", 3, "An answer.", Some(Number(41)), None),
    ];
    assert_eq!(sent.collect::<Vec<_>>(), expected);
    let first = Outbox::from_json(FIRST_OUTBOX);
    assert_eq!(first.get("k").unwrap().state, Delivery::Queued);
}

#[test]
fn what_was_settled_does_not_come_back_from_a_tab_of_that_build() {
    let mut outbox = Outbox::default();
    outbox.settle_json(SETTLED);
    let is_ahead = outbox.merge(Outbox::from_json(OUTBOX));
    assert!(is_ahead, "that tab's copy is to be written over");
    assert!(!outbox.contains("0f3c1b9e4a7d4d52"));
    assert_eq!(outbox.waiting(), 1);
}

#[test]
fn what_was_typed_is_there_again() {
    let drafts = Drafts::from_json(DRAFTS);
    assert_eq!(drafts.get(RoomId(3)), Some("Not sent yet"));
    assert_eq!(drafts.get(RoomId(1)), Some("Two\nlines, \\ and \u{1}"));
    let edits = Edits::from_json(EDITS);
    let edited = message(1, 41, "5d1e7a90c3b84e0f");
    assert_eq!(edits.get(&edited), Some("As it is to be."));
    assert_eq!(edits.of(RoomId(3)), [Number(2)]);
}

#[test]
fn where_one_was_reading_is_found() {
    let positions = ScrollPositions::from_json(POSITIONS);
    let position = ScrollPosition {
        number: Number(41),
        top: -20.5,
        height: 64.0,
        is_end: false,
    };
    assert_eq!(
        positions.get(4_503_599_627_370_496, RoomId(1)),
        Some(position)
    );
    assert!(positions.get(12, RoomId(3)).unwrap().is_end);
}

#[test]
fn a_tab_of_that_build_finds_all_it_asks_for_in_what_this_one_writes() {
    is_written_again(&Outbox::from_json(OUTBOX).to_json(), OUTBOX);
    let mut outbox = Outbox::default();
    outbox.settle_json(SETTLED);
    is_written_again(&outbox.settled_json(), SETTLED);
    is_written_again(&Drafts::from_json(DRAFTS).to_json(), DRAFTS);
    is_written_again(&Edits::from_json(EDITS).to_json(), EDITS);
    is_written_again(&ScrollPositions::from_json(POSITIONS).to_json(), POSITIONS);
}
