//! Whose the messages are that are shown: their authors as they are called now, however the page came to know it.

use super::*;
use parlour_protocol::{PersonChanged, SyncHouse, UsersList};

const CAROL: UserId = UserId(9);

/// Live on a page that was read when the house's stream stood at `house`, as it does now.
fn told(house: i64) -> Tab {
    let mut place = lobby(2);
    if let Some(open) = &mut place.open {
        open.history.house = Some(Seq(house));
    }
    let mut tab = Tab::new(place, CountedStorage::default());
    tab.does(Session::opened);
    tab.hear(welcome_to(house));
    tab
}

fn welcome_to(house: i64) -> ServerFrame {
    let ServerFrame::Welcome(welcome) = welcome(LOBBY, 2) else {
        unreachable!()
    };
    ServerFrame::Welcome(Welcome {
        house: Some(Seq(house)),
        ..welcome
    })
}

fn user(id: UserId, name: &str, account: Option<UserId>) -> User {
    User {
        id,
        name: name.to_owned(),
        account,
        ..alice()
    }
}

fn person(id: UserId, name: &str) -> Person {
    Person {
        id,
        name: name.to_owned(),
    }
}

fn called(seq: i64, user: User) -> ServerFrame {
    ServerFrame::PersonChanged(PersonChanged {
        seq: Seq(seq),
        user,
    })
}

fn synced(from: i64, to: i64, people: Vec<User>, reset: bool) -> ServerFrame {
    ServerFrame::SyncHouse(SyncHouse {
        people,
        from: Seq(from),
        to: Seq(to),
        complete: true,
        reset,
    })
}

/// Whose the messages are that are shown, each once.
fn authors(tab: &Tab) -> Vec<(UserId, &str)> {
    let mut authors: Vec<_> = tab.session.timeline().authors().collect();
    authors.dedup();
    authors
}

fn asks_house(effects: &[Effect]) -> Vec<i64> {
    let asked = said(effects).into_iter().filter_map(|frame| match frame {
        ClientFrame::SyncHouse { after } => Some(after.0),
        _ => None,
    });
    asked.collect()
}

/// Of Bob, who was called otherwise when he wrote it.
fn renamed(room: RoomId, number: i64) -> Message {
    Message {
        username: "Bob".to_owned(),
        author: Some(person(BOB, "Robert")),
        ..message(room, number, BOB, &format!("b{number}"))
    }
}

#[test]
fn what_somebody_wrote_is_shown_under_their_new_name_wherever_it_is_held() {
    let mut tab = told(5);
    let garden = one_asked(&tab.visit("/rooms/2"));
    tab.answer(&garden, ok(&open_room(GARDEN, page(GARDEN, 1..=2, 2))));
    let effects = tab.hear(called(6, user(BOB, "Robert", None)));
    assert_eq!(authors(&tab), [(BOB, "Robert")]);
    assert!(tab.parts.has(Part::Timeline) && effects.contains(&Effect::KeepInView));
    // Of a room that was left a moment ago as well.
    tab.visit("/rooms/1");
    assert_eq!(tab.session.open_id(), Some(LOBBY));
    assert_eq!(authors(&tab), [(BOB, "Robert")]);
    tab.hear(called(7, user(CAROL, "Caro", None)));
    assert!(!tab.parts.has(Part::Timeline), "she wrote nothing here");
    tab.hear(called(6, user(BOB, "Bob", None)));
    assert_eq!(authors(&tab), [(BOB, "Robert")], "that one is older");
}

#[test]
fn another_name_is_another_row_and_goes_on_with_its_group() {
    let mut tab = told(5);
    let rows = |tab: &Tab| {
        tab.session
            .timeline()
            .rows(&[ALICE], None, crate::timeline::utc)
    };
    let keys = |tab: &Tab| {
        rows(tab)
            .iter()
            .map(crate::timeline::Row::key)
            .collect::<Vec<_>>()
    };
    let before = keys(&tab);
    tab.hear(called(6, user(BOB, "Robert", None)));
    let after = keys(&tab);
    let is_other = |(one, other)| one != other;
    let changed: Vec<bool> = before.iter().zip(&after).map(is_other).collect();
    assert_eq!(changed, [false, true, true], "a day and two messages");
    // What is written from now on stands in the group of what he wrote before.
    tab.hear(ServerFrame::Message(Message {
        username: "Robert".to_owned(),
        ..message(LOBBY, 3, BOB, "b3")
    }));
    let opens = |row: &crate::timeline::Row| match row {
        crate::timeline::Row::Message(row) => Some(row.opens_group),
        _ => None,
    };
    let opens: Vec<bool> = rows(&tab).iter().filter_map(opens).collect();
    assert_eq!(opens, [true, false, false]);
}

#[test]
fn what_a_guest_wrote_is_the_account_s_that_they_signed_in_to() {
    let mut tab = told(5);
    tab.hear(called(6, user(BOB, "Carol", Some(CAROL))));
    assert_eq!(authors(&tab), [(CAROL, "Carol")]);
    assert_eq!(tab.session.me(), &Some(alice()));
    // From now on it is called what she is.
    tab.hear(called(7, user(CAROL, "Caro", None)));
    assert_eq!(authors(&tab), [(CAROL, "Caro")]);
    // Also where it comes once more, as it was written.
    let changed = Message {
        seq: Seq(3),
        author: Some(person(CAROL, "Caro")),
        ..message(LOBBY, 2, BOB, "b2")
    };
    tab.hear(ServerFrame::MessageChanged(changed));
    assert_eq!(authors(&tab), [(CAROL, "Caro")]);
}

