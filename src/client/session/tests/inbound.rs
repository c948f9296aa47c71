//! Frames that come in, and what follows from each.

use super::*;
use parlour_protocol::{Heartbeat, RoomActivity, System, SystemEvent, Typists};

fn heartbeat(room: RoomId, seq: i64) -> ServerFrame {
    ServerFrame::Heartbeat(Heartbeat {
        rooms: [(room, Seq(seq))].into(),
        house: None,
        me: None,
    })
}

#[test]
fn a_hole_is_asked_for_once_and_again_when_nobody_answered() {
    let mut tab = Tab::live();
    assert_eq!(said(&tab.hear(posted(LOBBY, 4))), [&asks_sync(LOBBY, 2)]);
    assert_eq!(
        tab.hear(posted(LOBBY, 5)).len(),
        1,
        "it keeps in view what is there"
    );
    assert_eq!(said(&tab.hear(heartbeat(LOBBY, 5))), [&asks_sync(LOBBY, 2)]);
    tab.hear(ServerFrame::Sync(sync(LOBBY, 2, 5)));
    assert_eq!(tab.shown(), [1, 2, 3, 4, 5]);
    assert!(said(&tab.hear(heartbeat(LOBBY, 5))).is_empty());
}

#[test]
fn a_room_that_is_not_open_is_kept_up_to_date() {
    let mut tab = Tab::live();
    let garden = tab.visit("/rooms/2");
    tab.answer(
        &one_asked(&garden),
        ok(&open_room(GARDEN, page(GARDEN, 1..=1, 1))),
    );
    tab.hear(posted(LOBBY, 3));
    tab.hear(heartbeat(LOBBY, 3));
    assert_eq!(tab.session.rooms()[0].unread, 1);
    let back = tab.visit("/rooms/1");
    assert_eq!(asked(&back), []);
    assert_eq!(tab.shown(), [1, 2, 3]);
}

#[test]
fn a_reset_takes_the_open_room_anew_and_drops_one_that_is_not_open() {
    let mut tab = Tab::live();
    let mut reset = sync(LOBBY, 2, 9);
    reset.messages.clear();
    reset.reset = true;
    let effects = tab.hear(ServerFrame::Sync(reset.clone()));
    let question = one_asked(&effects);
    assert_eq!(question.1, Ask::Open(LOBBY, None));
    let taken = tab.answer(&question, ok(&open_room(LOBBY, page(LOBBY, 1..=9, 9))));
    assert_eq!(said(&taken), [&asks_sync(LOBBY, 9)]);
    assert_eq!(tab.shown().len(), 9);
    let garden = tab.visit("/rooms/2");
    tab.answer(
        &one_asked(&garden),
        ok(&open_room(GARDEN, page(GARDEN, 1..=1, 1))),
    );
    assert!(tab.session.timeline_of(LOBBY).is_some());
    assert_eq!(asked(&tab.hear(ServerFrame::Sync(reset))), []);
    assert!(tab.session.timeline_of(LOBBY).is_none());
}

#[test]
fn a_reset_under_who_reads_further_up_takes_what_they_read() {
    let mut tab = Tab::live();
    tab.viewport.is_at_end = false;
    tab.viewport.position = Some(ScrollPosition {
        number: Number(1),
        top: 0.0,
        height: 20.0,
        is_end: false,
    });
    let mut reset = sync(LOBBY, 2, 9);
    reset.messages.clear();
    reset.reset = true;
    let effects = tab.hear(ServerFrame::Sync(reset));
    let question = one_asked(&effects);
    assert_eq!(question.1, Ask::Open(LOBBY, Some(Number(1))));
    // What was read is gone.
    let gone = tab.answer(&question, not_found("message_not_found"));
    assert_eq!(one_asked(&gone).1, Ask::Open(LOBBY, None));
}

