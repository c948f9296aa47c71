//! Going to another room with the keyboard: to the one beside the open one, or by a part of its name.

use super::Session;
use super::stored::Key;
use crate::sections::Line;
use crate::switcher::{self, Fold, Recent};
use parlour_protocol::{RoomEntry, RoomId, paths};

impl Session {
    /// Goes to the room above or below the open one in the sidebar; with `is_unread`, to the next with something unread.
    pub fn walk(&mut self, is_up: bool, is_unread: bool) {
        let from = self.on_the_way().or(self.open_id());
        let lines = self.lines().into_iter();
        let shown = lines.filter_map(|line| match line {
            Line::Room(place) => Some(&self.rooms[place]),
            Line::Heading(_) => None,
        });
        let shown: Vec<&RoomEntry> = shown.collect();
        let beside = switcher::beside(&shown, from, is_up, is_unread);
        match beside.map(|entry| paths::room(&entry.room)) {
            Some(path) => self.visit(path, true),
            None if is_unread => self.tell("Nothing is unread."),
            None => {}
        }
    }

    /// The rooms that are listed here and found under this, as they are to be shown; and whether these are all, or the
    /// server may know others, or people.
    pub fn find(&mut self, wanted: &str, fold: Fold) -> (Vec<RoomEntry>, bool) {
        self.load_recent();
        let found = switcher::found(&self.rooms, &self.recent, self.open_id(), wanted, fold);
        let is_all = found.len() == switcher::SHOWN || wanted.trim().is_empty();
        (found.into_iter().cloned().collect(), is_all)
    }

    /// A room is shown from now on.
    pub(super) fn note_opened(&mut self, room: RoomId) {
        self.load_recent();
        self.recent.opened(room);
        // What is not kept is known to this tab.
        self.stored.save(Key::Recent, self.recent.to_text());
    }

    /// Somebody else reads from now on, who was nowhere yet but here.
    pub(super) fn forget_recent(&mut self) {
        self.recent = Recent::default();
        if let Some(room) = self.open_id() {
            self.recent.opened(room);
        }
        self.stored.save(Key::Recent, self.recent.to_text());
    }

    fn load_recent(&mut self) {
        if let Some(text) = self.stored.news(Key::Recent) {
            self.recent = Recent::from_text(&text);
        }
    }
}
