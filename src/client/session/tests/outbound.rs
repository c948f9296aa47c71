//! Sending, the outbox, and acknowledgements.

use super::*;
use crate::timeline::Row;
use parlour_protocol::RoomGone;

#[test]
fn what_was_on_its_way_goes_again_with_its_key_and_in_its_order() {
    let mut tab = Tab::live();
    assert_eq!(keys(&tab.send("one", "k1")), ["k1"]);
    assert!(keys(&tab.send("two", "k2")).is_empty());
    tab.does(|session| session.closed(1006, ""));
    assert!(tab.pass(1_000.0).contains(&Effect::Connect));
    let opening = tab.does(Session::opened);
    assert!(
        keys(&opening).is_empty(),
        "nothing before it is known who this is"
    );
    assert_eq!(keys(&tab.hear(welcome(LOBBY, 2))), ["k1"]);
    assert_eq!(keys(&tab.hear(stored(LOBBY, 3, "k1"))), ["k2"]);
    tab.hear(stored(LOBBY, 4, "k2"));
    assert!(tab.session.outbox().is_empty());
}

#[test]
fn what_another_person_of_this_browser_wrote_is_not_sent_in_ones_name() {
    let mut tab = Tab::live();
    tab.does(|session| session.closed(1006, ""));
    tab.send("mine", "k1");
    tab.does(|session| {
        session.named(User { id: BOB, ..alice() });
        session.opened();
    });
    let mut frame = welcome(LOBBY, 2);
    if let ServerFrame::Welcome(welcome) = &mut frame {
        welcome.user = Some(User { id: BOB, ..alice() });
    }
    assert!(keys(&tab.hear(frame)).is_empty());
    assert!(tab.session.outbox().get("k1").unwrap().is_refused());
}

/// What the server says to who signed in as Bob and was Alice, a guest, until then.
fn welcome_to_bob(seq: i64) -> ServerFrame {
    let mut frame = welcome(LOBBY, seq);
    if let ServerFrame::Welcome(welcome) = &mut frame {
        welcome.user = Some(User { id: BOB, ..alice() });
        welcome.was = vec![ALICE];
    }
    frame
}

#[test]
fn what_a_guest_wrote_goes_on_when_they_have_signed_in() {
    let mut tab = Tab::live();
    for (text, key) in [("one", "k1"), ("two", "k2"), ("three", "k3")] {
        tab.send(text, key);
    }
    tab.does(|session| session.closed(4000, "retry_after_ms=700"));
    tab.pass(1_500.0);
    tab.does(Session::opened);
    assert_eq!(keys(&tab.hear(welcome_to_bob(2))), ["k1"]);
    // It had arrived as the guest's after all; the next one is the account's.
    assert_eq!(keys(&tab.hear(stored(LOBBY, 3, "k1"))), ["k2"]);
    let as_bob = message(LOBBY, 4, BOB, "k2");
    assert_eq!(keys(&tab.hear(ServerFrame::Message(as_bob))), ["k3"]);
    // Both are theirs: the last that can be edited may be either.
    tab.does(|session| assert!(session.edit_last()));
    assert_eq!(*tab.session.editing(), Some(Number(4)));
    let mine = tab.session.my_ids().to_vec();
    let rows = tab
        .session
        .timeline()
        .rows(&mine, None, crate::timeline::utc);
    let own = rows.iter().filter(|row| match row {
        Row::Message(row) => row.is_own,
        _ => false,
    });
    // Those of Bob from before, and what came as either.
    assert_eq!(own.count(), 4);
    // Another name is no other person.
    tab.does(|session| {
        session.named(User {
            id: BOB,
            name: "Robert".to_owned(),
            ..alice()
        })
    });
    assert_eq!(tab.session.my_ids(), [BOB, ALICE]);
}

#[test]
fn a_wait_that_the_server_asks_for_holds_its_room_alone() {
    let mut tab = Tab::live();
    tab.send("one", "k1");
    let refused = tab.hear(refusal(
        LOBBY,
        Some("k1"),
        ErrorCode::RateLimited,
        Some(700),
    ));
    assert!(refused.contains(&Effect::Wait(705)));
    tab.send("two", "k2");
    let elsewhere = tab.does(|session| {
        session.queue(GARDEN, "elsewhere".to_owned(), "k3".to_owned());
    });
    assert_eq!(keys(&elsewhere), ["k3"]);
    assert!(keys(&tab.pass(690.0)).is_empty());
    assert_eq!(keys(&tab.pass(15.0)), ["k1"]);
    assert!(!tab.session.is_held(), "only the sender was too fast");
    assert!(
        tab.session.holds.is_empty(),
        "a wait that is over is forgotten"
    );
}

#[test]
fn a_server_that_cannot_store_holds_until_it_can() {
    let mut tab = Tab::live();
    tab.send("one", "k1");
    tab.hear(refusal(LOBBY, Some("k1"), ErrorCode::Overloaded, None));
    assert!(tab.session.is_held());
    assert_eq!(keys(&tab.pass(1_005.0)), ["k1"]);
    tab.hear(stored(LOBBY, 3, "k1"));
    assert!(!tab.session.is_held());
}

