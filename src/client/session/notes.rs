//! Lines that say who came and who went, where they are wanted.

use super::stored::Key;
use super::{Part, Session};
use crate::timeline::Timeline;
use parlour_protocol::{RoomId, System};

/// What is stored of lines that nobody wants.
const OFF: &str = "off";

impl Session {
    pub(super) fn came_or_went(&mut self, frame: System) {
        // One knows that one has come oneself.
        if self.has_notes && !self.is_mine(frame.user_id) {
            let (user, name) = (frame.user_id, frame.username.as_str());
            let name = self.namesakes_with(&[(user, name)]).full(user, name);
            let at = self.date();
            self.on_timeline(frame.room_id, |t| t.note(name, frame.event, at));
        }
    }

    /// Lines say who comes and who goes from now on, or none does, not those that are here either. All tabs
    /// do the same.
    pub fn show_notes(&mut self, has_notes: bool) {
        let text = if has_notes { "" } else { OFF };
        self.stored.save(Key::Notes, text.to_owned());
        self.have_notes(has_notes);
    }

    /// Takes up what was chosen here or in another tab.
    pub(super) fn load_notes(&mut self) {
        if let Some(text) = self.stored.news(Key::Notes) {
            self.have_notes(text != OFF);
        }
    }

    fn have_notes(&mut self, has_notes: bool) {
        self.has_notes = has_notes;
        if !has_notes {
            let held = self.cache.iter().map(|state| state.open.room.id);
            let held: Vec<RoomId> = held.chain(self.open_id()).collect();
            for room in held {
                self.on_timeline(room, Timeline::drop_notes);
            }
        }
        self.show(Part::Notes);
    }
}
