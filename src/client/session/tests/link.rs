//! The connection: opening, losing and resuming it.

use super::*;
use crate::connection::{Banner, Phase};
use parlour_protocol::{Heartbeat, RoomList};

#[test]
fn one_socket_at_a_time_and_a_late_attempt_is_given_up() {
    let mut tab = Tab::new(lobby(2), CountedStorage::default());
    assert!(!tab.pass(1_000.0).contains(&Effect::Connect));
    assert!(!tab.pass(8_999.0).contains(&Effect::Disconnect));
    let late = tab.pass(1.0);
    assert!(late.contains(&Effect::Disconnect) && !late.contains(&Effect::Connect));
    assert_eq!(one_asked(&late).1, Ask::Connection);
    assert!(tab.pass(1_000.0).contains(&Effect::Connect));
}

#[test]
fn a_socket_begins_with_all_rooms_that_are_shown_or_waited_for() {
    let mut tab = Tab::live();
    let garden = tab.visit("/rooms/2");
    tab.answer(
        &one_asked(&garden),
        ok(&open_room(GARDEN, page(GARDEN, 1..=1, 1))),
    );
    tab.does(|session| session.queue(RoomId(3), "Hello".to_owned(), "k1".to_owned()));
    tab.does(|session| session.closed(1006, ""));
    tab.pass(1_000.0);
    let opened = tab.does(Session::opened);
    let joins = said(&opened).into_iter().filter_map(|frame| match frame {
        ClientFrame::Join {
            room_id,
            after,
            look: true,
            ..
        } => Some((room_id.0, *after)),
        _ => None,
    });
    let joins: Vec<_> = joins.collect();
    assert_eq!(joins, [(2, Some(Seq(1))), (1, Some(Seq(2))), (3, None)]);
}

#[test]
fn a_silent_socket_is_given_up() {
    let mut tab = Tab::live();
    assert!(!tab.pass(39_999.0).contains(&Effect::Disconnect));
    assert!(tab.pass(1.0).contains(&Effect::Disconnect));
    assert!(tab.pass(10_000.0).contains(&Effect::Connect));
}

#[test]
fn a_date_that_leaps_asks_whether_the_socket_lives() {
    let mut tab = Tab::live();
    tab.pass(1_000.0);
    tab.now += 1_000.0;
    let asked = tab.does(|session| session.tick(1e9));
    assert!(said(&asked).contains(&&asks_sync(LOBBY, 2)));
    tab.now += 5_000.0;
    assert!(
        tab.does(|session| session.tick(1e9))
            .contains(&Effect::Disconnect)
    );
}

#[test]
fn a_tab_that_is_seen_again_asks_about_whatever_room_there_is() {
    let place = Place {
        open: None,
        ..lobby(2)
    };
    let mut tab = Tab::new(place, CountedStorage::default());
    tab.does(Session::opened);
    let asked = tab.does(|session| session.turned(true));
    assert_eq!(said(&asked), [&asks_sync(LOBBY, 0)]);
    let again = tab.does(|session| session.turned(true));
    assert!(said(&again).is_empty(), "one question at a time");
}

#[test]
fn without_a_network_nobody_waits_for_the_socket_to_notice() {
    let mut tab = Tab::live();
    let lost = tab.does(|session| session.turned(false));
    assert!(lost.contains(&Effect::Disconnect));
    // And back.
    assert!(
        tab.does(|session| session.turned(true))
            .contains(&Effect::Connect)
    );
    let failed = tab.does(|session| {
        session.turned(false);
        session.closed(1006, "");
    });
    assert_eq!(asked(&failed), [], "nobody could answer why");
}

#[test]
fn who_was_refused_waits_as_long_as_the_server_asks_and_may_insist() {
    let mut tab = Tab::new(lobby(2), CountedStorage::default());
    let question = one_asked(&tab.does(|session| session.closed(1006, "")));
    let text = r#"{"code":"rate_limited","detail":"Too many.","retry_after_ms":60000}"#;
    let refusal = Answered {
        is_ok: false,
        text: text.to_owned(),
    };
    tab.answer(&question, Some(refusal));
    assert_eq!(tab.session.connection().refusal(), Some("Too many."));
    assert!(
        !tab.does(|session| session.turned(true))
            .contains(&Effect::Connect)
    );
    assert!(!tab.pass(30_000.0).contains(&Effect::Connect));
    let insisted = tab.does(Session::retry_connection);
    assert!(insisted.contains(&Effect::Connect));
}

#[test]
fn a_code_that_stops_is_undone_only_by_somebody() {
    let mut tab = Tab::live();
    tab.does(|session| session.closed(4401, "Ended."));
    assert_eq!(tab.session.connection().banner(0.0), Banner::Stopped);
    assert_eq!(tab.pass(60_000.0), []);
    assert!(
        tab.does(Session::retry_connection)
            .contains(&Effect::Connect)
    );
}

