//! The list of rooms in the sidebar: asked for with every socket, kept by frames in between.
//!
//! *Invariant:* its answer stands in order with everything else that the socket says: what came before it is in
//! it, so it takes the place of what is listed.

use super::{Part, Session};
use crate::listed;
use parlour_protocol::display::isolated;
use parlour_protocol::{Room, RoomEntry, RoomId, RoomList};

impl Session {
    /// The list as a fresh page would show it: rooms may have come and gone meanwhile.
    pub(super) fn listed(&mut self, list: RoomList) {
        if list.build.is_some() {
            // No room has to be joined to hear of it. A server that does not say it here says it in `welcome`.
            self.upgrade
                .announced(list.build, self.at.now, self.at.random);
        }
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

    /// A room is there, or is another than it was.
    pub(super) fn room_changed(&mut self, room: Room) {
        let is_open = self.open_id() == Some(room.id);
        let listed = self.rooms.len();
        match listed::has(&self.rooms, room.id) {
            true => self.change_entry(room.id, |entry| entry.room = room.clone()),
            // The list of all rooms has those that do not fit.
            false if is_open || listed::takes_another(listed) => {
                let room = room.clone();
                let entry = RoomEntry {
                    room,
                    unread: 0,
                    is_member: false,
                };
                listed::put(&mut self.rooms, entry);
                self.list_changed();
            }
            false => {}
        }
        if let Some(open) = self.open.as_mut().filter(|_| is_open) {
            open.room = room;
            self.show(Part::Open);
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
        self.forget(room_id);
        if is_open || had_sends {
            self.tell(sentence);
        }
    }

    /// Changes a room's line in the sidebar, if it has one.
    pub(super) fn change_entry(&mut self, room_id: RoomId, change: impl FnOnce(&mut RoomEntry)) {
        let entry = self.rooms.iter_mut().find(|e| e.room.id == room_id);
        if let Some(entry) = entry {
            let before = entry.clone();
            change(entry);
            let is_same = before.unread == entry.unread
                && before.is_member == entry.is_member
                && before.room.online == entry.room.online
                && before.room.name == entry.room.name
                && before.room.sort == entry.room.sort;
            if !is_same {
                self.list_changed();
            }
        }
    }

    fn list_changed(&mut self) {
        self.list_hash = None;
        self.show(Part::Rooms);
    }
}
