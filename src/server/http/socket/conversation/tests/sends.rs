//! Sends that are under way at once.

use super::*;

#[tokio::test]
async fn a_single_send_is_not_held_back() {
    let mut played = joined();
    assert_eq!(played.send("k6"), ["post 0"]);
    assert!(played.conversation.is_listening());
    assert_eq!(played.sent(0, posted(6)), ["pass 6"]);
    assert!(played.conversation.is_at_rest());
    // A repeat is broadcast to no one. Places are counted anew once nothing is under way.
    assert_eq!(played.send("k6"), ["post 0"]);
    let repeated = Posted {
        is_new: false,
        ..posted(6).unwrap()
    };
    assert_eq!(played.sent(0, Ok(repeated)), ["write message 6"]);
    // Elsewhere the hub tells this socket nothing.
    let mut elsewhere = many();
    elsewhere.send("k7");
    assert_eq!(elsewhere.sent(0, posted(7)), ["write message 7"]);
}

#[tokio::test]
async fn sends_overlap_and_are_answered_in_their_order() {
    let mut played = joined();
    assert_eq!(played.send("a"), ["post 0"]);
    assert_eq!(played.send("b"), ["hold", "post 1"]);
    assert_eq!(played.send("c"), ["post 2"]);
    // The second is refused before the first is heard of.
    let refused = Err(ServiceError::MessageNotFound);
    assert!(played.sent(1, refused).is_empty());
    assert!(played.sent(2, posted(8)).is_empty());
    assert_eq!(
        played.sent(0, posted(6)),
        ["pass 6", "write message_not_found b", "pass 8", "release"]
    );
    assert!(played.conversation.is_at_rest());
}

#[tokio::test]
async fn consecutive_broadcasts_are_passed_in_one_step() {
    let mut played = joined();
    for key in ["a", "b", "c"] {
        played.send(key);
    }
    for (place, id) in [(0, 6), (1, 7)] {
        played.conversation.sent(place, posted(id));
    }
    assert_eq!(played.steps(), ["pass 7"]);
    assert_eq!(played.sent(2, posted(8)), ["pass 8", "release"]);
}

