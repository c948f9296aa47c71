//! Which values that were read from the database, and are kept, are still what reading them again would give.
//!
//! Each transaction that ends takes the next [`Moment`], and leaves it on what it changed: a room, a person, the list
//! of rooms, what people are called. A value is kept with the moment before it was read, and is current as long as nothing that it was read
//! from has a later one. What a commit changed follows from what it publishes
//! ([`Publication::changes`](crate::events::Publication::changes)).
//!
//! *Invariant:* what a write changed has its moment before the write is published or answered, so whoever heard of it
//! is not given a value from before.

use parlour_protocol::{RoomId, UserId};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many bits of a hash tell rooms, or people, apart.
const SLOT_BITS: u32 = 14;

/// What a value was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A room: what it is called, and all that is in it.
    Room(RoomId),
    /// Which open rooms there are and what they are called; and which rooms of any kind are gone.
    RoomList,
    /// A person: their name and role, their sessions, the rooms they belong to and how far they have read them.
    Person(UserId),
    /// What people are called, all of them, and which account a guest has signed in to.
    Names,
    /// What mentions everybody in a room, and what mentioned somebody and was changed.
    Mentions,
    /// Of a person the rooms they belong to alone.
    Memberships(UserId),
    /// All of the database, of which every value is read.
    Everything,
}

/// How many transactions had ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

/// A value was read then, from this: to be asked later whether reading it again would give the same.
#[derive(Clone, Debug)]
pub struct ReadAt {
    moment: Moment,
    sources: [Source; 2],
    invalidations: Arc<Invalidations>,
}

impl ReadAt {
    /// To be called before it is read.
    pub fn now(invalidations: &Arc<Invalidations>, sources: [Source; 2]) -> Self {
        Self {
            moment: invalidations.moment(),
            sources,
            invalidations: Arc::clone(invalidations),
        }
    }

    /// Whether nothing of it has changed since, as far as anybody was told.
    pub fn is_current(&self) -> bool {
        self.invalidations.is_current(self.moment, self.sources)
    }
}

/// When everything was changed last.
///
/// Rooms and people share a fixed number of slots by a hash of their ids, so this takes the same memory however many
/// there are. Two in one slot are changed together, which costs a read and never a stale value.
#[derive(Debug)]
pub struct Invalidations(Mutex<Changed>);

#[derive(Debug)]
struct Changed {
    now: u64,
    everything: u64,
    room_list: u64,
    names: u64,
    mentions: u64,
    rooms: Box<[u64]>,
    people: Box<[u64]>,
    memberships: Box<[u64]>,
}

impl Default for Invalidations {
    fn default() -> Self {
        let slots = || vec![0; 1 << SLOT_BITS].into_boxed_slice();
        Self(Mutex::new(Changed {
            now: 0,
            everything: 0,
            room_list: 0,
            names: 0,
            mentions: 0,
            rooms: slots(),
            people: slots(),
            memberships: slots(),
        }))
    }
}

impl Invalidations {
    /// The present moment. Ask before a value is read: what is written meanwhile is later.
    pub fn moment(&self) -> Moment {
        Moment(self.changed().now)
    }

    /// Whether a value that was read from these after `moment` is what reading it again would give.
    pub fn is_current(&self, moment: Moment, sources: impl IntoIterator<Item = Source>) -> bool {
        let mut changed = self.changed();
        let sources = [Source::Everything].into_iter().chain(sources);
        sources.into_iter().all(|it| *changed.at(it) <= moment.0)
    }

    /// A transaction ended that changed these, or may have: after its COMMIT, before anybody hears of it.
    pub fn ended(&self, changes: impl IntoIterator<Item = Source>) {
        let mut changed = self.changed();
        changed.now += 1;
        let now = changed.now;
        for source in changes {
            *changed.at(source) = now;
        }
    }

    fn changed(&self) -> MutexGuard<'_, Changed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Changed {
    /// The moment when this was changed last.
    fn at(&mut self, source: Source) -> &mut u64 {
        match source {
            Source::Everything => &mut self.everything,
            Source::RoomList => &mut self.room_list,
            Source::Names => &mut self.names,
            Source::Mentions => &mut self.mentions,
            Source::Room(RoomId(id)) => &mut self.rooms[slot(id)],
            Source::Person(UserId(id)) => &mut self.people[slot(id)],
            Source::Memberships(UserId(id)) => &mut self.memberships[slot(id)],
        }
    }
}

/// Where an id is: ids that follow each other are far apart.
fn slot(id: i64) -> usize {
    const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
    (id.cast_unsigned().wrapping_mul(SPREAD) >> (u64::BITS - SLOT_BITS)) as usize
}

impl Moment {
    /// How many transactions ended from another moment to this one.
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOBBY: Source = Source::Room(RoomId(1));
    const ALICE: Source = Source::Person(UserId(1));
    const BOB: Source = Source::Person(UserId(2));

    #[test]
    fn a_value_is_current_until_something_it_was_read_from_changes() {
        let changes = Invalidations::default();
        let before = changes.moment();
        assert!(changes.is_current(before, [LOBBY, ALICE, Source::RoomList]));
        changes.ended([LOBBY, ALICE]);
        for (sources, is_current) in [
            (vec![LOBBY], false),
            (vec![ALICE], false),
            (vec![BOB, LOBBY], false),
            (vec![BOB], true),
            (vec![Source::Memberships(UserId(1))], true),
            (vec![Source::RoomList, Source::Room(RoomId(2))], true),
            (vec![Source::Names], true),
            (vec![], true),
        ] {
            let is = changes.is_current(before, sources.iter().copied());
            assert_eq!(is, is_current, "{sources:?}");
        }
        assert!(changes.is_current(changes.moment(), [LOBBY, ALICE]));
    }

    #[test]
    fn what_changes_while_a_value_is_read_is_later() {
        let changes = Invalidations::default();
        let began = changes.moment();
        changes.ended([ALICE]);
        // Whether it was read before that or after, it is not known.
        assert!(!changes.is_current(began, [ALICE]));
        assert!(changes.is_current(began, [BOB]));
    }

    #[test]
    fn everything_is_what_every_value_is_read_from() {
        let changes = Invalidations::default();
        let before = changes.moment();
        changes.ended([Source::Everything]);
        for source in [LOBBY, ALICE, BOB, Source::RoomList] {
            assert!(!changes.is_current(before, [source]));
            assert!(changes.is_current(changes.moment(), [source]));
        }
        assert!(!changes.is_current(before, []));
    }

    #[test]
    fn what_changes_nothing_is_counted_and_drops_nothing() {
        let changes = Invalidations::default();
        let before = changes.moment();
        changes.ended([]);
        changes.ended([]);
        assert_eq!(changes.moment().since(before), 2);
        assert!(changes.is_current(before, [LOBBY, ALICE, Source::RoomList]));
    }

    #[test]
    fn few_of_many_share_a_slot_and_every_id_has_one() {
        let changes = Invalidations::default();
        let before = changes.moment();
        changes.ended((1..=100).map(|id| Source::Room(RoomId(id))));
        let others = 101..=1_100;
        let dropped = others.filter(|id| !changes.is_current(before, [Source::Room(RoomId(*id))]));
        assert!(dropped.count() < 20);
        for id in [i64::MIN, -1, 0, 1 << 52, i64::MAX] {
            let room = Source::Room(RoomId(id));
            let before = changes.moment();
            changes.ended([room]);
            assert!(!changes.is_current(before, [room]));
        }
    }
}
