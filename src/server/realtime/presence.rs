//! Presence: who is in which room. It is a lease held by sockets: a lost connection ends it, after a grace in which a
//! reload is neither a leave nor a join.

use super::{Attendee, RosterState, SocketId, locked};
use parlour_protocol::{RoomId, Roster, UserId};
use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Who is in which room. A person is in a room while at least one of their sockets has joined it, and for a
/// grace after the last one is gone.
pub trait Presence: Send + Sync + 'static {
    /// A socket joins a room; whether its person was not in it before.
    fn enter(&self, room: RoomId, who: &Attendee, socket: SocketId) -> bool;
    /// A socket leaves a room; with the person's last one the grace begins at `now`.
    fn exit(&self, room: RoomId, user: UserId, socket: SocketId, now: Instant);
    /// A person leaves a room at once, with all sockets; who it was if they were in it.
    fn leave(&self, room: RoomId, user: UserId) -> Option<Attendee>;
    /// Removes the people whose grace is over at `now`.
    fn expire(&self, now: Instant) -> Vec<(RoomId, Attendee)>;
    /// Renames a person; the rooms in whose lists they are.
    fn rename(&self, who: &Attendee) -> Vec<RoomId>;
    /// Forgets a room that was deleted.
    fn forget(&self, room: RoomId);
    /// The people of a room: at most 200 of them, ordered by name, and the exact count.
    fn roster(&self, room: RoomId) -> Roster;
    /// The exact number of people in a room.
    fn online(&self, room: RoomId) -> u32;
}

/// Presence of one process.
pub struct LocalPresence {
    grace: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    rooms: HashMap<RoomId, RosterState>,
    /// Rooms with a person in their grace: all that `expire` looks at.
    leaving: HashSet<RoomId>,
}

impl LocalPresence {
    /// Empty, with this grace after a person's last socket.
    pub fn new(grace: Duration) -> Self {
        Self {
            grace,
            state: Mutex::default(),
        }
    }
}

impl Presence for LocalPresence {
    fn enter(&self, room: RoomId, who: &Attendee, socket: SocketId) -> bool {
        locked(&self.state)
            .rooms
            .entry(room)
            .or_default()
            .enter(who, socket)
    }

    fn exit(&self, room: RoomId, user: UserId, socket: SocketId, now: Instant) {
        let mut state = locked(&self.state);
        let Some(roster) = state.rooms.get_mut(&room) else {
            return;
        };
        if roster.exit(user, socket, now, self.grace) {
            state.leaving.insert(room);
        }
    }

    fn leave(&self, room: RoomId, user: UserId) -> Option<Attendee> {
        let mut state = locked(&self.state);
        let roster = state.rooms.get_mut(&room)?;
        let who = roster.leave(user);
        if roster.count() == 0 {
            state.rooms.remove(&room);
        }
        who
    }

    fn expire(&self, now: Instant) -> Vec<(RoomId, Attendee)> {
        let mut gone = Vec::new();
        let state = &mut *locked(&self.state);
        state.leaving.retain(|room| {
            let Some(roster) = state.rooms.get_mut(room) else {
                return false;
            };
            gone.extend(roster.expire(now).into_iter().map(|who| (*room, who)));
            if roster.count() == 0 {
                state.rooms.remove(room);
                return false;
            }
            roster.has_leaving()
        });
        gone
    }

    fn rename(&self, who: &Attendee) -> Vec<RoomId> {
        let mut state = locked(&self.state);
        let rooms = state.rooms.iter_mut();
        rooms
            .filter_map(|(room, roster)| roster.rename(who).then_some(*room))
            .collect()
    }

    fn forget(&self, room: RoomId) {
        let mut state = locked(&self.state);
        state.rooms.remove(&room);
        state.leaving.remove(&room);
    }

    fn roster(&self, room: RoomId) -> Roster {
        locked(&self.state)
            .rooms
            .get(&room)
            .map(RosterState::roster)
            .unwrap_or_default()
    }

    fn online(&self, room: RoomId) -> u32 {
        locked(&self.state)
            .rooms
            .get(&room)
            .map_or(0, RosterState::count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realtime::conformance;
    use std::sync::Arc;

    #[test]
    fn the_local_presence_conforms() {
        conformance::presence::all(&|grace| {
            Arc::new(LocalPresence::new(grace)) as Arc<dyn Presence>
        });
    }
}
