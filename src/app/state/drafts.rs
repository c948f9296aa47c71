//! Unsent text by room.
//!
//! *Invariant:* at most one text per room and 200 rooms; the one that was not touched for longest
//! is let go. An empty text is no draft.

#[cfg(test)]
mod tests;

use parlour_protocol::RoomId;
use parlour_protocol::json::{FromJson, Json, Writer};

/// Rooms whose text is kept.
const ROOMS: usize = 200;

/// Unsent text by room.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drafts {
    /// The one touched last is last.
    texts: Vec<(RoomId, String)>,
}

/// A room and its text, as they are stored: a list of two.
struct Draft(RoomId, String);

impl FromJson for Draft {
    fn from_json(json: Json) -> Option<Self> {
        let Json::List(pair) = json else { return None };
        match <[Json; 2]>::try_from(pair) {
            Ok([Json::Number(room), Json::Text(text)]) => Some(Self(RoomId(room), text)),
            _ => None,
        }
    }
}

impl Drafts {
    /// What was stored; anything unreadable is empty.
    pub fn from_json(text: &str) -> Self {
        let mut drafts = Self::default();
        for Draft(room, text) in Vec::from_text(text).unwrap_or_default() {
            drafts.set(room, &text);
        }
        drafts
    }

    /// To be stored after a change.
    pub fn to_json(&self) -> String {
        let mut writer = Writer::new();
        writer.open('[');
        for (room, text) in &self.texts {
            writer.open('[').number(room.0).text(text).close(']');
        }
        writer.close(']');
        writer.into_text()
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
