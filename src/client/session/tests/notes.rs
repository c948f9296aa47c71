//! Lines that say who came and who went: when, and whether at all; and the date that they go by.

use super::*;
use crate::timeline::{Row, utc};
use parlour_protocol::{System, SystemEvent};

/// Noon of 3 January 2026.
const NOON: f64 = 1_767_441_600_000.0;
const DAY: f64 = 86_400_000.0;

fn came(tab: &mut Tab) {
    tab.hear(ServerFrame::System(System {
        room_id: LOBBY,
        event: SystemEvent::Joined,
        user_id: BOB,
        username: "Bob".to_owned(),
        content: String::new(),
    }));
}

fn notes(tab: &Tab) -> usize {
    let rows = tab.session.timeline().rows(&[], None, utc).into_iter();
    rows.filter(|row| matches!(row, Row::Note { .. })).count()
}

fn live(storage: &CountedStorage) -> Tab {
    Tab::live_with(storage.clone())
}

#[test]
fn they_can_be_switched_off_and_on_in_all_tabs_and_for_good() {
    let storage = CountedStorage::default();
    let (mut tab, mut other) = (live(&storage), live(&storage));
    assert!(tab.session.has_notes());
    came(&mut tab);
    came(&mut other);
    assert_eq!((notes(&tab), notes(&other)), (1, 1));
    tab.does(|session| session.show_notes(false));
    assert!(tab.parts.has(Part::Notes));
    other.does(|session| session.storage_changed(false));
    for tab in [&mut tab, &mut other, &mut live(&storage)] {
        assert!(!tab.session.has_notes());
        came(tab);
        assert_eq!(notes(tab), 0);
    }
    tab.does(|session| session.show_notes(true));
    came(&mut tab);
    assert_eq!(notes(&tab), 1);
    assert!(live(&storage).session.has_notes());
}

#[test]
fn where_nothing_is_kept_the_tab_does_as_it_was_told() {
    let storage = CountedStorage::default();
    storage.fill(true);
    let mut tab = live(&storage);
    tab.does(|session| session.show_notes(false));
    came(&mut tab);
    assert_eq!(notes(&tab), 0);
}

#[test]
fn the_date_is_that_of_the_machine_put_right_by_the_last_message() {
    let mut tab = Tab::live();
    assert_eq!(tab.session.date(), None);
    tab.does(|session| session.tick(NOON));
    assert_eq!(tab.session.date(), Some(Timestamp(NOON as i64)));
    // The machine is a day late.
    let mut said = message(LOBBY, 3, BOB, "b3");
    said.timestamp = Timestamp((NOON + DAY) as i64);
    tab.hear(ServerFrame::Message(said.clone()));
    let ahead = tab.session.date().unwrap().0 - NOON as i64;
    assert!((ahead - DAY as i64).abs() < 60_000, "{ahead}");
    // What comes twice tells nothing of now.
    said.timestamp = Timestamp(0);
    tab.hear(ServerFrame::Message(said));
    assert!(tab.session.date().unwrap().0 > NOON as i64);
}
