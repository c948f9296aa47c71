//! Looking, joining, leaving, and taking that back.

use super::*;
use crate::sections::{Line, Section};
use parlour_protocol::{
    Favourite, ReadOnly, RoomActivity, RoomJoined, RoomLeft, RoomList, Welcome,
};

/// In the lobby, with a page of two, connected, and no member of it.
fn looking() -> Tab {
    let mut place = lobby(2);
    place.rooms[0].is_member = false;
    if let Some(open) = &mut place.open {
        open.read = None;
    }
    let mut tab = Tab::new(place, CountedStorage::default());
    tab.open_socket(2);
    tab
}

fn joined(room_id: RoomId) -> ServerFrame {
    ServerFrame::Joined(RoomJoined { room_id, me: None })
}

fn left(room_id: RoomId) -> ServerFrame {
    ServerFrame::Left(RoomLeft { room_id, me: None })
}

fn look(after: i64) -> ClientFrame {
    ClientFrame::Join {
        room_id: LOBBY,
        after: Some(Seq(after)),
        look: true,
        knows: knows(),
    }
}

fn list(is_member: bool) -> ServerFrame {
    let mut listed = entry(LOBBY, 0);
    listed.is_member = is_member;
    ServerFrame::Rooms(RoomList {
        hash: "h".to_owned(),
        rooms: Some(vec![listed, entry(GARDEN, 0)]),
        build: None,
        house: None,
        me: None,
        blocked: Vec::new(),
    })
}

/// Whether this person is a member, as the head of the room has it and as the list does.
#[track_caller]
fn is_member(tab: &Tab) -> bool {
    let open = tab.session.open().as_ref().unwrap().read.is_some();
    let listed = tab.session.rooms()[0].is_member;
    assert_eq!((open, listed), (tab.session.is_member(LOBBY), open));
    open
}

fn offered(effects: &[Effect]) -> Option<(&str, Undo)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Offer(sentence, undo) => Some((sentence.as_str(), *undo)),
        _ => None,
    })
}

#[test]
fn opening_a_room_is_looking_whoever_is_a_member() {
    for mut tab in [Tab::live(), looking()] {
        let garden = tab.visit("/rooms/2");
        let shown = tab.answer(
            &one_asked(&garden),
            ok(&open_room(GARDEN, page(GARDEN, 1..=1, 1))),
        );
        let look = ClientFrame::Join {
            room_id: GARDEN,
            after: Some(Seq(1)),
            look: true,
            knows: knows(),
        };
        assert!(said(&shown).contains(&&look));
    }
}

#[test]
fn joining_is_asked_of_the_server() {
    let mut tab = looking();
    assert!(!is_member(&tab));
    let question = one_asked(&tab.does(Session::join_room));
    assert_eq!(question.1, Ask::Join(LOBBY));
    let refused = tab.answer(&question, None);
    assert_eq!(notices(&refused).len(), 1);
    assert!(!is_member(&tab));
    let mut other = looking();
    // The frame and the answer come in either order, and either is enough.
    tab.hear(joined(LOBBY));
    other.answer(&question, ok(&()));
    for tab in [&tab, &other] {
        assert!(is_member(tab));
        assert!(tab.parts.has(Part::Open) && tab.parts.has(Part::Rooms));
    }
}

#[test]
fn who_writes_is_a_member_and_who_looks_does_not_type() {
    let mut tab = looking();
    let typed = tab.does(|session| session.typed("H"));
    assert!(said(&typed).is_empty(), "nobody is to hear of it");
    assert_eq!(keys(&tab.send("Hello", "k1")), ["k1"]);
    tab.hear(joined(LOBBY));
    tab.hear(stored(LOBBY, 3, "k1"));
    assert!(is_member(&tab));
    let typed = tab.does(|session| session.typed("H"));
    assert!(matches!(said(&typed)[..], [ClientFrame::Typing { .. }]));
}

#[test]
fn nothing_is_unread_for_who_only_looks() {
    let mut tab = looking();
    tab.viewport.is_visible = false;
    tab.hear(posted(LOBBY, 3));
    assert_eq!(tab.session.rooms()[0].unread, 0);
    let activity = RoomActivity {
        room_id: LOBBY,
        seq: Seq(2),
        unread: 0,
        mentions: 0,
        online: 2,
    };
    tab.hear(ServerFrame::RoomActivity(activity));
    assert_eq!(tab.session.rooms()[0].unread, 0);
    tab.hear(joined(LOBBY));
    tab.hear(posted(LOBBY, 4));
    assert_eq!(tab.session.rooms()[0].unread, 1);
}

#[test]
fn who_leaves_goes_on_looking_and_may_take_it_back() {
    let mut tab = Tab::live();
    let question = one_asked(&tab.does(Session::leave_room));
    assert_eq!(question.1, Ask::Leave(LOBBY));
    assert!(is_member(&tab), "not yet");
    // The frame and the answer come in either order.
    for is_frame_first in [true, false] {
        let frame = |tab: &mut Tab| said(&tab.hear(left(LOBBY))) == [&look(2)];
        let looks_first = is_frame_first && frame(&mut tab);
        let answered = tab.answer(&question, ok(&()));
        let (sentence, undo) = offered(&answered).unwrap();
        assert!(sentence.contains("Room 1"), "{sentence}");
        assert!(looks_first || frame(&mut tab));
        assert_eq!(tab.session.open_id(), Some(LOBBY));
        assert!(!is_member(&tab));
        tab.hear(posted(LOBBY, 3));
        let undone = tab.does(|session| session.undo(undo));
        assert_eq!(one_asked(&undone).1, Ask::Join(LOBBY));
        tab.hear(joined(LOBBY));
        assert!(is_member(&tab));
        tab = Tab::live();
    }
}

