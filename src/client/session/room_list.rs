//! The list of rooms in the sidebar: asked for with every socket, kept by frames in between.
//!
//! *Invariant:* its answer stands in order with everything else that the socket says: what came before it is in
//! it, so it takes the place of what is listed.

use super::{Part, Session};
use crate::listed;
use crate::room_cache::Open;
use crate::sections::{self, Line, Standing};
use crate::unread::Unread;
use parlour_protocol::display::isolated;
use parlour_protocol::{Level, ReadOnly, Room, RoomEntry, RoomId, RoomList};

impl Session {
    /// The lines of the sidebar, each room by its place in the list.
    pub fn lines(&self) -> Vec<Line> {
        let open = self.open_id();
        let standing = |entry: &RoomEntry| {
            let is_open = open == Some(entry.room.id);
            Standing {
                is_member: entry.is_member,
                is_favourite: entry.is_favourite,
                is_direct: entry.room.id.is_direct(),
                is_open,
                is_unread: if is_open {
                    self.was_unread
                } else {
                    Unread::of(entry).count > 0
                },
            }
        };
        sections::lines(self.rooms.iter().map(standing), self.me.is_some())
    }

    /// A room is about to be opened: its line stays where it is while it is open.
    pub(super) fn keep_line(&mut self, room: RoomId) {
        if self.open_id() != Some(room) {
            self.was_unread = self.is_unread(room);
        }
    }

    pub(super) fn is_unread(&self, room: RoomId) -> bool {
        self.entry(room)
            .is_some_and(|entry| Unread::of(entry).count > 0)
    }

    /// The list as a fresh page would show it: rooms may have come and gone meanwhile.
    pub(super) fn listed(&mut self, list: RoomList) {
        if list.build.is_some() {
            // No room has to be joined to hear of it. A server that does not say it here says it in `welcome`.
            self.upgrade
                .announced(list.build, self.at.now, self.at.random);
        }
        self.streams_listed(list.house, list.me);
        self.blocks(list.blocked);
        let Some(fresh) = list.rooms else {
            // It is what is listed here.
            return;
        };
        if listed::is_whole(fresh.len()) {
            // While the old list still knows their names.
            let is_gone = |id: &RoomId| !listed::has(&fresh, *id);
            for gone in self.held().into_iter().filter(is_gone) {
                self.deleted(gone);
            }
        }
        let (open, listed) = (self.open_id(), fresh.len());
        listed::take(&mut self.rooms, fresh, open);
        // With a line that was kept it is another list than the server's.
        self.list_hash = (self.rooms.len() == listed).then_some(list.hash);
        for room in self.held() {
            self.agree_with_list(room);
        }
        self.read_as_told();
        self.show(Part::Rooms);
        self.look();
    }

    /// The rooms of which this tab has more than a line in the list.
    fn held(&self) -> Vec<RoomId> {
        let mut held = self.outbox.rooms();
        let cached = self.cache.iter().map(|state| state.open.room.id);
        for room in cached.chain(self.open_id()) {
            if !held.contains(&room) {
                held.push(room);
            }
        }
        held
    }

    /// A room is there, or is another than it was. It may be told late, by what was read before it changed again:
    /// of two, the one with the later `seq` is how it is now.
    pub(super) fn room_changed(&mut self, room: Room) {
        let is_open = self.open_id() == Some(room.id);
        let at = self.rooms.iter().position(|e| e.room.id == room.id);
        let held = self.room(room.id).map(|held| held.seq);
        let known = held.or_else(|| at.map(|at| self.rooms[at].room.seq));
        if known.is_some_and(|known| known > room.seq) {
            return;
        }
        match at {
            Some(at) => {
                let old = self.rooms.remove(at);
                // Up to there its messages are counted.
                let seq = old.room.seq;
                let room = Room {
                    seq,
                    ..room.clone()
                };
                let entry = RoomEntry {
                    room,
                    ..old.clone()
                };
                let is_same = shows_the_same(&old, &entry);
                listed::put(&mut self.rooms, entry);
                if !is_same {
                    self.list_changed();
                }
            }
            // The list of all rooms has those that do not fit.
            None if is_open || listed::takes_another(self.rooms.len()) => {
                let room = room.clone();
                let entry = RoomEntry {
                    room,
                    unread: 0,
                    mentions: 0,
                    is_member: false,
                    is_favourite: false,
                    level: Level::default(),
                    availability: None,
                };
                listed::put(&mut self.rooms, entry);
                self.list_changed();
            }
            None => {}
        }
        let mut is_renamed = false;
        self.change_open(room.id, |open| {
            is_renamed = open.room.name != room.name;
            open.room = room;
        });
        if is_open && is_renamed {
            self.name_address();
        }
    }

    /// What this person may do in a room: change it, not write in it for a reason, decide about so many.
    pub(super) fn take_rights(&mut self, room: RoomId, rights: (bool, Option<ReadOnly>, u32)) {
        self.change_open(room, |open| {
            (open.may_delete, open.read_only, open.asking) = rights;
        });
    }

    /// Changes what is known of a room that is shown, or held to be shown again.
    pub(super) fn change_open(&mut self, room: RoomId, change: impl FnOnce(&mut Open)) {
        let is_open = self.open_id() == Some(room);
        let open = match is_open {
            true => self.open.as_mut(),
            false => self.cache.get_mut(room).map(|state| &mut state.open),
        };
        if let Some(open) = open {
            change(open);
            if is_open {
                self.show(Part::Open);
            }
        }
    }

    /// A room is no more.
    pub(super) fn deleted(&mut self, room_id: RoomId) {
        let is_open = self.open_id() == Some(room_id);
        let mut sentence = "The room was deleted.".to_owned();
        if let Some(at) = self.rooms.iter().position(|e| e.room.id == room_id) {
            let entry = self.rooms.remove(at);
            sentence = format!("The room {} was deleted.", isolated(&entry.room.name));
            self.list_changed();
        }
        // What was meant for it stays readable, as refused.
        let had_sends = !self.outbox.pending(room_id).is_empty();
        if had_sends {
            self.change_outbox(|outbox| outbox.forget_room(room_id, &sentence));
        }
        self.unkeep_page(room_id);
        self.forget(room_id);
        if is_open || had_sends {
            self.tell(sentence);
        }
    }

    /// How many messages of this room are unread, if it is listed.
    pub(super) fn unread(&self, room_id: RoomId) -> i64 {
        let entry = self.rooms.iter().find(|e| e.room.id == room_id);
        entry.map_or(0, |entry| entry.unread)
    }

    /// Changes a room's line in the sidebar, if it has one.
    pub(super) fn change_entry(&mut self, room_id: RoomId, change: impl FnOnce(&mut RoomEntry)) {
        let entry = self.rooms.iter_mut().find(|e| e.room.id == room_id);
        if let Some(entry) = entry {
            let before = entry.clone();
            change(entry);
            if !shows_the_same(&before, entry) {
                self.list_changed();
            }
        }
    }

    fn list_changed(&mut self) {
        self.list_hash = None;
        self.show(Part::Rooms);
    }
}

/// Whether a line looks the same in both states.
fn shows_the_same(one: &RoomEntry, other: &RoomEntry) -> bool {
    one.unread == other.unread
        && one.mentions == other.mentions
        && one.is_member == other.is_member
        && one.is_favourite == other.is_favourite
        && one.level == other.level
        && one.availability == other.availability
        && one.room.name == other.room.name
        && one.room.sort == other.room.sort
}
