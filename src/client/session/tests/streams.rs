//! The streams beside the rooms: live changes, holes, and what is asked for them.

use super::*;
use parlour_protocol::{
    Blocks, Heartbeat, Membership, PersonChanged, ReadMark, RoomJoined, RoomLeft, RoomList,
    SyncHouse, SyncMe,
};

/// Live, with a list that was read when the house stood at 5 and this person's stream at 10.
fn told() -> Tab {
    let mut tab = Tab::live();
    tab.hear(list(5, 10));
    tab
}

fn list(house: i64, me: i64) -> ServerFrame {
    ServerFrame::Rooms(RoomList {
        hash: "h".to_owned(),
        rooms: Some(vec![entry(LOBBY, 0), entry(GARDEN, 3)]),
        build: None,
        house: Some(Seq(house)),
        me: Some(Seq(me)),
        blocked: Vec::new(),
    })
}

fn heartbeat(house: i64, me: i64) -> ServerFrame {
    ServerFrame::Heartbeat(Heartbeat {
        rooms: [].into(),
        house: Some(Seq(house)),
        me: Some(Seq(me)),
    })
}

fn called(seq: i64, id: UserId, name: &str) -> ServerFrame {
    let user = user(id, name);
    ServerFrame::PersonChanged(PersonChanged {
        seq: Seq(seq),
        user,
    })
}

fn user(id: UserId, name: &str) -> User {
    User {
        id,
        name: name.to_owned(),
        ..alice()
    }
}

fn read(me: i64, room_id: RoomId, seq: i64, unread: i64) -> ServerFrame {
    ServerFrame::Read(ReadMark {
        room_id,
        seq: Seq(seq),
        unread,
        mentions: 0,
        me: Some(Seq(me)),
    })
}

fn member(room_id: RoomId, read: i64, unread: i64, seq: i64) -> Membership {
    Membership {
        room_id,
        is_member: true,
        read: Seq(read),
        unread,
        mentions: 0,
        seq: Seq(seq),
        is_favourite: false,
        level: Level::default(),
    }
}

fn none(room_id: RoomId) -> Membership {
    Membership {
        is_member: false,
        ..member(room_id, 0, 0, 2)
    }
}

fn mine(from: i64, to: i64, rooms: Vec<Membership>) -> ServerFrame {
    mine_blocking(from, to, rooms, Vec::new())
}

fn mine_blocking(from: i64, to: i64, rooms: Vec<Membership>, blocked: Vec<UserId>) -> ServerFrame {
    ServerFrame::SyncMe(SyncMe {
        rooms,
        from: Seq(from),
        to: Seq(to),
        complete: true,
        reset: false,
        blocked,
    })
}

fn blocks(me: i64, blocked: Vec<UserId>) -> ServerFrame {
    ServerFrame::Blocks(Blocks {
        blocked,
        me: Some(Seq(me)),
    })
}

fn house(from: i64, to: i64, people: Vec<User>) -> ServerFrame {
    ServerFrame::SyncHouse(SyncHouse {
        people,
        from: Seq(from),
        to: Seq(to),
        complete: true,
        reset: false,
    })
}

/// After which seqs the streams are asked for.
fn asked_streams(effects: &[Effect]) -> Vec<(&'static str, i64)> {
    let asked = said(effects).into_iter().filter_map(|frame| match frame {
        ClientFrame::SyncHouse { after } => Some(("house", after.0)),
        ClientFrame::SyncMe { after } => Some(("me", after.0)),
        _ => None,
    });
    asked.collect()
}

fn names(tab: &Tab) -> Vec<&str> {
    let people = tab.session.presence().roster.people.iter();
    people.map(|person| person.name.as_str()).collect()
}

fn unread(tab: &Tab, room: RoomId) -> i64 {
    let rooms = tab.session.rooms().iter();
    let mut unread = rooms.filter(|entry| entry.room.id == room);
    unread.next().map_or(-1, |entry| entry.unread)
}

#[test]
fn a_new_name_shows_in_the_list_of_who_is_here_and_one_s_own_everywhere() {
    let mut tab = told();
    assert!(asked_streams(&tab.hear(called(6, BOB, "Robert"))).is_empty());
    assert_eq!(names(&tab), ["Robert"]);
    tab.hear(called(7, ALICE, "Alicia"));
    assert_eq!(tab.session.me(), &Some(user(ALICE, "Alicia")));
    assert!(tab.parts.has(Part::Me));
    tab.hear(called(6, BOB, "Bob"));
    assert_eq!(names(&tab), ["Robert"], "that one is older");
}

