//! Unsent text by room.
//!
//! *Invariant:* at most one text per room and 200 rooms; the one that was not touched for longest
//! is let go. An empty text is no draft.

#[cfg(test)]
mod tests;

use parlour_protocol::RoomId;

/// Rooms whose text is kept.
const ROOMS: usize = 200;

/// Unsent text by room.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drafts {
    /// The one touched last is last.
    texts: Vec<(RoomId, String)>,
}

impl Drafts {
    /// What was stored; anything unreadable is empty.
    pub fn from_json(text: &str) -> Self {
        let mut drafts = Self::default();
        let stored: Vec<(RoomId, String)> = serde_json::from_str(text).unwrap_or_default();
        for (room, text) in stored {
            drafts.set(room, &text);
        }
        drafts
    }

    /// To be stored after a change.
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.texts).unwrap_or_default()
    }

    /// Keeps the room's text; an empty one removes it.
    pub fn set(&mut self, room: RoomId, text: &str) {
        self.texts.retain(|(id, _)| *id != room);
        if text.is_empty() {
            return;
        }
        if self.texts.len() == ROOMS {
            self.texts.remove(0);
        }
        self.texts.push((room, text.to_owned()));
    }

    /// The room's text.
    pub fn get(&self, room: RoomId) -> Option<&str> {
        let draft = self.texts.iter().find(|(id, _)| *id == room);
        draft.map(|(_, text)| text.as_str())
    }
}