#[test]
fn a_page_that_cannot_be_had_is_asked_for_with_the_next_heartbeat() {
    let mut tab = Tab::live();
    let mut reset = sync(LOBBY, 2, 9);
    reset.messages.clear();
    reset.reset = true;
    let effects = tab.hear(ServerFrame::Sync(reset));
    let failed = tab.answer(&one_asked(&effects), None);
    assert_eq!(notices(&failed).len(), 1);
    assert!(!tab.session.is_loading());
    assert_eq!(said(&tab.hear(heartbeat(LOBBY, 9))), [&asks_sync(LOBBY, 2)]);
}

#[test]
fn another_epoch_voids_all_that_is_held_but_the_outbox() {
    let mut tab = Tab::live();
    let garden = tab.visit("/rooms/2");
    tab.answer(
        &one_asked(&garden),
        ok(&open_room(GARDEN, page(GARDEN, 1..=5, 5))),
    );
    tab.does(|session| session.closed(1006, ""));
    tab.send("kept", "k1");
    tab.pass(1_000.0);
    tab.does(Session::opened);
    let mut frame = welcome(GARDEN, 2);
    if let ServerFrame::Welcome(welcome) = &mut frame {
        welcome.epoch = "another".to_owned();
    }
    let effects = tab.hear(frame);
    assert!(tab.session.timeline().is_empty());
    assert!(tab.session.timeline_of(LOBBY).is_none());
    assert_eq!(one_asked(&effects).1, Ask::Open(GARDEN, None));
    assert!(said(&effects).contains(&&ClientFrame::Rooms { known: None }));
    assert_eq!(keys(&effects), ["k1"]);
}

#[test]
fn a_tab_that_holds_more_than_the_server_has_is_of_another_time() {
    let mut tab = Tab::live();
    let effects = tab.hear(welcome(LOBBY, 1));
    assert_eq!(one_asked(&effects).1, Ask::Open(LOBBY, None));
}

#[test]
fn what_is_read_is_told_soon_once_and_only_when_it_is_seen() {
    let mut tab = Tab::live();
    let read = |seq| ClientFrame::Read {
        room_id: Some(LOBBY),
        seq,
    };
    // The room as it was when the page was opened.
    assert!(said(&tab.pass(150.0)).contains(&&read(Seq(2))));
    for number in 3..=5 {
        assert!(!said(&tab.hear(posted(LOBBY, number))).contains(&&read(Seq(number))));
    }
    assert_eq!(said(&tab.pass(150.0)), [&read(Seq(5))]);
    tab.viewport.is_visible = false;
    tab.hear(posted(LOBBY, 6));
    assert!(said(&tab.pass(5_000.0)).is_empty());
    assert_eq!(tab.session.rooms()[0].unread, 1);
    assert_eq!(tab.session.missed(), 1);
    tab.viewport.is_visible = true;
    tab.does(|session| session.turned(true));
    assert_eq!(said(&tab.pass(150.0)), [&read(Seq(6))]);
    assert_eq!(
        (tab.session.rooms()[0].unread, tab.session.missed()),
        (0, 0)
    );
}

#[test]
fn a_tab_that_is_hidden_tells_at_once_what_was_read() {
    let mut tab = Tab::live();
    tab.viewport.is_visible = false;
    let hidden = tab.does(|session| session.turned(true));
    assert!(matches!(
        said(&hidden)[..],
        [ClientFrame::Read { seq: Seq(2), .. }]
    ));
}

#[test]
fn a_refusal_that_passes_is_followed_by_another_join() {
    let mut tab = Tab::live();
    tab.hear(posted(LOBBY, 4));
    tab.hear(refusal(LOBBY, None, ErrorCode::Overloaded, Some(500)));
    assert!(!tab.session.is_idle());
    let again = tab.pass(505.0);
    let join = ClientFrame::Join {
        room_id: LOBBY,
        after: Some(Seq(2)),
        look: true,
        knows: knows(),
    };
    assert!(said(&again).contains(&&join));
    // Of a room that was deleted meanwhile nothing is said.
    tab.hear(refusal(LOBBY, None, ErrorCode::Overloaded, Some(500)));
    tab.hear(ServerFrame::RoomDeleted(parlour_protocol::RoomGone {
        room_id: LOBBY,
    }));
    assert!(!said(&tab.pass(505.0)).contains(&&join));
}