#[tokio::test]
async fn a_refused_send_is_answered_in_its_turn() {
    let mut played = joined();
    played.send("a");
    assert!(played.say(r#"{"type":"wave","client_id":"b"}"#).is_empty());
    assert!(played.say("no JSON").is_empty());
    assert_eq!(played.send("c"), ["hold", "post 3"]);
    assert!(played.sent(3, posted(7)).is_empty());
    assert_eq!(
        played.sent(0, posted(6)),
        [
            "pass 6",
            "write unknown_type b",
            "write bad_request",
            "pass 7",
            "release"
        ]
    );
}

#[tokio::test]
async fn a_command_that_is_no_send_waits_for_the_sends_before_it() {
    for (text, begun) in [
        (
            r#"{"type":"edit","room_id":7,"number":6,"content":"x"}"#,
            vec!["do Edit"],
        ),
        (
            r#"{"type":"delete","room_id":7,"number":6}"#,
            vec!["do Delete"],
        ),
        (r#"{"type":"join","room_id":7}"#, vec!["hold", "do Check"]),
        (r#"{"type":"leave","room_id":7}"#, vec!["do Leave"]),
        (
            r#"{"type":"sync","room_id":7,"after":5}"#,
            vec!["hold", "do Sync"],
        ),
        (
            r#"{"type":"read","room_id":7,"seq":6}"#,
            vec!["do MarkRead"],
        ),
        (
            r#"{"type":"unread","room_id":7,"number":6}"#,
            vec!["do MarkUnread"],
        ),
        (r#"{"type":"rooms"}"#, vec!["hold", "do ListRooms"]),
    ] {
        let mut played = joined();
        played.send("a");
        played.send("b");
        assert!(played.say(text).is_empty(), "{text}");
        assert!(!played.conversation.is_listening(), "{text}");
        assert_eq!(played.sent(1, posted(7)), [] as [&str; 0]);
        let mut expected = vec!["pass 7", "release"];
        expected.extend(begun);
        assert_eq!(played.sent(0, posted(6)), expected, "{text}");
    }
}

#[tokio::test]
async fn no_more_than_sixty_four_sends_are_under_way() {
    let mut played = joined();
    for place in 0..64 {
        assert!(played.conversation.is_listening());
        let begun = played.send("k");
        assert!(begun.contains(&format!("post {place}")), "{begun:?}");
    }
    assert!(played.send("waits").is_empty());
    assert!(!played.conversation.is_listening());
    // Done, but not its turn: its place is still taken.
    assert!(played.sent(1, posted(7)).is_empty());
    assert!(!played.conversation.is_listening());
    assert_eq!(played.sent(0, posted(6)), ["pass 7", "post 64"]);
    assert!(played.conversation.is_listening());
}

#[tokio::test]
async fn refusals_behind_a_send_that_hangs_are_as_many_as_sends_may_be() {
    let mut played = joined();
    played.send("hangs");
    for _ in 1..64 {
        assert!(played.conversation.is_listening());
        assert!(played.say("{}").is_empty());
    }
    assert!(played.say("{}").is_empty());
    assert!(!played.conversation.is_listening());
    let answered = played.sent(0, posted(6));
    assert_eq!(answered.len(), 1 + 64, "{answered:?}");
    assert!(played.conversation.is_listening() && played.conversation.is_at_rest());
}

#[tokio::test]
async fn keys_of_refusals_behind_a_send_are_counted_as_its_text_is() {
    let mut played = joined();
    played.send("hangs");
    let refused = format!(r#"{{"type":"none","client_id":"{}"}}"#, "k".repeat(60_000));
    for _ in 0..4 {
        assert!(played.conversation.is_listening());
        assert!(played.say(&refused).is_empty());
    }
    assert!(played.say(&refused).is_empty());
    assert!(!played.conversation.is_listening());
    assert_eq!(played.sent(0, posted(6)).len(), 1 + 5);
    assert!(played.conversation.is_listening());
}

#[tokio::test]
async fn no_more_text_than_256_kib_is_under_way() {
    let mut played = joined();
    let send = |played: &mut Played, length: usize| {
        let frame = ClientFrame::Message {
            room_id: Some(ROOM),
            content: "x".repeat(length),
            client_id: None,
            reply_to: None,
            format: None,
            mentions: None,
        };
        played.say(&frame.encode())
    };
    for _ in 0..4 {
        assert!(!send(&mut played, 60_000).is_empty());
    }
    assert!(send(&mut played, 60_000).is_empty());
    assert_eq!(played.sent(0, posted(6)), ["pass 6", "post 4"]);
}

#[tokio::test]
async fn sockets_of_a_person_share_the_limit_of_sends() {
    let shared = limits();
    let mut guards = Vec::new();
    while let Some(guard) = shared.send_under_way(UserId(1), false) {
        guards.push(guard);
    }
    let mut played = with_limits(shared);
    // One of each socket is always taken.
    assert_eq!(played.send("a"), ["post 0"]);
    assert!(played.send("b").is_empty());
    assert!(!played.conversation.is_listening());
    assert_eq!(played.sent(0, posted(6)), ["write message 6", "post 0"]);
    guards.clear();
    assert_eq!(played.send("c"), ["hold", "post 1"]);
}

#[tokio::test]
async fn a_closing_socket_answers_pending_writes_and_begins_none() {
    let mut played = joined();
    for key in ["a", "b", "c"] {
        played.send(key);
    }
    played.say(r#"{"type":"edit","room_id":7,"number":3,"content":"x"}"#);
    played.conversation.wind_down();
    assert!(!played.conversation.is_at_rest());
    played.sent(1, Err(ServiceError::Overloaded));
    assert_eq!(played.sent(0, posted(6)), ["pass 6", "write overloaded b"]);
    assert_eq!(played.sent(2, posted(8)), ["pass 8", "release"]);
    assert!(played.conversation.is_at_rest());

    let mut editing = joined();
    editing.say(r#"{"type":"edit","room_id":7,"number":3,"content":"x"}"#);
    editing.conversation.wind_down();
    assert!(!editing.conversation.is_at_rest());
    editing.fails(ServiceError::Forbidden);
    assert_eq!(editing.steps(), ["write forbidden"]);

    // A command that only reads is dropped.
    let mut joining = many();
    joining.say(r#"{"type":"join","room_id":7}"#);
    joining.conversation.wind_down();
    assert!(joining.conversation.is_at_rest());
    joining.done(at(5));
    assert!(joining.steps().is_empty());
    assert!(!joining.conversation.socket().has_joined(ROOM));
}