#[test]
fn leaving_that_is_refused_is_told_and_changes_nothing() {
    let mut tab = Tab::live();
    let question = one_asked(&tab.does(Session::leave_room));
    let refused = tab.answer(&question, None);
    assert_eq!(notices(&refused).len(), 1);
    assert!(is_member(&tab));
    let question = one_asked(&tab.does(Session::leave_room));
    tab.answer(&question, not_found("room_not_found"));
    assert_eq!(tab.session.open_id(), None);
    assert_eq!(tab.session.rooms().len(), 1);
}

#[test]
fn a_room_that_is_left_in_another_tab_is_looked_at_in_this_one() {
    let mut tab = Tab::live();
    let effects = tab.hear(left(LOBBY));
    assert_eq!(said(&effects), [&look(2)]);
    assert_eq!(offered(&effects), None, "the other tab says so");
    assert!(!is_member(&tab));
    tab.hear(posted(LOBBY, 3));
    assert_eq!(tab.shown(), [1, 2, 3]);
    // One that is not open is not held any more: nothing is heard of it.
    let garden = tab.visit("/rooms/2");
    tab.answer(
        &one_asked(&garden),
        ok(&open_room(GARDEN, page(GARDEN, 1..=1, 1))),
    );
    assert!(said(&tab.hear(left(LOBBY))).is_empty());
    assert!(tab.session.timeline_of(LOBBY).is_none());
}

#[test]
fn what_was_on_its_way_when_a_room_was_left_is_refused_without_a_word() {
    let mut tab = Tab::live();
    tab.hear(left(LOBBY));
    let late = tab.hear(refusal(LOBBY, None, ErrorCode::Forbidden, None));
    assert_eq!(late, []);
}

#[test]
fn a_tab_that_was_away_undoes_nothing_that_happened_meanwhile() {
    let mut tab = Tab::live();
    tab.does(|session| session.closed(1006, ""));
    tab.pass(1_000.0);
    let opened = tab.does(Session::opened);
    assert!(said(&opened).contains(&&look(2)));
    tab.hear(list(false));
    assert!(!is_member(&tab));
    tab.hear(list(true));
    assert!(is_member(&tab));
}

#[test]
fn a_page_that_was_read_before_a_membership_began_does_not_end_it() {
    let mut tab = Tab::live();
    let garden = tab.visit("/rooms/2");
    tab.hear(joined(GARDEN));
    let mut outdated = open_room(GARDEN, page(GARDEN, 1..=1, 1));
    outdated.read = None;
    tab.answer(&one_asked(&garden), ok(&outdated));
    assert!(tab.session.open().as_ref().unwrap().read.is_some());
}

#[test]
fn a_membership_of_a_room_that_is_not_listed_asks_for_the_list() {
    let mut tab = Tab::live();
    let asked = tab.hear(joined(RoomId(99)));
    assert_eq!(said(&asked), [&ClientFrame::Rooms { known: None }]);
}

#[test]
fn a_favourite_goes_where_it_belongs_and_is_none_any_more_when_the_room_is_left() {
    let mut tab = Tab::live();
    let is_favourite = |tab: &Tab| tab.session.rooms()[0].is_favourite;
    for now in [true, false, true] {
        tab.hear(ServerFrame::Favourite(Favourite {
            room_id: LOBBY,
            is_favourite: now,
            level: Level::All,
            me: None,
        }));
        assert_eq!(is_favourite(&tab), now);
        let heading = tab.session.lines()[0];
        let is_first = heading == Line::Heading(Section::Favourites);
        assert_eq!(is_first, now);
    }
    tab.hear(ServerFrame::Favourite(Favourite {
        room_id: LOBBY,
        is_favourite: true,
        level: Level::Mentions,
        me: None,
    }));
    assert_eq!(tab.session.rooms()[0].level, Level::Mentions);
    tab.hear(left(LOBBY));
    assert!(!is_favourite(&tab));
    assert_eq!(tab.session.rooms()[0].level, Level::All);
}

#[test]
fn a_favourite_that_is_not_listed_is_asked_for() {
    let mut tab = Tab::live();
    let effects = tab.hear(ServerFrame::Favourite(Favourite {
        room_id: RoomId(77),
        is_favourite: true,
        level: Level::All,
        me: None,
    }));
    assert!(said(&effects).contains(&&ClientFrame::Rooms { known: None }));
}

#[test]
fn what_one_may_do_in_a_room_is_asked_for_when_it_is_perhaps_another() {
    let mut tab = Tab::live();
    let ServerFrame::Welcome(told) = welcome(LOBBY, 2) else {
        unreachable!()
    };
    assert_eq!(said(&tab.hear(joined(LOBBY))), [&look(2)]);
    tab.hear(ServerFrame::Welcome(Welcome {
        read_only: Some(ReadOnly::Announcements),
        may_delete: true,
        asking: 2,
        ..told.clone()
    }));
    let open = tab.session.open().as_ref().unwrap();
    let shown = (open.read_only, open.may_delete, open.asking);
    assert_eq!(shown, (Some(ReadOnly::Announcements), true, 2));
    // Who is kept out reads on, and is told so by the answer.
    assert_eq!(said(&tab.hear(left(LOBBY))), [&look(2)]);
    tab.hear(ServerFrame::Welcome(Welcome {
        read_only: Some(ReadOnly::Banned),
        ..told
    }));
    let open = tab.session.open().as_ref().unwrap();
    let shown = (open.read_only, open.may_delete, open.asking);
    assert_eq!(shown, (Some(ReadOnly::Banned), false, 0));
    assert!(!is_member(&tab));
}
