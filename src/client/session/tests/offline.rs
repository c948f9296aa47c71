//! What the browser keeps to be read where there is no network.

use super::*;

/// Of which rooms the page is kept.
fn kept(effects: &[Effect]) -> Vec<RoomId> {
    let kept = effects.iter().filter_map(|effect| match effect {
        Effect::KeepPage(room) => Some(*room),
        _ => None,
    });
    kept.collect()
}

fn forgets(effects: &[Effect]) -> bool {
    effects.contains(&Effect::ForgetPages)
}

impl Tab {
    /// The tab goes behind another one, and comes back.
    fn turn_away(&mut self) -> Vec<Effect> {
        self.viewport.is_visible = false;
        let effects = self.does(|session| session.turned(true));
        self.viewport.is_visible = true;
        self.does(|session| session.turned(true));
        effects
    }

    fn go_to_the_garden(&mut self) -> Vec<Effect> {
        let garden = one_asked(&self.visit("/rooms/2"));
        self.answer(&garden, ok(&open_room(GARDEN, page(GARDEN, 1..=3, 3))))
    }
}

#[test]
fn a_room_is_kept_when_it_is_left_unless_it_is_kept_as_it_is() {
    let mut tab = Tab::live();
    assert_eq!(kept(&tab.turn_away()), [LOBBY]);
    assert_eq!(kept(&tab.turn_away()), []);
    tab.hear(posted(LOBBY, 3));
    assert_eq!(kept(&tab.turn_away()), [LOBBY]);
    tab.hear(posted(LOBBY, 4));
    assert_eq!(kept(&tab.go_to_the_garden()), [LOBBY]);
}

#[test]
fn a_page_that_came_by_way_of_the_worker_is_kept_already() {
    let mut tab = Tab::live();
    tab.does(Session::page_is_kept);
    assert_eq!(kept(&tab.turn_away()), []);
    // Not what shows a part of the history, or a message in it.
    for (has_newer, marked) in [(true, None), (false, Some(Number(2)))] {
        let mut place = lobby(2);
        let open = place.open.as_mut().unwrap();
        open.history.has_newer = has_newer;
        open.marked = marked;
        let mut tab = Tab::new(place, CountedStorage::default());
        tab.open_socket(2);
        tab.does(Session::page_is_kept);
        assert_eq!(kept(&tab.turn_away()), [LOBBY]);
    }
}

#[test]
fn a_room_that_one_has_gone_to_is_kept_when_one_stays() {
    let mut tab = Tab::live();
    tab.does(Session::page_is_kept);
    assert_eq!(kept(&tab.go_to_the_garden()), []);
    assert_eq!(kept(&tab.pass(4_999.0)), []);
    assert_eq!(kept(&tab.pass(1.0)), [GARDEN]);
    assert_eq!(kept(&tab.pass(9_999.0)), []);
    // It is as it was kept.
    assert_eq!(kept(&tab.visit("/rooms/1")), []);
    assert_eq!(kept(&tab.turn_away()), [LOBBY]);
}

#[test]
fn without_a_server_nothing_is_taken_from_it() {
    let mut tab = Tab::live();
    tab.does(|session| session.closed(1006, ""));
    assert_eq!(kept(&tab.turn_away()), []);
    tab.does(|session| session.tick(1_000.0));
    tab.does(Session::opened);
    assert_eq!(kept(&tab.turn_away()), [LOBBY]);
}

#[test]
fn what_was_kept_for_one_goes_when_another_reads() {
    let renamed = User {
        name: "Alicia".to_owned(),
        ..alice()
    };
    let other = User { id: BOB, ..alice() };
    let mut tab = Tab::live();
    assert!(!forgets(&tab.does(|session| session.named(renamed))));
    assert!(forgets(&tab.does(|session| session.named(other))));
    // A session that ended, or another person's in another tab.
    for user in [None, Some(User { id: BOB, ..alice() })] {
        let mut tab = Tab::live();
        assert_eq!(kept(&tab.turn_away()), [LOBBY]);
        tab.does(|session| session.closed(1006, ""));
        tab.pass(1_000.0);
        tab.does(Session::opened);
        let ServerFrame::Welcome(told) = welcome(LOBBY, 2) else {
            panic!("it is a welcome");
        };
        let told = Welcome { user, ..told };
        assert!(forgets(&tab.hear(ServerFrame::Welcome(told))));
        assert_eq!(kept(&tab.turn_away()), [LOBBY], "as the other one");
    }
    let mut tab = Tab::live();
    let ended = tab.does(|session| session.closed(4401, ""));
    assert!(forgets(&ended));
}

#[test]
fn of_a_room_that_is_gone_nothing_stays() {
    let mut tab = Tab::live();
    tab.does(Session::page_is_kept);
    tab.go_to_the_garden();
    for (room, is_held) in [(LOBBY, true), (RoomId(9), false)] {
        let gone = parlour_protocol::RoomGone { room_id: room };
        let effects = tab.hear(ServerFrame::RoomDeleted(gone));
        assert_eq!(kept(&effects).contains(&room), is_held);
    }
}

#[test]
fn a_room_that_cannot_be_had_is_shown_as_it_was_kept() {
    let mut tab = Tab::live();
    let garden = one_asked(&tab.visit("/rooms/2"));
    let kept = Effect::LoadKept(GARDEN, "/rooms/2".to_owned());
    assert_eq!(tab.answer(&garden, None), [kept]);
    assert_eq!(tab.session.open_id(), Some(LOBBY));
    // Another place of the room that is open: its page is here.
    let older = one_asked(&tab.visit("/rooms/1/m/9"));
    assert_eq!(notices(&tab.answer(&older, None)).len(), 1);
}

#[test]
fn what_this_tab_alone_keeps_is_not_loaded_away() {
    let storage = CountedStorage::default();
    let mut tab = Tab::live_with(storage.clone());
    storage.fill(true);
    tab.send("Hello", "k1");
    let garden = one_asked(&tab.visit("/rooms/2"));
    assert_eq!(notices(&tab.answer(&garden, None)).len(), 1);
}