#[test]
fn what_was_missed_of_the_house_is_asked_for_at_the_next_change_or_heartbeat() {
    let mut tab = told();
    let effects = tab.hear(called(8, BOB, "Bobby"));
    assert_eq!(asked_streams(&effects), [("house", 5)]);
    tab.hear(house(5, 8, vec![user(ALICE, "Alicia"), user(BOB, "Bobby")]));
    assert_eq!(names(&tab), ["Bobby"]);
    assert_eq!(tab.session.me(), &Some(user(ALICE, "Alicia")));
    assert!(asked_streams(&tab.hear(heartbeat(8, 10))).is_empty());
    assert_eq!(
        asked_streams(&tab.hear(heartbeat(9, 11))),
        [("house", 8), ("me", 10)]
    );
    // That question may have been lost.
    assert_eq!(
        asked_streams(&tab.hear(heartbeat(9, 11))),
        [("house", 8), ("me", 10)]
    );
}

#[test]
fn a_room_that_was_read_on_another_device_is_counted_down() {
    let mut tab = told();
    assert_eq!(unread(&tab, GARDEN), 3);
    tab.hear(read(11, GARDEN, 4, 1));
    assert_eq!(unread(&tab, GARDEN), 1);
    tab.hear(read(11, GARDEN, 4, 9));
    assert_eq!(unread(&tab, GARDEN), 1, "that is known already");
    let effects = tab.hear(read(14, GARDEN, 5, 0));
    assert_eq!(unread(&tab, GARDEN), 0);
    assert_eq!(asked_streams(&effects), [("me", 11)]);
}

#[test]
fn rooms_that_one_came_to_or_left_elsewhere_while_nobody_told_are_told_by_the_sync() {
    let mut tab = told();
    tab.hear(heartbeat(5, 12));
    let new = RoomId(3);
    let effects = tab.hear(mine(10, 12, vec![none(GARDEN), member(new, 2, 0, 2)]));
    assert!(!tab.session.is_member(GARDEN));
    let listed = said(&effects).into_iter();
    let listed = listed.filter(|frame| matches!(frame, ClientFrame::Rooms { known: None }));
    assert_eq!(listed.count(), 1, "of a room it has never heard of");
    // What comes late of what the sync has told changes nothing.
    tab.hear(ServerFrame::Joined(RoomJoined {
        room_id: GARDEN,
        me: Some(Seq(11)),
    }));
    assert!(!tab.session.is_member(GARDEN));
}

#[test]
fn whoever_left_the_open_room_elsewhere_looks_on_once_the_sync_says_so() {
    let mut tab = told();
    tab.hear(heartbeat(5, 11));
    let effects = tab.hear(mine(10, 11, vec![none(LOBBY)]));
    assert!(!tab.session.is_member(LOBBY));
    let look = ClientFrame::Join {
        room_id: LOBBY,
        after: Some(Seq(2)),
        look: true,
        knows: knows(),
    };
    assert!(said(&effects).contains(&&look));
    let late = RoomLeft {
        room_id: LOBBY,
        me: Some(Seq(11)),
    };
    assert_eq!(tab.hear(ServerFrame::Left(late)), []);
}

#[test]
fn messages_that_came_since_a_sync_was_read_are_counted_once() {
    let mut tab = told();
    tab.viewport.is_visible = false;
    tab.hear(posted(LOBBY, 3));
    tab.hear(heartbeat(5, 11));
    // The server counted when the room was at 4, and message 4 comes behind.
    tab.hear(mine(10, 11, vec![member(LOBBY, 2, 2, 4)]));
    tab.hear(posted(LOBBY, 4));
    assert_eq!(unread(&tab, LOBBY), 2);
    tab.hear(posted(LOBBY, 5));
    assert_eq!(unread(&tab, LOBBY), 3);
}

#[test]
fn messages_that_were_marked_as_unread_elsewhere_stay_so_also_where_only_the_sync_tells() {
    let mut tab = told();
    tab.hear(heartbeat(5, 11));
    tab.hear(mine(10, 11, vec![member(LOBBY, 0, 2, 2)]));
    assert_eq!(unread(&tab, LOBBY), 2);
    tab.does(Session::look);
    assert_eq!(unread(&tab, LOBBY), 2);
    tab.hear(posted(LOBBY, 3));
    assert_eq!(unread(&tab, LOBBY), 0, "something new came");
}