#[test]
fn a_refusal_about_a_room_that_was_left_is_late_and_not_told() {
    let mut tab = Tab::live();
    let late = tab.hear(refusal(GARDEN, None, ErrorCode::Forbidden, None));
    assert_eq!(late, []);
    let told = tab.hear(refusal(LOBBY, None, ErrorCode::Forbidden, None));
    assert_eq!(notices(&told), ["No."]);
}

#[test]
fn news_of_other_rooms_are_counted_by_the_server() {
    let mut tab = Tab::live();
    tab.hear(ServerFrame::RoomActivity(RoomActivity {
        room_id: GARDEN,
        seq: Seq(9),
        unread: 4,
        mentions: 0,
        online: 3,
    }));
    let garden = &tab.session.rooms()[1];
    assert_eq!(
        (garden.unread, garden.room.online, garden.room.seq),
        (4, 3, Seq(9))
    );
}

#[test]
fn somebody_who_comes_or_types_is_shown_and_one_does_not_come_oneself() {
    let mut tab = Tab::live();
    let came = |user_id| {
        ServerFrame::System(System {
            room_id: LOBBY,
            event: SystemEvent::Joined,
            user_id,
            username: "Bob".to_owned(),
            content: String::new(),
        })
    };
    let rows = |tab: &Tab| {
        let rows = tab.session.timeline().rows(&[], None, crate::timeline::utc);
        rows.len()
    };
    let before = rows(&tab);
    tab.hear(came(ALICE));
    assert_eq!(rows(&tab), before);
    tab.hear(came(BOB));
    assert_eq!(rows(&tab), before + 1);
    tab.hear(ServerFrame::Typing(Typists {
        room_id: LOBBY,
        users: Vec::new(),
        people: vec![Person {
            id: BOB,
            name: "Bob".to_owned(),
        }],
    }));
    assert!(tab.parts.has(Part::Presence));
    let line = |tab: &Tab| {
        let namesakes = tab.session.namesakes();
        tab.session.presence().typing_line(Some(ALICE), &namesakes)
    };
    assert_eq!(line(&tab)[0], "Bob");
    tab.does(|session| session.closed(1006, ""));
    assert_eq!(line(&tab)[0], "", "nobody will say when they stop");
}

#[test]
fn messages_of_others_are_said_aloud_in_the_order_they_were_written() {
    let mut tab = Tab::live();
    let mut late = sync(LOBBY, 2, 5);
    late.messages.swap(0, 2);
    let effects = tab.hear(ServerFrame::Sync(late));
    let aloud = effects.iter().filter_map(|effect| match effect {
        Effect::Announce(crate::announcer::Aloud::Say(number, _)) => Some(*number),
        _ => None,
    });
    assert_eq!(aloud.collect::<Vec<_>>(), [3, 4, 5].map(Number));
}

#[test]
fn frames_behind_a_session_that_ended_do_nothing() {
    let mut tab = Tab::live();
    tab.send("one", "k1");
    tab.hear(refusal(LOBBY, Some("k1"), ErrorCode::SignInRequired, None));
    assert!(keys(&tab.hear(welcome(LOBBY, 2))).is_empty());
    assert!(tab.hear(posted(LOBBY, 3)).is_empty());
    assert_eq!(tab.session.timeline().seq(), Seq(2));
}

#[test]
fn a_room_that_is_refused_twice_is_joined_again_once() {
    let mut tab = Tab::live();
    for _ in 0..2 {
        tab.hear(refusal(LOBBY, None, ErrorCode::RateLimited, Some(500)));
    }
    let joins = |frame: &&ClientFrame| matches!(frame, ClientFrame::Join { .. });
    let effects = tab.pass(500.0);
    assert_eq!(said(&effects).into_iter().filter(joins).count(), 1);
}
