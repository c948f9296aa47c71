//! Who is in one room, with the grace that makes a reload neither a leave nor a join.

use super::SocketId;
use crate::names::sort_key;
use parlour_protocol::{Person, Roster, UserId};
use smallvec::SmallVec;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// People in a `users_list` at most.
const NAMES_MAX: usize = 200;

/// A person who can be in a room. Clones share the names, since every list the person is on has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendee {
    /// The id of the user.
    pub id: UserId,
    /// The name as it is displayed.
    pub name: Arc<str>,
    /// The skeleton of the name (UTS #39): equal for names that look alike.
    pub skeleton: Arc<str>,
}

/// The people of one room, each held there by the sockets that joined.
#[derive(Debug, Default)]
pub struct RosterState {
    people: HashMap<UserId, Entry>,
    /// The people in the order of the list, so that its first 200 are found without sorting all.
    order: BTreeSet<(Arc<str>, UserId)>,
}

/// The key of the alphabetical order.
fn place(who: &Attendee) -> (Arc<str>, UserId) {
    (sort_key(&who.name).into(), who.id)
}

#[derive(Debug)]
struct Entry {
    who: Attendee,
    /// Nearly always one.
    sockets: SmallVec<[SocketId; 1]>,
    /// When the grace of a person without sockets ends.
    gone_at: Option<Instant>,
}

impl RosterState {
    /// A socket joins; whether its person was not here before.
    pub fn enter(&mut self, who: &Attendee, socket: SocketId) -> bool {
        let is_new = !self.people.contains_key(&who.id);
        let entry = self.people.entry(who.id).or_insert_with(|| {
            self.order.insert(place(who));
            Entry {
                who: who.clone(),
                sockets: SmallVec::new(),
                gone_at: None,
            }
        });
        if !entry.sockets.contains(&socket) {
            entry.sockets.push(socket);
        }
        entry.gone_at = None;
        is_new
    }

    /// A socket leaves; whether it was the person's last one, with which the grace begins.
    pub fn exit(&mut self, user: UserId, socket: SocketId, now: Instant, grace: Duration) -> bool {
        let Some(entry) = self.people.get_mut(&user) else {
            return false;
        };
        let before = entry.sockets.len();
        entry.sockets.retain(|other| *other != socket);
        if before > 0 && entry.sockets.is_empty() {
            entry.gone_at = Some(now + grace);
            return true;
        }
        false
    }

    /// A person leaves at once, with all sockets; who it was if they were here.
    pub fn leave(&mut self, user: UserId) -> Option<Attendee> {
        let entry = self.people.remove(&user)?;
        self.order.remove(&place(&entry.who));
        Some(entry.who)
    }

    /// Removes the people whose grace is over at `now`.
    pub fn expire(&mut self, now: Instant) -> Vec<Attendee> {
        let is_gone = |entry: &Entry| entry.gone_at.is_some_and(|at| at <= now);
        let gone: Vec<_> = self
            .people
            .iter()
            .filter(|(_, entry)| is_gone(entry))
            .map(|(user, _)| *user)
            .collect();
        gone.into_iter()
            .filter_map(|user| self.leave(user))
            .collect()
    }

    /// Whether a person is in their grace.
    pub fn has_leaving(&self) -> bool {
        self.people.values().any(|entry| entry.gone_at.is_some())
    }

    /// Renames a person; whether they are here.
    pub fn rename(&mut self, who: &Attendee) -> bool {
        let Some(entry) = self.people.get_mut(&who.id) else {
            return false;
        };
        self.order.remove(&place(&entry.who));
        self.order.insert(place(who));
        entry.who = who.clone();
        true
    }

    /// The first 200 people by name, and the exact count.
    pub fn roster(&self) -> Roster {
        let people = self
            .order
            .iter()
            .take(NAMES_MAX)
            .filter_map(|(_, user)| self.people.get(user))
            .map(|entry| Person {
                id: entry.who.id,
                name: entry.who.name.to_string(),
            })
            .collect();
        Roster {
            people,
            count: self.count(),
        }
    }

    /// How many people are here.
    pub fn count(&self) -> u32 {
        u32::try_from(self.people.len()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, SystemClock};

    const GRACE: Duration = Duration::from_secs(5);

    fn person(id: i64, name: &str) -> Attendee {
        Attendee {
            id: UserId(id),
            name: name.into(),
            skeleton: crate::names::skeleton(name).into(),
        }
    }

    #[test]
    fn a_reload_within_the_grace_is_neither_a_leave_nor_a_join() {
        let start = SystemClock.monotonic();
        let alice = person(1, "Alice");
        let mut room = RosterState::default();
        assert!(room.enter(&alice, SocketId(1)));
        assert!(room.exit(alice.id, SocketId(1), start, GRACE));
        assert_eq!(room.count(), 1);
        assert!(room.expire(start + Duration::from_millis(4_999)).is_empty());
        assert!(!room.enter(&alice, SocketId(2)));
        assert!(room.expire(start + Duration::from_secs(60)).is_empty());
        room.exit(alice.id, SocketId(2), start, GRACE);
        assert!(room.has_leaving());
        assert_eq!(room.expire(start + GRACE), [alice]);
        assert_eq!(room.roster(), Roster::default());
    }

    #[test]
    fn two_tabs_are_one_person() {
        let start = SystemClock.monotonic();
        let alice = person(1, "Alice");
        let mut room = RosterState::default();
        assert!(room.enter(&alice, SocketId(1)));
        assert!(!room.enter(&alice, SocketId(2)));
        assert!(!room.exit(alice.id, SocketId(1), start, GRACE));
        assert!(
            !room.exit(alice.id, SocketId(1), start, GRACE),
            "twice is once"
        );
        assert!(room.expire(start + GRACE).is_empty());
        assert_eq!(room.leave(alice.id), Some(alice.clone()));
        assert_eq!(room.leave(alice.id), None);
    }

    #[test]
    fn the_list_is_ordered_by_the_alphabet_not_by_skeletons() {
        let mut room = RosterState::default();
        for (id, name) in [(1, "Noor"), (2, "Mira"), (3, "Ida"), (4, "Émile")] {
            room.enter(&person(id, name), SocketId(id as u64));
        }
        assert_eq!(room.roster().names(), ["Émile", "Ida", "Mira", "Noor"]);
        room.leave(UserId(4));
        room.leave(UserId(2));
        assert_eq!(room.roster().names(), ["Ida", "Noor"]);
    }

    #[test]
    fn names_are_ordered_without_case_and_cut_at_200() {
        let mut room = RosterState::default();
        for (id, name) in [(1, "bob"), (2, "Alice"), (3, "Carol")] {
            room.enter(&person(id, name), SocketId(id as u64));
        }
        assert_eq!(room.roster().names(), ["Alice", "bob", "Carol"]);
        assert!(room.rename(&person(2, "Zoe")));
        assert!(!room.rename(&person(9, "Nobody")));
        assert_eq!(room.roster().names(), ["bob", "Carol", "Zoe"]);
        for id in 10..310 {
            room.enter(&person(id, &format!("u{id}")), SocketId(id as u64));
        }
        assert_eq!(
            (room.roster().people.len(), room.roster().count),
            (200, 303)
        );
    }
}