#[test]
fn what_this_tab_has_read_since_it_asked_is_not_unread_again() {
    let mut tab = told();
    tab.hear(posted(LOBBY, 3));
    tab.hear(heartbeat(5, 11));
    let told = tab.pass(2_000.0);
    let told = said(&told).into_iter();
    assert_eq!(
        told.filter(|frame| matches!(frame, ClientFrame::Read { .. }))
            .count(),
        1
    );
    tab.hear(mine(10, 11, vec![member(LOBBY, 2, 1, 3)]));
    assert_eq!(unread(&tab, LOBBY), 0);
}

#[test]
fn what_somebody_wrote_folds_when_they_are_blocked_on_another_device_and_unfolds() {
    let mut tab = told();
    tab.hear(blocks(11, vec![BOB]));
    assert_eq!(tab.session.blocked(), [BOB]);
    assert!(tab.parts.has(Part::Timeline));
    let effects = tab.hear(blocks(12, vec![]));
    assert_eq!(tab.session.blocked(), []);
    assert!(tab.parts.has(Part::Timeline));
    assert_eq!(effects, [Effect::KeepInView], "what is read stays in view");
    tab.hear(blocks(11, vec![BOB]));
    assert_eq!(tab.session.blocked(), [], "that one is older");
}

#[test]
fn whom_one_blocked_while_nobody_told_is_told_by_the_sync_and_by_the_list() {
    let mut tab = told();
    let effects = tab.hear(heartbeat(5, 11));
    assert_eq!(asked_streams(&effects), [("me", 10)]);
    tab.hear(mine_blocking(10, 11, vec![], vec![BOB]));
    assert_eq!(tab.session.blocked(), [BOB]);
    assert!(tab.parts.has(Part::Timeline));
    // Unblocked while the socket was away; the list of rooms is as it was.
    tab.does(|session| session.closed(1006, ""));
    tab.pass(1_000.0);
    tab.open_socket(2);
    let ServerFrame::Rooms(list) = list(5, 12) else {
        unreachable!()
    };
    tab.hear(ServerFrame::Rooms(RoomList {
        rooms: None,
        ..list
    }));
    assert_eq!(tab.session.blocked(), []);
    assert!(tab.parts.has(Part::Timeline));
}

#[test]
fn where_too_much_changed_the_list_and_the_people_are_taken_anew() {
    let mut tab = told();
    tab.hear(heartbeat(9_000, 9_000));
    let effects = tab.hear(ServerFrame::SyncMe(SyncMe {
        rooms: vec![],
        from: Seq(10),
        to: Seq(9_000),
        complete: true,
        reset: true,
        blocked: vec![],
    }));
    assert!(said(&effects).contains(&&ClientFrame::Rooms { known: None }));
    let effects = tab.hear(ServerFrame::SyncHouse(SyncHouse {
        people: vec![],
        from: Seq(5),
        to: Seq(9_000),
        complete: true,
        reset: true,
    }));
    let looks = said(&effects).into_iter();
    let looks = looks.filter(|frame| matches!(frame, ClientFrame::Join { look: true, .. }));
    assert_eq!(looks.count(), 1);
    tab.hear(list(9_000, 9_000));
    assert!(asked_streams(&tab.hear(heartbeat(9_000, 9_000))).is_empty());
    assert_eq!(
        asked_streams(&tab.hear(heartbeat(9_000, 9_001))),
        [("me", 9_000)]
    );
}

#[test]
fn who_comes_back_asks_what_the_house_did_meanwhile_and_takes_the_rest_from_the_list() {
    let mut tab = told();
    tab.does(|session| session.closed(1006, ""));
    tab.pass(1_000.0);
    tab.does(Session::opened);
    let ServerFrame::Welcome(welcome) = welcome(LOBBY, 2) else {
        unreachable!()
    };
    let effects = tab.hear(ServerFrame::Welcome(Welcome {
        house: Some(Seq(7)),
        me: Some(Seq(15)),
        ..welcome.clone()
    }));
    assert_eq!(asked_streams(&effects), [("house", 5)]);
    tab.hear(house(5, 7, vec![]));
    tab.hear(list(7, 15));
    assert!(asked_streams(&tab.hear(heartbeat(7, 15))).is_empty());
    // Seqs of another database mean nothing in this one.
    let effects = tab.hear(ServerFrame::Welcome(Welcome {
        epoch: "f".to_owned(),
        house: Some(Seq(1)),
        me: Some(Seq(1)),
        ..welcome
    }));
    assert!(asked_streams(&effects).is_empty());
    tab.hear(list(1, 1));
    assert_eq!(
        asked_streams(&tab.hear(heartbeat(2, 2))),
        [("house", 1), ("me", 1)]
    );
}

