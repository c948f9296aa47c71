//! The cache of rooms that were open before in this tab: kept up to date by the socket, shown again at once.
//!
//! *Invariant:* each room once, never more than [`KEPT`]; the room that is open is not in it.

use super::presence::Presence;
use super::timeline::Timeline;
use parlour_protocol::{Number, OpenRoom, Room, RoomId};

/// How many rooms are kept; the one that was left longest ago goes first.
pub const KEPT: usize = 12;

/// A room that is shown, without what changes with every message.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// The room as it is shown.
    pub room: Room,
    /// Whether this person may delete it.
    pub may_delete: bool,
    /// The message a permalink points at.
    pub marked: Option<Number>,
}

/// A room with everything that is shown of it.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomState {
    /// The room and its permalink.
    pub open: Open,
    /// The messages it holds.
    pub timeline: Timeline,
    /// The people who are in it.
    pub presence: Presence,
}

/// The rooms, the one left last at the end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoomCache(Vec<RoomState>);

impl From<OpenRoom> for RoomState {
    fn from(room: OpenRoom) -> Self {
        Self {
            open: Open {
                room: room.room,
                may_delete: room.may_delete,
                marked: room.marked,
            },
            timeline: Timeline::new(room.history),
            presence: Presence::new(room.roster),
        }
    }
}

impl RoomCache {
    /// Puts a room away, unless its view is somewhere in the past: coming back, people want the end.
    pub fn put(&mut self, mut room: RoomState) {
        self.take(room.open.room.id);
        if room.timeline.has_newer() {
            return;
        }
        room.open.marked = None;
        self.0.push(room);
        if self.0.len() > KEPT {
            self.0.remove(0);
        }
    }

    /// Takes a room out of it.
    pub fn take(&mut self, room: RoomId) -> Option<RoomState> {
        let at = self.0.iter().position(|state| state.open.room.id == room)?;
        Some(self.0.remove(at))
    }

    /// A room in it.
    pub fn get(&self, room: RoomId) -> Option<&RoomState> {
        self.0.iter().find(|state| state.open.room.id == room)
    }

    /// A room in it, to be changed.
    pub fn get_mut(&mut self, room: RoomId) -> Option<&mut RoomState> {
        self.0.iter_mut().find(|state| state.open.room.id == room)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &RoomState> {
        self.0.iter()
    }

    /// All of them, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut RoomState> {
        self.0.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::{History, Roster, samples};

    fn room(id: i64, has_newer: bool) -> RoomState {
        let room = samples::room(RoomId(id), &format!("Room {id}"));
        let history = History {
            has_newer,
            ..History::default()
        };
        let roster = Roster::default();
        OpenRoom {
            room,
            may_delete: false,
            read: None,
            roster,
            history,
            marked: Some(Number(3)),
        }
        .into()
    }

    fn ids(cache: &RoomCache) -> Vec<i64> {
        cache.iter().map(|state| state.open.room.id.0).collect()
    }

    #[test]
    fn a_room_is_kept_once_and_without_its_mark() {
        let mut cache = RoomCache::default();
        cache.put(room(1, false));
        cache.put(room(2, false));
        cache.put(room(1, false));
        assert_eq!(ids(&cache), [2, 1]);
        assert_eq!(cache.take(RoomId(1)).unwrap().open.marked, None);
        assert_eq!(cache.take(RoomId(1)), None);
    }

    #[test]
    fn the_room_left_longest_ago_goes_first() {
        let mut cache = RoomCache::default();
        (1..=KEPT as i64 + 2).for_each(|id| cache.put(room(id, false)));
        assert_eq!(ids(&cache), (3..=KEPT as i64 + 2).collect::<Vec<_>>());
    }

    #[test]
    fn a_view_of_the_past_is_not_kept_and_replaces_what_was() {
        let mut cache = RoomCache::default();
        cache.put(room(1, false));
        cache.put(room(1, true));
        assert_eq!(ids(&cache), Vec::<i64>::new());
    }
}
