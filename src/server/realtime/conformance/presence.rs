//! What every implementation of [`Presence`] must do.

use crate::clock::{Clock, SystemClock};
use crate::realtime::{Attendee, Presence, SocketId};
use parlour_protocol::{Person, RoomId, Roster, UserId};
use std::sync::Arc;
use std::time::Duration;

/// Makes presence with this grace that shares nothing with the ones before.
pub type Factory<'a> = &'a dyn Fn(Duration) -> Arc<dyn Presence>;

const GRACE: Duration = Duration::from_secs(5);
const ROOM: RoomId = RoomId(1);
const OTHER: RoomId = RoomId(2);
const TAB: SocketId = SocketId(1);
const TAB_2: SocketId = SocketId(2);

/// Runs the whole suite; panics at what does not conform.
pub fn all(factory: Factory) {
    two_tabs_are_one_person(factory);
    a_reload_is_neither_a_leave_nor_a_join(factory);
    a_grace_that_is_over_is_reported_once(factory);
    leaving_has_no_grace(factory);
    a_name_changes_in_every_room(factory);
    a_deleted_room_is_empty(factory);
    lists_are_cut_and_counts_exact(factory);
}

/// Two tabs are one person.
pub fn two_tabs_are_one_person(factory: Factory) {
    let presence = factory(GRACE);
    assert!(presence.enter(ROOM, &alice(), TAB));
    assert!(!presence.enter(ROOM, &alice(), TAB_2));
    assert!(presence.enter(OTHER, &alice(), TAB));
    assert_eq!(
        presence.roster(ROOM),
        Roster {
            people: vec![Person {
                id: UserId(1),
                name: "Alice".to_owned(),
            }],
            count: 1
        }
    );
    let now = SystemClock.monotonic();
    presence.exit(ROOM, alice().id, TAB, now);
    assert!(
        presence.expire(now + 2 * GRACE).is_empty(),
        "the other tab holds her"
    );
    assert_eq!((presence.online(ROOM), presence.online(OTHER)), (1, 1));
}

/// A person who is back within the grace neither leaves nor joins.
pub fn a_reload_is_neither_a_leave_nor_a_join(factory: Factory) {
    let presence = factory(GRACE);
    let now = SystemClock.monotonic();
    presence.enter(ROOM, &alice(), TAB);
    presence.exit(ROOM, alice().id, TAB, now);
    assert_eq!(presence.online(ROOM), 1);
    assert!(!presence.enter(ROOM, &alice(), TAB_2));
    assert!(presence.expire(now + 2 * GRACE).is_empty());
}

/// A person whose grace is over is reported once.
pub fn a_grace_that_is_over_is_reported_once(factory: Factory) {
    let presence = factory(GRACE);
    let now = SystemClock.monotonic();
    presence.enter(ROOM, &alice(), TAB);
    presence.exit(ROOM, alice().id, TAB, now);
    assert!(
        presence
            .expire(now + GRACE - Duration::from_millis(1))
            .is_empty()
    );
    assert_eq!(presence.expire(now + GRACE), [(ROOM, alice())]);
    assert!(presence.expire(now + GRACE).is_empty());
    assert_eq!(presence.roster(ROOM), Roster::default());
    assert!(presence.enter(ROOM, &alice(), TAB), "and may come again");
}

/// Leaving waits for no grace.
pub fn leaving_has_no_grace(factory: Factory) {
    let presence = factory(GRACE);
    presence.enter(ROOM, &alice(), TAB);
    presence.enter(ROOM, &alice(), TAB_2);
    assert_eq!(presence.leave(ROOM, alice().id), Some(alice()));
    assert_eq!(presence.leave(ROOM, alice().id), None);
    let now = SystemClock.monotonic();
    presence.exit(ROOM, alice().id, TAB, now);
    assert!(presence.expire(now + 2 * GRACE).is_empty());
    assert_eq!(presence.online(ROOM), 0);
}

/// A new name is shown in every room of the person.
pub fn a_name_changes_in_every_room(factory: Factory) {
    let presence = factory(GRACE);
    presence.enter(ROOM, &alice(), TAB);
    presence.enter(OTHER, &alice(), TAB);
    presence.enter(RoomId(3), &person(2, "Bob"), TAB_2);
    let mut rooms = presence.rename(&person(1, "Zoe"));
    rooms.sort_unstable();
    assert_eq!(rooms, [ROOM, OTHER]);
    assert_eq!(presence.roster(ROOM).names(), ["Zoe"]);
}

/// A deleted room has no people.
pub fn a_deleted_room_is_empty(factory: Factory) {
    let presence = factory(GRACE);
    let now = SystemClock.monotonic();
    presence.enter(ROOM, &alice(), TAB);
    presence.exit(ROOM, alice().id, TAB, now);
    presence.forget(ROOM);
    assert_eq!(presence.online(ROOM), 0);
    assert!(presence.expire(now + 2 * GRACE).is_empty());
}

/// A list has 200 names at most, its count is exact.
pub fn lists_are_cut_and_counts_exact(factory: Factory) {
    let presence = factory(GRACE);
    for id in 0..250 {
        presence.enter(
            ROOM,
            &person(id, &format!("guest {id:03}")),
            SocketId(id as u64),
        );
    }
    let roster = presence.roster(ROOM);
    assert_eq!((roster.people.len(), roster.count), (200, 250));
    assert!(roster.names().is_sorted());
}

fn alice() -> Attendee {
    person(1, "Alice")
}

fn person(id: i64, name: &str) -> Attendee {
    Attendee {
        id: UserId(id),
        name: name.into(),
        skeleton: name.to_lowercase().into(),
    }
}
