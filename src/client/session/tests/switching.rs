//! Going to another room with the keyboard.

use super::*;

const ATTIC: RoomId = RoomId(3);

/// In the lobby, with three rooms in the list.
fn tab(storage: CountedStorage) -> Tab {
    let place = Place {
        rooms: vec![entry(LOBBY, 0), entry(GARDEN, 0), entry(ATTIC, 2)],
        ..lobby(2)
    };
    Tab::new(place, storage)
}

fn lower(text: &str) -> String {
    text.to_lowercase()
}

fn found(tab: &mut Tab, wanted: &str) -> Vec<RoomId> {
    let (found, _) = tab.session.find(wanted, lower);
    found.iter().map(|entry| entry.room.id).collect()
}

fn opened(room: RoomId) -> Answer {
    ok(&open_room(room, page(room, 1..=2, 2)))
}

#[test]
fn one_walks_the_list_also_while_a_room_is_on_its_way() {
    let mut tab = tab(CountedStorage::default());
    let first = one_asked(&tab.does(|session| session.walk(false, false)));
    assert_eq!(first.1, Ask::Unread(GARDEN));
    let second = one_asked(&tab.does(|session| session.walk(false, false)));
    assert_eq!(second.1, Ask::Unread(ATTIC));
    tab.answer(&first, opened(GARDEN));
    assert_eq!(tab.session.open_id(), Some(LOBBY), "given up");
    tab.answer(&second, opened(ATTIC));
    assert_eq!(tab.session.open_id(), Some(ATTIC));
}

#[test]
fn one_walks_what_is_unread_until_nothing_is() {
    let mut tab = tab(CountedStorage::default());
    let next = one_asked(&tab.does(|session| session.walk(true, true)));
    assert_eq!(next.1, Ask::Unread(ATTIC));
    tab.answer(&next, opened(ATTIC));
    let told = tab.does(|session| session.walk(true, true));
    assert_eq!(notices(&told), ["Nothing is unread."]);
    assert_eq!(asked(&told), []);
}

#[test]
fn rooms_opened_lately_are_found_first_in_every_tab() {
    let storage = CountedStorage::default();
    let mut tab_one = tab(storage.clone());
    let mut tab_two = tab(storage.clone());
    assert_eq!(found(&mut tab_one, ""), [GARDEN, ATTIC]);
    for room in [ATTIC, GARDEN, LOBBY] {
        let visit = tab_one.visit(&format!("/rooms/{room}"));
        if let [asked] = &asked(&visit)[..] {
            tab_one.answer(asked, opened(room));
        }
    }
    assert_eq!(found(&mut tab_one, "room"), [GARDEN, ATTIC, LOBBY]);
    let visit = tab_two.visit("/rooms/3");
    tab_two.answer(&one_asked(&visit), opened(ATTIC));
    assert_eq!(storage.text("parlour.recent"), "3 1 2");
    assert_eq!(found(&mut tab_one, ""), [ATTIC, GARDEN]);
}

#[test]
fn whoever_reads_next_is_not_told_what_was_read_before() {
    let storage = CountedStorage::default();
    let mut tab = tab(storage.clone());
    let visit = tab.visit("/rooms/3");
    tab.answer(&one_asked(&visit), opened(ATTIC));
    tab.visit("/rooms/1");
    assert_eq!(storage.text("parlour.recent"), "1 3");
    tab.does(|session| session.named(User { id: BOB, ..alice() }));
    assert_eq!(storage.text("parlour.recent"), "1");
    assert_eq!(found(&mut tab, ""), [GARDEN, ATTIC]);
}

#[test]
fn a_browser_that_keeps_nothing_remembers_in_the_tab() {
    let storage = CountedStorage::default();
    storage.fill(true);
    let mut tab = tab(storage);
    let visit = tab.visit("/rooms/3");
    tab.answer(&one_asked(&visit), opened(ATTIC));
    tab.visit("/rooms/1");
    assert_eq!(found(&mut tab, ""), [ATTIC, GARDEN]);
}

#[test]
fn the_server_may_know_other_rooms_and_people() {
    let place = Place {
        rooms: (1..=60).map(|id| entry(RoomId(id), 0)).collect(),
        ..lobby(2)
    };
    let mut tab = Tab::new(place, CountedStorage::default());
    let mut is_all = |wanted| tab.session.find(wanted, lower).1;
    assert!(!is_all("room 17"));
    assert!(is_all("room"), "as many as are shown are here");
    assert!(is_all(" "), "nothing is looked for");
}