/// A stream of states, of which a lossy network tells some; the tab follows heartbeats and syncs.
#[test]
fn whatever_is_lost_a_tab_shows_after_a_heartbeat_what_the_server_has() {
    for seed in 1..300_u64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut below = |limit: i64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % limit as u64) as i64
        };
        let mut tab = told();
        tab.viewport.is_visible = false;
        let mut names = vec![(BOB, "Bob".to_owned(), 0), (ALICE, "Alice".to_owned(), 0)];
        let mut counts = vec![(LOBBY, 0, 0), (GARDEN, 3, 0)];
        let mut blocked = Vec::new();
        let (mut at_house, mut at_me) = (5, 10);
        for step in 0..30 {
            if below(2) == 0 {
                at_house += 1;
                let which = below(2) as usize;
                let name = format!("Name {step}");
                names[which] = (names[which].0, name.clone(), at_house);
                if below(2) == 0 {
                    let effects = tab.hear(called(at_house, names[which].0, &name));
                    answer(
                        &mut tab, &effects, &names, &counts, &blocked, at_house, at_me,
                    );
                }
            } else if below(4) == 0 {
                at_me += 1;
                blocked = [BOB].into_iter().filter(|_| below(2) == 0).collect();
                if below(2) == 0 {
                    let effects = tab.hear(blocks(at_me, blocked.clone()));
                    answer(
                        &mut tab, &effects, &names, &counts, &blocked, at_house, at_me,
                    );
                }
            } else {
                at_me += 1;
                let which = below(2) as usize;
                counts[which] = (counts[which].0, below(5), at_me);
                if below(2) == 0 {
                    let frame = read(at_me, counts[which].0, 2, counts[which].1);
                    let effects = tab.hear(frame);
                    answer(
                        &mut tab, &effects, &names, &counts, &blocked, at_house, at_me,
                    );
                }
            }
        }
        let effects = tab.hear(heartbeat(at_house, at_me));
        answer(
            &mut tab, &effects, &names, &counts, &blocked, at_house, at_me,
        );
        let roster = self::names(&tab);
        assert_eq!(roster, [names[0].1.as_str()], "seed {seed}");
        let me = tab.session.me().as_ref().map(|me| me.name.clone());
        assert_eq!(me.as_ref(), Some(&names[1].1), "seed {seed}");
        for (room, count, _) in &counts {
            assert_eq!(unread(&tab, *room), *count, "seed {seed}");
        }
        assert_eq!(tab.session.blocked(), blocked, "seed {seed}");
        let effects = tab.hear(heartbeat(at_house, at_me));
        assert!(asked_streams(&effects).is_empty(), "seed {seed}");
    }
}

/// Answers what was asked of the streams, as they are now.
fn answer(
    tab: &mut Tab,
    effects: &[Effect],
    names: &[(UserId, String, i64)],
    counts: &[(RoomId, i64, i64)],
    blocked: &[UserId],
    at_house: i64,
    at_me: i64,
) {
    for (stream, after) in asked_streams(effects) {
        let frame = if stream == "house" {
            let changed = names.iter().filter(|(.., seq)| *seq > after);
            let people = changed.map(|(id, name, _)| user(*id, name)).collect();
            house(after, at_house, people)
        } else {
            let changed = counts.iter().filter(|(.., seq)| *seq > after);
            let rows = changed.map(|(room, count, _)| member(*room, 2, *count, 2));
            mine_blocking(after, at_me, rows.collect(), blocked.to_vec())
        };
        tab.hear(frame);
    }
}

#[test]
fn who_may_something_else_on_the_server_is_shown_it_when_they_come_back() {
    let mut tab = told();
    let may_delete = |tab: &Tab| tab.session.open().as_ref().map(|open| open.may_delete);
    assert_eq!(may_delete(&tab), Some(false));
    tab.hear(heartbeat(5, 11));
    // Behind that the server closes a socket that was let in with another role.
    tab.hear(mine(10, 11, vec![]));
    tab.does(|session| session.closed(4000, "retry_after_ms=0"));
    tab.pass(1_000.0);
    tab.does(Session::opened);
    let ServerFrame::Welcome(welcome) = welcome(LOBBY, 2) else {
        unreachable!()
    };
    tab.hear(ServerFrame::Welcome(Welcome {
        may_delete: true,
        ..welcome
    }));
    assert_eq!(may_delete(&tab), Some(true));
    assert!(tab.parts.has(Part::Open));
}