#[test]
fn what_is_refused_for_good_stays_until_its_author_decides_and_the_next_one_goes() {
    let mut tab = Tab::live();
    tab.send("one", "k1");
    tab.send("two", "k2");
    let refused = tab.hear(refusal(LOBBY, Some("k1"), ErrorCode::Invalid, None));
    assert_eq!(keys(&refused), ["k2"]);
    // Late, after the same was refused already.
    tab.hear(refusal(LOBBY, Some("k1"), ErrorCode::Overloaded, None));
    assert!(tab.session.outbox().get("k1").unwrap().is_refused());
    tab.hear(stored(LOBBY, 3, "k2"));
    assert_eq!(keys(&tab.does(|session| session.retry("k1"))), ["k1"]);
    tab.hear(refusal(LOBBY, Some("k1"), ErrorCode::Invalid, None));
    let back = tab.does(|session| session.take_back("k1", "typed"));
    assert!(back.contains(&Effect::Write(Field::Composer, "one\ntyped".to_owned())));
    assert!(tab.session.outbox().is_empty());
}

#[test]
fn a_refusal_that_is_late_does_nothing_to_what_is_stored() {
    let mut tab = Tab::live();
    tab.send("one", "k1");
    tab.hear(stored(LOBBY, 3, "k1"));
    tab.send("two", "k2");
    let late = tab.hear(refusal(
        LOBBY,
        Some("k1"),
        ErrorCode::Overloaded,
        Some(9_000),
    ));
    assert!(said(&late).is_empty());
    assert!(keys(&tab.hear(stored(LOBBY, 4, "k2"))).is_empty());
    assert!(tab.session.outbox().is_empty());
    assert_eq!(
        keys(&tab.send("three", "k3")),
        ["k3"],
        "the room is not held"
    );
}

#[test]
fn a_session_that_ends_under_a_send_is_found_out_by_the_next_socket() {
    let mut tab = Tab::live();
    tab.send("one", "k1");
    let refused = tab.hear(refusal(LOBBY, Some("k1"), ErrorCode::SignInRequired, None));
    assert!(refused.contains(&Effect::Disconnect));
    assert_eq!(tab.session.outbox().waiting(), 1);
    tab.pass(1_000.0);
    tab.does(Session::opened);
    let mut frame = welcome(LOBBY, 2);
    if let ServerFrame::Welcome(welcome) = &mut frame {
        welcome.user = None;
    }
    let told = tab.hear(frame);
    assert_eq!(notices(&told).len(), 1);
    assert!(tab.session.me().is_none());
    assert!(keys(&told).is_empty());
}

#[test]
fn an_answer_that_got_lost_is_asked_for_with_the_heartbeat() {
    let mut tab = Tab::live();
    tab.send("one", "k1");
    let heartbeat = ServerFrame::Heartbeat(parlour_protocol::Heartbeat {
        rooms: [(LOBBY, Seq(2))].into(),
        house: None,
        me: None,
    });
    assert_eq!(keys(&tab.hear(heartbeat)), ["k1"]);
}

#[test]
fn what_the_composer_would_not_send_stays_in_it() {
    let mut tab = Tab::live();
    let marked = tab.send(&"a".repeat(10_001), "k1");
    assert!(
        marked
            .iter()
            .any(|effect| matches!(effect, Effect::Mark(_)))
    );
    assert!(tab.session.composer_error().is_some());
    assert!(tab.session.outbox().is_empty());
    tab.does(|session| session.typed("a"));
    assert_eq!(*tab.session.composer_error(), None);
    assert_eq!(tab.send("  \n", "k2"), []);
}

#[test]
fn typing_is_told_and_its_end_as_well() {
    let mut tab = Tab::live();
    let typing = |is_typing| ClientFrame::Typing {
        room_id: Some(LOBBY),
        is_typing,
    };
    let first = tab.does(|session| session.typed("a"));
    assert_eq!(said(&first), [&typing(true)]);
    let second = tab.does(|session| session.typed("ab"));
    assert!(said(&second).is_empty());
    assert!(said(&tab.pass(4_000.0)).contains(&&typing(false)));
    tab.does(|session| session.typed("abc"));
    let left = tab.visit("/");
    assert!(said(&left).contains(&&typing(false)));
}

#[test]
fn sending_from_the_past_shows_the_end() {
    let mut tab = Tab::live();
    let around = tab.visit("/rooms/1/m/40");
    tab.answer(
        &one_asked(&around),
        ok(&open_room(LOBBY, page(LOBBY, 30..=50, 90))),
    );
    let sent = tab.send("one", "k1");
    assert_eq!(one_asked(&sent).1, Ask::Open(LOBBY, None));
    assert_eq!(keys(&sent), ["k1"]);
}

#[test]
fn a_refused_text_is_not_taken_back_where_no_composer_is() {
    let mut tab = Tab::live();
    tab.send("one", "k1");
    tab.hear(refusal(LOBBY, Some("k1"), ErrorCode::Invalid, None));
    tab.hear(ServerFrame::RoomDeleted(RoomGone { room_id: LOBBY }));
    assert!(tab.session.open().is_none());
    tab.does(|session| session.take_back("k1", ""));
    assert!(tab.session.outbox().get("k1").is_some());
}
