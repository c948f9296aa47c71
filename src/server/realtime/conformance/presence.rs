//! What presence must do.

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

/// All of it.
pub fn all(factory: Factory) {
    somebody_comes_once_with_two_tabs(factory);
    a_reload_is_no_event(factory);
    who_stays_away_is_gone_once(factory);
    leaving_is_at_once(factory);
    a_name_changes_in_every_room(factory);
    a_deleted_room_is_empty(factory);
    lists_are_cut_and_counts_exact(factory);
}

/// Two tabs are one person.
pub fn somebody_comes_once_with_two_tabs(factory: Factory) {
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

/// Who comes back within the grace was never away.
pub fn a_reload_is_no_event(factory: Factory) {
    let presence = factory(GRACE);
    let now = SystemClock.monotonic();
    presence.enter(ROOM, &alice(), TAB);
    presence.exit(ROOM, alice().id, TAB, now);
    assert_eq!(presence.online(ROOM), 1);
    assert!(!presence.enter(ROOM, &alice(), TAB_2));
    assert!(presence.expire(now + 2 * GRACE).is_empty());
}

/// The grace ends once.
pub fn who_stays_away_is_gone_once(factory: Factory) {
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
pub fn leaving_is_at_once(factory: Factory) {
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

/// A new name is shown wherever somebody is.
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

/// Nobody is in a room that is no more.
pub fn a_deleted_room_is_empty(factory: Factory) {
    let presence = factory(GRACE);
    let now = SystemClock.monotonic();
    presence.enter(ROOM, &alice(), TAB);
    presence.exit(ROOM, alice().id, TAB, now);
    presence.forget(ROOM);
    assert_eq!(presence.online(ROOM), 0);
    assert!(presence.expire(now + 2 * GRACE).is_empty());
}

/// 200 names, whatever the count.
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