#[test]
fn what_one_wrote_as_a_guest_is_one_s_own_on_other_devices() {
    let mut tab = told(5);
    let own = |tab: &Tab| {
        let rows = tab
            .session
            .timeline()
            .rows(tab.session.my_ids(), None, crate::timeline::utc);
        let is_own = |row: &crate::timeline::Row| matches!(row, crate::timeline::Row::Message(row) if row.is_own);
        rows.iter().filter(|row| is_own(row)).count()
    };
    assert_eq!(own(&tab), 0);
    tab.hear(called(6, user(BOB, "Alice", Some(ALICE))));
    assert_eq!(own(&tab), 2);
    assert_eq!(tab.session.me(), &Some(alice()), "who is nobody's guest");
}

#[test]
fn who_signs_in_is_told_who_they_are_by_the_next_socket() {
    let mut tab = told(5);
    tab.hear(called(6, user(ALICE, "Carol", Some(CAROL))));
    assert_eq!(tab.session.me(), &Some(alice()));
}

#[test]
fn a_page_asks_for_the_names_that_were_given_since_it_was_read() {
    let mut place = lobby(2);
    if let Some(open) = &mut place.open {
        open.history.house = Some(Seq(3));
    }
    let mut tab = Tab::new(place, CountedStorage::default());
    tab.does(Session::opened);
    assert_eq!(asks_house(&tab.hear(welcome_to(5))), [3]);
    tab.hear(synced(3, 5, vec![user(BOB, "Robert", None)], false));
    assert_eq!(authors(&tab), [(BOB, "Robert")]);
}

#[test]
fn what_is_read_and_comes_behind_a_newer_name_asks_for_that() {
    let mut tab = told(5);
    let garden = one_asked(&tab.visit("/rooms/2"));
    tab.hear(called(6, user(BOB, "Robert", None)));
    let mut late = open_room(GARDEN, page(GARDEN, 1..=2, 2));
    late.history.house = Some(Seq(5));
    let effects = tab.answer(&garden, ok(&late));
    assert_eq!(asks_house(&effects), [5]);
    tab.hear(synced(5, 6, vec![user(BOB, "Robert", None)], false));
    assert_eq!(authors(&tab), [(BOB, "Robert")]);
}

#[test]
fn a_page_of_history_is_as_new_as_its_last_piece_is_taken() {
    let mut tab = told(5);
    let far = one_asked(&tab.visit("/rooms/1/m/60"));
    tab.answer(&far, ok(&open_room(LOBBY, page(LOBBY, 51..=70, 90))));
    let older = one_asked(&tab.does(Session::fetch_older));
    let mut history = page(LOBBY, 31..=50, 90);
    history.house = Some(Seq(5));
    assert!(asks_house(&tab.answer(&older, ok(&history))).is_empty());
    tab.hear(called(6, user(BOB, "Robert", None)));
    assert_eq!(asks_house(&tab.does(Session::frame)), [5]);
    tab.hear(synced(5, 6, vec![user(BOB, "Robert", None)], false));
    assert_eq!(tab.shown()[0], 31);
    assert_eq!(authors(&tab), [(BOB, "Robert")]);
}

#[test]
fn what_comes_with_its_author_is_shown_as_theirs_and_read_out_so() {
    let mut tab = told(5);
    let mut missed = sync(LOBBY, 2, 3);
    missed.messages = vec![renamed(LOBBY, 3)];
    let effects = tab.hear(ServerFrame::Sync(missed));
    let aloud = |effect: &Effect| match effect {
        Effect::Announce(crate::announcer::Aloud::Say(_, text)) => Some(text.clone()),
        _ => None,
    };
    let aloud: Vec<_> = effects.iter().filter_map(aloud).collect();
    assert_eq!(aloud, ["Robert: Text 3."]);
    assert_eq!(authors(&tab), [(BOB, "Bob"), (BOB, "Robert")]);
    // A room that is opened, too.
    let garden = one_asked(&tab.visit("/rooms/2"));
    let mut history = page(GARDEN, 1..=1, 1);
    history.messages = vec![renamed(GARDEN, 1)];
    tab.answer(&garden, ok(&open_room(GARDEN, history)));
    assert_eq!(authors(&tab), [(BOB, "Robert")]);
}

#[test]
fn who_does_not_hear_the_house_s_stream_hears_it_from_who_is_here() {
    let mut tab = told(0);
    let here = |name: &str| {
        ServerFrame::UsersList(UsersList {
            room_id: LOBBY,
            users: vec![name.to_owned()],
            people: vec![person(BOB, name)],
            count: 1,
        })
    };
    tab.hear(here("Bob"));
    assert!(!tab.parts.has(Part::Timeline), "nothing is another");
    tab.hear(here("Robert"));
    assert!(tab.parts.has(Part::Timeline));
    assert_eq!(authors(&tab), [(BOB, "Robert")]);
}

#[test]
fn where_too_many_have_another_name_the_messages_are_taken_anew() {
    let mut tab = told(5);
    let effects = tab.hear(synced(5, 9_000, vec![], true));
    assert_eq!(one_asked(&effects).1, Ask::Open(LOBBY, None));
}