#[test]
fn somebody_with_another_name_comes_back_as_that_person() {
    let place = Place {
        me: None,
        ..lobby(2)
    };
    let mut tab = Tab::new(place, CountedStorage::default());
    tab.does(Session::opened);
    let named = tab.does(|session| session.named(alice()));
    let link: Vec<_> = named
        .iter()
        .filter(|effect| matches!(effect, Effect::Connect | Effect::Disconnect))
        .collect();
    assert_eq!(link, [&Effect::Disconnect, &Effect::Connect]);
    // A welcome of the socket before, which knew nobody, takes the name from nobody.
    tab.open_socket(2);
    assert_eq!(tab.session.my_id(), Some(ALICE));
    let renamed = tab.does(|session| session.named(alice()));
    assert_eq!(renamed, []);
}

#[test]
fn an_attempt_that_takes_long_is_begun_again_when_somebody_looks() {
    let mut tab = Tab::new(lobby(2), CountedStorage::default());
    assert_eq!(tab.does(|session| session.turned(true)), []);
    tab.now = 1_500.0;
    let again = tab.does(|session| session.turned(true));
    assert!(again.contains(&Effect::Connect));
    assert!(matches!(
        tab.session.connection().phase(),
        Phase::Connecting { .. }
    ));
}

#[test]
fn a_page_of_an_old_build_is_loaded_anew_when_nobody_would_notice() {
    let mut tab = Tab::live();
    tab.does(|session| session.start(Some("old".to_owned()), None));
    tab.does(Session::opened);
    let mut frame = welcome(LOBBY, 2);
    if let ServerFrame::Welcome(welcome) = &mut frame {
        welcome.build = Some("new".to_owned());
    }
    tab.hear(frame);
    tab.viewport.is_visible = false;
    tab.does(|session| session.turned(true));
    let reload = |effects: Vec<Effect>| {
        let is_reload = |effect: &Effect| matches!(effect, Effect::Reload(_));
        effects.iter().any(is_reload)
    };
    tab.send("not stored yet", "k1");
    assert!(!reload(tab.pass(20_000.0)), "something is to be sent");
    tab.hear(stored(LOBBY, 3, "k1"));
    tab.viewport.has_dialog = true;
    assert!(!reload(tab.pass(1_000.0)), "somebody is about to answer");
    tab.viewport.has_dialog = false;
    assert!(reload(tab.pass(1_000.0)));
    assert!(!reload(tab.pass(1_000.0)), "once");
}

#[test]
fn a_page_of_an_old_build_stays_while_no_server_could_answer_with_the_new_one() {
    let mut tab = Tab::live();
    tab.does(|session| session.start(Some("old".to_owned()), None));
    tab.does(Session::opened);
    let mut frame = welcome(LOBBY, 2);
    if let ServerFrame::Welcome(welcome) = &mut frame {
        welcome.build = Some("new".to_owned());
    }
    tab.hear(frame.clone());
    tab.viewport.is_visible = false;
    let reload = |effects: Vec<Effect>| {
        let is_reload = |effect: &Effect| matches!(effect, Effect::Reload(_));
        effects.iter().any(is_reload)
    };
    tab.does(|session| session.turned(false));
    assert!(!reload(tab.pass(20_000.0)), "without a network");
    tab.does(|session| session.turned(true));
    tab.does(Session::opened);
    tab.hear(frame);
    // The machine slept: whether anybody is there is not known yet.
    assert!(!reload(tab.pass(3_600_000.0)), "the socket is silent");
    tab.pass(10_000.0);
    tab.does(Session::opened);
    assert!(reload(tab.pass(1_000.0)));
}

#[test]
fn a_hidden_tab_that_is_woken_once_a_minute_does_not_ask_each_time() {
    let mut tab = Tab::live();
    tab.pass(1_000.0);
    for _ in 0..3 {
        tab.hear(ServerFrame::Heartbeat(Heartbeat {
            rooms: [].into(),
            house: None,
            me: None,
        }));
        assert_eq!(said(&tab.pass(30_000.0)), Vec::<&ClientFrame>::new());
    }
}

#[test]
fn a_tab_on_the_welcome_screen_learns_of_another_build_with_the_list_of_rooms() {
    let place = Place {
        open: None,
        ..lobby(2)
    };
    let mut tab = Tab::new(place, CountedStorage::default());
    tab.does(|session| session.start(Some("old".to_owned()), None));
    tab.does(Session::opened);
    tab.viewport.is_visible = false;
    tab.hear(ServerFrame::Rooms(RoomList {
        hash: "h".to_owned(),
        rooms: None,
        build: Some("new".to_owned()),
        house: None,
        me: None,
        blocked: Vec::new(),
    }));
    let effects = tab.pass(20_000.0);
    assert!(effects.contains(&Effect::Reload(" new".to_owned())));
}
