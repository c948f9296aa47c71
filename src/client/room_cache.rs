//! The cache of rooms that were open before in this tab: kept up to date by the socket, shown again at once.
//!
//! *Invariant:* each room once, never more than [`KEPT`]; the room that is open is not in it.

use super::presence::Presence;
use super::timeline::Timeline;
use parlour_protocol::{Number, OpenRoom, ReadOnly, Room, RoomId, Seq};

/// How many rooms are kept; the one that was left longest ago goes first.
pub const KEPT: usize = 12;

/// A room that is shown, without what changes with every message.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// The room as it is shown.
    pub room: Room,
    /// Whether this person may change and delete it.
    pub may_delete: bool,
    /// Why this person cannot write in it.
    pub read_only: Option<ReadOnly>,
    /// How many ask to be let in, if this person decides about that.
    pub asking: u32,
    /// Up to which seq this person has read it, as far as this tab knows; `None` for one who is no member.
    pub read: Option<Seq>,
    /// Up to which seq the server has been told so.
    pub told: Seq,
    /// The line *New*, where there is one.
    pub new: Option<NewLine>,
    /// This person has marked messages as unread: what is seen is not marked as read before something new comes.
    pub rests: bool,
    /// The message a permalink points at.
    pub marked: Option<Number>,
}

/// The line *New*: what is below was not read when the room was opened, or came when nobody looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewLine {
    /// The message it stands above.
    pub first: Number,
    /// It has been in view.
    pub is_seen: bool,
    /// It is above the view, and was in it never yet.
    pub is_missed: bool,
}

impl NewLine {
    /// Above this message, and not seen yet.
    pub fn above(first: Number) -> Self {
        Self {
            first,
            is_seen: false,
            is_missed: false,
        }
    }
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
        let timeline = Timeline::new(room.history);
        let first = room.read.and_then(|read| timeline.first_after(read));
        Self {
            open: Open {
                room: room.room,
                may_delete: room.may_delete,
                read_only: room.read_only,
                asking: room.asking,
                read: room.read,
                told: room.read.unwrap_or_default(),
                new: first.map(NewLine::above),
                rests: false,
                marked: room.marked,
            },
            timeline,
            presence: Presence::new(room.roster),
        }
    }
}

impl RoomState {
    /// It is opened again, with so many messages at its end unread: puts the line above the first of them. False
    /// where it does not hold them, and what was read before.
    pub fn reopen(&mut self, unread: i64) -> bool {
        let count = usize::try_from(unread).unwrap_or_default();
        let first = self.timeline.first_of_last(count);
        self.open.new = first.map(NewLine::above);
        let last_read = match first {
            Some(first) => first.before(),
            None => self.timeline.seq(),
        };
        if count == 0 || first.is_some() {
            self.open.read = self.open.read.map(|_| last_read);
            self.open.told = last_read;
        }
        count == 0 || first.is_some()
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
        room.open.new = None;
        room.open.rests = false;
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
            read_only: None,
            asking: 0,
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
    fn a_room_that_is_opened_again_has_its_line_where_it_holds_what_is_unread() {
        let history = History {
            messages: (11..=14).map(samples::message).collect(),
            seq: Seq(14),
            has_older: true,
            has_newer: false,
            house: None,
        };
        let state = RoomState::from(OpenRoom {
            room: samples::room(RoomId(1), "Room"),
            may_delete: false,
            read_only: None,
            asking: 0,
            read: Some(Seq(12)),
            roster: Roster::default(),
            history,
            marked: None,
        });
        assert_eq!(state.open.new, Some(NewLine::above(Number(13))));
        let reopened = |unread| {
            let mut cache = RoomCache::default();
            cache.put(state.clone());
            let mut state = cache.take(RoomId(1)).unwrap();
            assert_eq!(state.open.new, None);
            let is_held = state.reopen(unread);
            let first = state.open.new.map(|new| new.first.0);
            (is_held, first, state.open.read)
        };
        assert_eq!(reopened(0), (true, None, Some(Seq(14))));
        assert_eq!(reopened(1), (true, Some(14), Some(Seq(13))));
        assert_eq!(reopened(3), (true, Some(12), Some(Seq(11))));
        assert_eq!(reopened(4), (false, None, Some(Seq(12))));
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
