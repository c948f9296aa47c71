//! Being a member of rooms. To read is to look: nobody becomes a member by opening a room, but by joining it or by
//! writing there.
//!
//! *Invariant:* whether this person is a member is what the server said last, by a page, by the list of rooms or by
//! a frame. A tab says that it looks, whoever is a member: one that was away does not undo that a room was left.

use super::{Ask, Effect, Part, Session, Undo};
use crate::timeline::Timeline;
use parlour_protocol::display::isolated;
use parlour_protocol::{ClientFrame, KNOWS_REACTIONS, Level, RoomEntry, RoomId, Seq};

impl Session {
    /// Whether this person is a member of a room that this tab shows, holds or lists.
    pub fn is_member(&self, room: RoomId) -> bool {
        match self.read_of(room) {
            Some(read) => read.is_some(),
            None => self.entry(room).is_some_and(|entry| entry.is_member),
        }
    }

    /// Becomes a member of the open room.
    pub fn join_room(&mut self) {
        if let Some(room) = self.open_id() {
            self.fetch(Ask::Join(room));
        }
    }

    /// Is no member of the open room any more, and goes on looking at it.
    pub fn leave_room(&mut self) {
        if let Some(room) = self.open_id() {
            self.fetch(Ask::Leave(room));
        }
    }

    /// Takes back what was done.
    pub fn undo(&mut self, undo: Undo) {
        self.fetch(match undo {
            Undo::Leave(room) => Ask::Join(room),
            Undo::Delete(room, number) => Ask::UndoDelete(room, number),
        });
    }

    /// The server did what was asked: this tab joined the room, or left it. The frame that says so comes as well.
    pub(super) fn membership_changed(&mut self, ask: &Ask, room: RoomId) {
        let is_member = matches!(ask, Ask::Join(_));
        if !is_member {
            let listed = self.entry(room).map(|entry| &entry.room);
            let open = self.open.as_ref().map(|open| &open.room);
            let name = listed.or(open.filter(|open| open.id == room));
            let name = name.map_or("the room", |room| room.name.as_str());
            let sentence = format!("You left {}.", isolated(name));
            self.push(Effect::Offer(sentence, Undo::Leave(room)));
        }
        self.set_member(room, is_member);
    }

    /// A membership began, here or in another tab.
    pub(super) fn was_joined(&mut self, room: RoomId) {
        if self.entry(room).is_none() {
            // Nothing but its number is known of it here.
            self.say(ClientFrame::Rooms { known: None });
        }
        self.set_member(room, true);
        self.ask_rights(room);
    }

    /// What this person may do in a room that is held is perhaps another: the answer to who looks at it says so.
    pub(super) fn ask_rights(&mut self, room: RoomId) {
        let after = self.timeline_of(room).map(Timeline::seq);
        if after.is_some() && self.joined.contains(room) {
            self.say(look_at(room, after));
        }
    }

    /// The room is among the favourites from now on, or no more, and told of so much, here or in another tab.
    pub(super) fn is_marked_now(&mut self, room: RoomId, is_favourite: bool, level: Level) {
        if is_favourite && self.entry(room).is_none() {
            // Of many rooms the favourites are listed.
            self.say(ClientFrame::Rooms { known: None });
        }
        self.change_entry(room, |entry| {
            entry.is_favourite = is_favourite;
            entry.level = level;
        });
    }

    /// A membership ended, here or in another tab, and nothing is heard of the room: whoever reads it looks on.
    pub(super) fn was_left(&mut self, room: RoomId) {
        self.joined.remove(room);
        self.syncing.remove(room);
        self.read.forget(room);
        self.set_member(room, false);
        if self.open_id() == Some(room) {
            self.typing.on_left();
            self.be_in(room, self.timeline.seq());
        } else {
            self.cache.take(room);
        }
    }

    /// Looks at a room that is shown from now on, and hears what happened since `seq`. A member is in it.
    pub(super) fn be_in(&mut self, room_id: RoomId, seq: Seq) {
        self.agree_with_list(room_id);
        if !self.connection.is_live() {
            // The next socket begins with it.
            return;
        }
        let is_new = self.joined.insert(room_id, ());
        self.say(if is_new {
            look_at(room_id, Some(seq))
        } else {
            ClientFrame::Sync {
                room_id: Some(room_id),
                after: seq,
            }
        });
    }

    /// The list follows every change; what was asked of a room beside it may have been answered before one.
    pub(super) fn agree_with_list(&mut self, room: RoomId) {
        if let Some(is_member) = self.entry(room).map(|entry| entry.is_member) {
            self.set_read(room, is_member);
        }
    }

    /// For a member all is read to begin with.
    fn set_member(&mut self, room: RoomId, is_member: bool) {
        self.change_entry(room, |entry| {
            if entry.is_member != is_member {
                entry.is_member = is_member;
                entry.is_favourite = false;
                entry.level = Level::All;
                entry.unread = 0;
            }
        });
        self.set_read(room, is_member);
    }

    fn set_read(&mut self, room: RoomId, is_member: bool) {
        let seq = self.timeline_of(room).map(Timeline::seq);
        let is_open = self.open_id() == Some(room);
        let open = match is_open {
            true => self.open.as_mut(),
            false => self.cache.get_mut(room).map(|state| &mut state.open),
        };
        if let Some(open) = open.filter(|open| open.read.is_some() != is_member) {
            open.read = seq.filter(|_| is_member);
            open.told = seq.unwrap_or_default();
            open.new = None;
            open.rests = false;
            if is_open {
                self.show(Part::Open);
            }
        }
    }

    /// How far a room was read that is held here.
    fn read_of(&self, room: RoomId) -> Option<Option<Seq>> {
        match &self.open {
            Some(open) if open.room.id == room => Some(open.read),
            _ => self.cache.get(room).map(|state| state.open.read),
        }
    }

    pub(super) fn entry(&self, room: RoomId) -> Option<&RoomEntry> {
        self.rooms.iter().find(|entry| entry.room.id == room)
    }
}

/// What is said to hear of a room.
pub(super) fn look_at(room_id: RoomId, after: Option<Seq>) -> ClientFrame {
    ClientFrame::Join {
        room_id,
        after,
        look: true,
        knows: vec![KNOWS_REACTIONS.to_owned()],
    }
}
