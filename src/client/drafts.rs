//! What is written and not sent: new messages by room, and changes to messages that are there.
//!
//! *Invariant:* at most one text per room and 200 rooms, at most one per message and 50 messages; the
//! one that was not touched for longest is let go. An empty text is no draft.

#[cfg(test)]
mod tests;

use parlour_protocol::json::{FromJson, Json, Writer};
use parlour_protocol::{Message, Number, RoomId};

/// Rooms whose text is kept.
const ROOMS: usize = 200;

/// Messages whose change is kept.
const EDITS: usize = 50;

/// Unsent text by room.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drafts {
    /// The one touched last is last.
    drafts: Vec<Draft>,
}

/// What is written in a room: stored as a list of two, or of three with what it answers.
#[derive(Clone, Debug, PartialEq)]
struct Draft {
    room: RoomId,
    text: String,
    answers: Option<Number>,
}

impl FromJson for Draft {
    fn from_json(json: Json) -> Option<Self> {
        let Json::List(list) = json else { return None };
        let mut list = list.into_iter();
        match (list.next(), list.next(), list.next()) {
            (Some(Json::Number(room)), Some(Json::Text(text)), answers) => Some(Self {
                room: RoomId(room),
                text,
                answers: match answers {
                    Some(Json::Number(number)) => Some(Number(number)),
                    _ => None,
                },
            }),
            _ => None,
        }
    }
}

impl Drafts {
    /// What was stored; anything unreadable is empty.
    pub fn from_json(text: &str) -> Self {
        let mut drafts = Self::default();
        for draft in Vec::from_text(text).unwrap_or_default() {
            drafts.keep(draft);
        }
        drafts
    }

    /// To be stored after a change.
    pub fn to_json(&self) -> String {
        let mut writer = Writer::new();
        writer.open('[');
        for draft in &self.drafts {
            writer.open('[').number(draft.room.0).text(&draft.text);
            if let Some(Number(number)) = draft.answers {
                writer.number(number);
            }
            writer.close(']');
        }
        writer.close(']');
        writer.into_text()
    }

    /// Keeps the room's text; an empty one that answers nothing is no draft.
    pub fn set(&mut self, room: RoomId, text: &str) {
        self.keep(Draft {
            room,
            text: text.to_owned(),
            answers: self.answers(room),
        });
    }

    /// What is written in the room answers this message, or none.
    pub fn answer(&mut self, room: RoomId, answers: Option<Number>) {
        self.keep(Draft {
            room,
            text: self.get(room).unwrap_or_default().to_owned(),
            answers,
        });
    }

    fn keep(&mut self, draft: Draft) {
        self.drafts.retain(|kept| kept.room != draft.room);
        if draft.text.is_empty() && draft.answers.is_none() {
            return;
        }
        if self.drafts.len() == ROOMS {
            self.drafts.remove(0);
        }
        self.drafts.push(draft);
    }

    /// The room's text.
    pub fn get(&self, room: RoomId) -> Option<&str> {
        self.of(room).map(|draft| &*draft.text)
    }

    /// Which message of the room it answers.
    pub fn answers(&self, room: RoomId) -> Option<Number> {
        self.of(room)?.answers
    }

    fn of(&self, room: RoomId) -> Option<&Draft> {
        self.drafts.iter().find(|draft| draft.room == room)
    }

    /// Puts a text before what is written in the room, unless it stands there already.
    pub fn put_before(&mut self, room: RoomId, text: &str) {
        let written = self.get(room).unwrap_or_default();
        // Another tab of the same person did the same, perhaps.
        let rest = written.strip_prefix(text);
        if !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('\n')) {
            let both = before(text, written);
            self.set(room, &both);
        }
    }
}

/// A text that comes back, on lines of its own before what is written.
pub fn before(text: &str, written: &str) -> String {
    match written {
        "" => text.to_owned(),
        written => format!("{text}\n{written}"),
    }
}

/// Changes to own messages that are typed and not saved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edits {
    /// The one touched last is last.
    edits: Vec<Edit>,
}

/// As it is stored: a list of four.
#[derive(Clone, Debug, PartialEq)]
struct Edit {
    room: RoomId,
    number: Number,
    /// The key its message was sent with: in another life of the database the same number is
    /// another message.
    key: String,
    text: String,
}

impl FromJson for Edit {
    fn from_json(json: Json) -> Option<Self> {
        let Json::List(list) = json else { return None };
        match <[Json; 4]>::try_from(list) {
            Ok(
                [
                    Json::Number(room),
                    Json::Number(number),
                    Json::Text(key),
                    Json::Text(text),
                ],
            ) => Some(Self {
                room: RoomId(room),
                number: Number(number),
                key,
                text,
            }),
            _ => None,
        }
    }
}

/// What became of a change, now that its message is as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is made.
    Made,
    /// There is no such message any more; this is the text.
    Homeless(String),
}

impl Edits {
    /// What was stored; anything unreadable is empty.
    pub fn from_json(text: &str) -> Self {
        Self {
            edits: Vec::from_text(text).unwrap_or_default(),
        }
    }

    /// To be stored after a change.
    pub fn to_json(&self) -> String {
        let mut writer = Writer::new();
        writer.open('[');
        for edit in &self.edits {
            writer.open('[').number(edit.room.0).number(edit.number.0);
            writer.text(&edit.key).text(&edit.text).close(']');
        }
        writer.close(']');
        writer.into_text()
    }

    /// Keeps what is to become of the message. What it says already, and nothing, need not be kept.
    pub fn set(&mut self, message: &Message, text: &str) {
        self.forget(message.room_id, message.number);
        if text.trim().is_empty() || text == message.content {
            return;
        }
        if self.edits.len() == EDITS {
            self.edits.remove(0);
        }
        self.edits.push(Edit {
            room: message.room_id,
            number: message.number,
            key: message.client_id.clone(),
            text: text.to_owned(),
        });
    }

    /// Its author leaves the message as it is.
    pub fn forget(&mut self, room: RoomId, number: Number) {
        self.edits
            .retain(|edit| (edit.room, edit.number) != (room, number));
    }

    /// What is to become of the message.
    pub fn get(&self, message: &Message) -> Option<&str> {
        let edit = self.edits.iter().find(|edit| edit.is_of(message))?;
        Some(&edit.text)
    }

    /// The messages of a room that somebody is changing; the one touched last comes last.
    pub fn of(&self, room: RoomId) -> Vec<Number> {
        let here = self.edits.iter().filter(|edit| edit.room == room);
        here.map(|edit| edit.number).collect()
    }

    /// The message is now like this: takes out what was to become of it when that is so, or can
    /// never be.
    pub fn settle(&mut self, message: &Message) -> Option<Settled> {
        let at = |edit: &Edit| (edit.room, edit.number) == (message.room_id, message.number);
        let at = self.edits.iter().position(at)?;
        let edit = &self.edits[at];
        if message.deleted || !edit.is_of(message) {
            return Some(Settled::Homeless(self.edits.remove(at).text));
        }
        (edit.text == message.content).then(|| {
            self.edits.remove(at);
            Settled::Made
        })
    }
}

impl Edit {
    fn is_of(&self, message: &Message) -> bool {
        (self.room, self.number, &*self.key)
            == (message.room_id, message.number, &*message.client_id)
    }
}
