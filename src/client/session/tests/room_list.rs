//! The list of rooms, and keeping it up to date.

use super::*;
use parlour_protocol::{RoomGone, RoomList};

const NEW: RoomId = RoomId(1_000);

fn list(hash: &str, rooms: impl IntoIterator<Item = i64>) -> ServerFrame {
    let rooms = rooms.into_iter().map(|id| entry(RoomId(id), 0));
    ServerFrame::Rooms(RoomList {
        hash: hash.to_owned(),
        rooms: Some(rooms.collect()),
        build: None,
    })
}

fn known(effects: &[Effect]) -> Option<&Option<String>> {
    said(effects).into_iter().find_map(|frame| match frame {
        ClientFrame::Rooms { known } => Some(known),
        _ => None,
    })
}

fn ids(tab: &Tab) -> Vec<i64> {
    let rooms = tab.session.rooms().iter();
    rooms.map(|entry| entry.room.id.0).collect()
}

#[test]
fn the_list_is_asked_for_with_every_socket_and_known_while_no_frame_changed_it() {
    let mut tab = Tab::new(lobby(2), CountedStorage::default());
    assert_eq!(known(&tab.does(Session::opened)), Some(&None));
    tab.hear(welcome(LOBBY, 2));
    tab.hear(list("h", [1, 2, 3]));
    assert_eq!(ids(&tab), [1, 2, 3]);
    tab.does(|session| session.closed(1006, ""));
    tab.pass(1_000.0);
    assert_eq!(
        known(&tab.does(Session::opened)),
        Some(&Some("h".to_owned()))
    );
    let same = RoomList {
        hash: "h".to_owned(),
        rooms: None,
        build: None,
    };
    tab.hear(ServerFrame::Rooms(same));
    assert_eq!(ids(&tab), [1, 2, 3]);
    tab.hear(ServerFrame::RoomDeleted(RoomGone { room_id: GARDEN }));
    tab.does(|session| session.closed(1006, ""));
    tab.pass(1_000.0);
    assert_eq!(known(&tab.does(Session::opened)), Some(&None));
}

#[test]
fn a_room_that_is_made_or_deleted_after_the_list_came_stands_as_the_frame_says() {
    let mut tab = Tab::live();
    tab.hear(list("h", [1, 2]));
    tab.hear(ServerFrame::RoomChanged(room(NEW)));
    assert_eq!(ids(&tab), [1, 1_000, 2], "where it belongs");
    tab.hear(ServerFrame::RoomDeleted(RoomGone { room_id: GARDEN }));
    assert_eq!(ids(&tab), [1, 1_000]);
}

#[test]
fn what_was_counted_while_the_list_was_read_is_not_counted_twice() {
    let mut tab = Tab::live();
    tab.viewport.is_visible = false;
    let mut listed = entry(LOBBY, 2);
    listed.room.seq = Seq(4);
    tab.hear(ServerFrame::Rooms(RoomList {
        hash: "h".to_owned(),
        rooms: Some(vec![listed]),
        build: None,
    }));
    tab.hear(posted(LOBBY, 3));
    tab.hear(posted(LOBBY, 4));
    assert_eq!(tab.session.rooms()[0].unread, 2);
    tab.hear(posted(LOBBY, 5));
    assert_eq!(tab.session.rooms()[0].unread, 3);
}

#[test]
fn a_room_that_is_not_in_a_whole_list_is_gone_with_what_was_to_be_sent_there() {
    let mut tab = Tab::live();
    tab.send("one", "k1");
    let effects = tab.hear(list("h", [2, 3]));
    assert_eq!(tab.session.open_id(), None);
    assert!(effects.contains(&Effect::FocusMain));
    assert_eq!(notices(&effects).len(), 1);
    assert!(notices(&effects)[0].contains("Room 1"));
    assert!(tab.session.outbox().get("k1").unwrap().is_refused());
    assert_eq!(tab.session.outbox().outside(&[GARDEN]).len(), 1);
}

#[test]
fn a_room_that_a_bounded_list_does_not_have_may_be_there_and_keeps_its_line_while_open() {
    let mut tab = Tab::live();
    tab.hear(list("h", 2..=60));
    assert_eq!(tab.session.open_id(), Some(LOBBY));
    assert_eq!(ids(&tab).len(), 60);
    tab.visit("/");
    tab.hear(list("h", 2..=60));
    assert_eq!(ids(&tab).len(), 59);
}

#[test]
fn a_room_that_is_deleted_while_it_is_open_leads_to_the_welcome_screen() {
    let mut tab = Tab::live();
    let effects = tab.hear(ServerFrame::RoomDeleted(RoomGone { room_id: LOBBY }));
    assert_eq!(tab.session.open_id(), None);
    assert!(effects.contains(&Effect::CloseDialogs));
    assert_eq!(tab.pushed.last().map(|(path, _)| path.as_str()), Some("/"));
    // One that was never shown goes without a word.
    assert_eq!(
        tab.hear(ServerFrame::RoomDeleted(RoomGone { room_id: GARDEN })),
        []
    );
}

#[test]
fn a_room_that_is_left_in_another_tab_is_left_here() {
    let mut tab = Tab::live();
    tab.hear(ServerFrame::Left(RoomGone { room_id: LOBBY }));
    assert_eq!(tab.session.open_id(), None);
    assert_eq!(ids(&tab), [1, 2], "it is still there to be joined");
    // What comes of it now is not told of.
    assert!(said(&tab.hear(posted(LOBBY, 3))).is_empty());
}

#[test]
fn leaving_is_asked_of_the_server() {
    let mut tab = Tab::live();
    let question = one_asked(&tab.does(Session::leave_room));
    let refused = tab.answer(&question, None);
    assert_eq!(notices(&refused).len(), 1);
    assert_eq!(tab.session.open_id(), Some(LOBBY));
    tab.answer(&question, ok(&()));
    assert_eq!(tab.session.open_id(), None);
    let mut tab = Tab::live();
    let question = one_asked(&tab.does(Session::leave_room));
    tab.answer(&question, not_found("room_not_found"));
    assert_eq!(ids(&tab), [2]);
}

#[test]
fn a_tab_that_hears_of_many_rooms_lists_no_more_than_a_page() {
    let mut tab = Tab::live();
    for id in 10..1_000 {
        tab.hear(ServerFrame::RoomChanged(room(RoomId(id))));
    }
    assert_eq!(ids(&tab).len(), 250);
}

#[test]
fn a_list_that_kept_the_open_rooms_line_is_not_the_servers() {
    let mut tab = Tab::live();
    // As many as a page has of rooms of others, without the open one.
    tab.hear(list("h", 100..150));
    assert_eq!(ids(&tab).len(), 51);
    tab.does(|session| session.closed(1006, ""));
    tab.pass(1_000.0);
    assert_eq!(known(&tab.does(Session::opened)), Some(&None));
}
