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
        house: None,
        me: None,
        blocked: Vec::new(),
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
        house: None,
        me: None,
        blocked: Vec::new(),
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
        house: None,
        me: None,
        blocked: Vec::new(),
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
    tab.visit(paths::LIST);
    tab.hear(list("h", 2..=60));
    assert_eq!(ids(&tab).len(), 59);
}

#[test]
fn a_room_that_is_deleted_while_it_is_open_leads_to_the_welcome_screen() {
    let mut tab = Tab::live();
    let effects = tab.hear(ServerFrame::RoomDeleted(RoomGone { room_id: LOBBY }));
    assert_eq!(tab.session.open_id(), None);
    assert!(effects.contains(&Effect::CloseDialogs));
    assert_eq!(
        tab.pushed.last().map(|(path, _)| &**path),
        Some(paths::LIST)
    );
    // One that was never shown goes without a word.
    assert_eq!(
        tab.hear(ServerFrame::RoomDeleted(RoomGone { room_id: GARDEN })),
        []
    );
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

/// The lobby as it is called at this seq.
fn called(name: &str, seq: i64) -> Room {
    Room {
        name: name.to_owned(),
        description: format!("About {name}."),
        seq: Seq(seq),
        sort: name.to_lowercase(),
        ..room(LOBBY)
    }
}

fn shown_name(tab: &Tab) -> (&str, &str) {
    let open = &tab.session.open().as_ref().unwrap().room;
    (
        &open.name,
        &tab.session
            .rooms()
            .iter()
            .find(|e| e.room.id == LOBBY)
            .unwrap()
            .room
            .name,
    )
}

#[test]
fn a_room_that_is_called_otherwise_is_the_rooms_next_change_and_moves_in_the_list() {
    let mut tab = Tab::live();
    let effects = tab.hear(ServerFrame::RoomChanged(called("Zoo", 3)));
    assert_eq!(shown_name(&tab), ("Zoo", "Zoo"));
    assert_eq!(
        tab.session.open().as_ref().unwrap().room.description,
        "About Zoo."
    );
    assert_eq!(ids(&tab), [2, 1]);
    assert!(tab.parts.has(Part::Open) && tab.parts.has(Part::Rooms));
    // Nothing was missed, and the next message is the next change.
    assert!(said(&effects).is_empty());
    assert!(said(&tab.hear(posted(LOBBY, 4))).is_empty());
    assert_eq!(tab.shown(), [1, 2, 4]);
    // What one had not read, and was, one still has not, and is.
    let entry = &tab.session.rooms()[1];
    assert!(entry.is_member);
}

#[test]
fn the_address_of_a_room_that_is_called_otherwise_is_put_right() {
    let mut tab = Tab::live();
    let effects = tab.hear(ServerFrame::RoomChanged(called("Zoo", 3)));
    assert_eq!(effects, [Effect::Replace("/rooms/1-zoo".to_owned())]);
    // A link to where one is makes no entry.
    tab.visit("/rooms/1-zoo");
    assert_eq!(tab.pushed, []);
    // Another description is no other address.
    let mut described = called("Zoo", 4);
    described.description = "Animals.".to_owned();
    assert_eq!(tab.hear(ServerFrame::RoomChanged(described)), []);
    // While the tab is at another entry already, that one keeps its address.
    tab.does(|session| session.moved("/rooms/3".to_owned(), 7));
    assert_eq!(tab.hear(ServerFrame::RoomChanged(called("Roof", 5))), []);
}

#[test]
fn a_change_behind_a_hole_is_asked_for_and_told_by_the_sync() {
    let mut tab = Tab::live();
    let effects = tab.hear(ServerFrame::RoomChanged(called("Zoo", 5)));
    assert_eq!(said(&effects), [&asks_sync(LOBBY, 2)]);
    let missed = Sync {
        room: Some(called("Zoo", 5)),
        messages: vec![message(LOBBY, 3, BOB, "b3"), message(LOBBY, 4, BOB, "b4")],
        ..sync(LOBBY, 2, 5)
    };
    tab.hear(ServerFrame::Sync(missed));
    assert_eq!(shown_name(&tab), ("Zoo", "Zoo"));
    assert!(said(&tab.hear(posted(LOBBY, 6))).is_empty());
}

#[test]
fn of_two_that_come_in_the_wrong_order_the_later_name_stays() {
    let mut tab = Tab::live();
    let missed = Sync {
        room: Some(called("Zoo", 6)),
        messages: Vec::new(),
        ..sync(LOBBY, 2, 6)
    };
    tab.hear(ServerFrame::Sync(missed));
    assert_eq!(tab.hear(ServerFrame::RoomChanged(called("Old", 5))), []);
    assert_eq!(shown_name(&tab), ("Zoo", "Zoo"));
}

#[test]
fn a_room_that_is_kept_is_called_as_it_is_called_now() {
    let mut tab = Tab::live();
    let garden = tab.visit("/rooms/2");
    let page = page(GARDEN, 1..=1, 1);
    tab.answer(&one_asked(&garden), ok(&open_room(GARDEN, page)));
    tab.hear(ServerFrame::RoomChanged(called("Zoo", 3)));
    assert!(
        said(&tab.hear(posted(LOBBY, 4))).is_empty(),
        "nothing is missing"
    );
    tab.visit("/rooms/1-zoo");
    assert_eq!(shown_name(&tab), ("Zoo", "Zoo"));
    assert_eq!(tab.shown(), [1, 2, 4]);
}

#[test]
fn a_room_that_is_taken_anew_is_called_as_its_page_says() {
    let mut tab = Tab::live();
    let reset = Sync {
        messages: Vec::new(),
        reset: true,
        ..sync(LOBBY, 2, 9)
    };
    let question = one_asked(&tab.hear(ServerFrame::Sync(reset)));
    let fresh = OpenRoom {
        room: called("Zoo", 9),
        ..open_room(LOBBY, page(LOBBY, 1..=9, 9))
    };
    tab.answer(&question, ok(&fresh));
    assert_eq!(shown_name(&tab), ("Zoo", "Zoo"));
}

/// Whatever is lost, doubled or late, once the tab has heard all it asked for it calls the room as the server does.
#[test]
fn whatever_the_network_does_the_room_is_called_as_a_fresh_page_calls_it() {
    for seed in 1..200_u64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut below = |limit: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % limit
        };
        let mut tab = Tab::live();
        // What the room is called, since which change, and how far it has come.
        let (mut name, mut since, mut seq) = ("Room 1".to_owned(), 0, 2);
        let mut late = Vec::new();
        let mut asked = Vec::new();
        for step in 0..60 {
            seq += 1;
            let frame = match below(3) {
                0 => {
                    (name, since) = (format!("Called {step}"), seq);
                    ServerFrame::RoomChanged(called(&name, seq))
                }
                _ => posted(LOBBY, seq),
            };
            let frames = match below(6) {
                0 => Vec::new(),
                1 => {
                    late.push(frame);
                    Vec::new()
                }
                2 => vec![frame.clone(), frame],
                3 if !late.is_empty() => vec![frame, late.remove(0)],
                _ => vec![frame],
            };
            for frame in frames {
                asked.extend(sync_asked(&tab.hear(frame)));
            }
            if below(4) == 0 {
                for after in std::mem::take(&mut asked) {
                    tab.hear(answer(after, seq, since, &name));
                }
            }
        }
        for frame in late {
            tab.hear(frame);
        }
        let heartbeat = ServerFrame::Heartbeat(parlour_protocol::Heartbeat {
            rooms: [(LOBBY, Seq(seq))].into(),
            house: None,
            me: None,
        });
        for after in sync_asked(&tab.hear(heartbeat)) {
            tab.hear(answer(after, seq, since, &name));
        }
        assert_eq!(shown_name(&tab), (&*name, &*name), "seed {seed}");
        assert_eq!(tab.session.timeline().seq(), Seq(seq), "seed {seed}");
    }
}

/// After which seq the lobby is asked for.
fn sync_asked(effects: &[Effect]) -> Vec<i64> {
    let asked = said(effects).into_iter().filter_map(|frame| match frame {
        ClientFrame::Sync { after, .. } => Some(after.0),
        _ => None,
    });
    asked.collect()
}

/// What has changed after that, of the room alone: which messages there are is another test's.
fn answer(after: i64, to: i64, since: i64, name: &str) -> ServerFrame {
    ServerFrame::Sync(Sync {
        room: (since > after).then(|| called(name, to)),
        messages: Vec::new(),
        ..sync(LOBBY, after, to)
    })
}
