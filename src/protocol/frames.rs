//! WebSocket frames, both ways.

use crate::json::FromJson;
use crate::{
    AppError, ErrorCode, Message, Number, Person, Room, RoomId, RoomList, Roster, Seq, User, UserId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The first frame on `/ws/chat/{room_id}`: who is coming.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// The name a new guest wants. Ignored when a session or a token says who it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// What the client already holds; it gets what changed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
    /// Proves a guest who comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl Hello {
    /// Reads the first frame.
    pub fn parse(text: &str) -> Result<Self, FrameError> {
        require_object(text)?;
        serde_json::from_str(text).map_err(|_| FrameError::Malformed)
    }
}

/// What a client says. On a one-room socket `room_id` may be left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// Be in a room and receive what happens there (`/ws` only).
    Join {
        /// The room.
        room_id: RoomId,
        /// What the client already holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Seq>,
    },
    /// Be in it no more (`/ws` only).
    Leave {
        /// The room.
        room_id: RoomId,
    },
    /// Post a message.
    Message {
        /// Where.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room_id: Option<RoomId>,
        /// The text, 1–10,000 characters.
        content: String,
        /// 1–64 characters, unique per author for ever. Without one the send cannot be repeated safely.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client_id: Option<String>,
        /// The number of the message it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<Number>,
    },
    /// Change one's own message.
    Edit {
        /// Where.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room_id: Option<RoomId>,
        /// Which.
        number: Number,
        /// The new text.
        content: String,
    },
    /// Take back one's own message.
    Delete {
        /// Where.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room_id: Option<RoomId>,
        /// Which.
        number: Number,
    },
    /// Started or stopped typing; expires by itself after 5 s.
    Typing {
        /// Where.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room_id: Option<RoomId>,
        /// Started, or stopped.
        is_typing: bool,
    },
    /// What changed since?
    Sync {
        /// Where.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room_id: Option<RoomId>,
        /// What the client holds.
        after: Seq,
    },
    /// Read up to here; never goes backwards.
    Read {
        /// Where.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room_id: Option<RoomId>,
        /// Up to this seq.
        seq: Seq,
    },
    /// Which rooms does a page list? (`/ws` only.)
    Rooms {
        /// The [hash](RoomList::hash_of) of the list that the client holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        known: Option<String>,
    },
}

/// The part of a frame that says what the rest is.
#[derive(Deserialize)]
struct Tagged<'t> {
    #[serde(borrow, rename = "type")]
    kind: std::borrow::Cow<'t, str>,
}

/// Why a frame could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// Well-formed, but of a type this server does not know.
    UnknownType,
    /// Not JSON, or not of the form its type has.
    Malformed,
}

impl FrameError {
    /// The same, for the wire.
    pub fn to_app_error(&self) -> AppError {
        match self {
            Self::UnknownType => AppError::new(
                ErrorCode::UnknownType,
                "The server does not know this type of frame.",
            ),
            Self::Malformed => AppError::new(
                ErrorCode::BadRequest,
                "The frame must be a JSON object with the fields of its type.",
            ),
        }
    }
}

impl ClientFrame {
    const TYPES: [&'static str; 9] = [
        "join", "leave", "message", "edit", "delete", "typing", "sync", "read", "rooms",
    ];

    /// Reads one text frame. Depth is bounded by serde_json's recursion limit (128).
    pub fn parse(text: &str) -> Result<Self, FrameError> {
        require_object(text)?;
        serde_json::from_str(text).map_err(|_| match serde_json::from_str::<Tagged>(text) {
            Ok(tagged) if !Self::TYPES.contains(&&*tagged.kind) => FrameError::UnknownType,
            _ => FrameError::Malformed,
        })
    }
}

/// serde would read a list as an object whose fields have no names.
fn require_object(text: &str) -> Result<(), FrameError> {
    if text.trim_ascii_start().starts_with('[') {
        return Err(FrameError::Malformed);
    }
    Ok(())
}

/// Came or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SystemEvent {
    /// Came.
    Joined,
    /// Went.
    Left,
}

/// What the server says. Change frames (`message`, `message_changed`, `room_changed`) carry the
/// room's `seq`: a client that holds n applies n + 1, ignores ≤ n, and on anything later asks `sync`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// Joined; live from `seq`.
    Welcome(Welcome),
    /// A new message; to its author also the acknowledgement that it is on disk.
    Message(Message),
    /// Edited or deleted.
    MessageChanged(Message),
    /// A room appeared or changed.
    RoomChanged(Room),
    /// A room is gone.
    RoomDeleted(RoomGone),
    /// This person is not in the room any more (left from another tab).
    Left(RoomGone),
    /// Something happened in a room one may see but has not joined.
    RoomActivity(RoomActivity),
    /// Everything that changed in (`from`, `to`], each message in its present state.
    Sync(Sync),
    /// Who is here; at most 200 names, `count` exact.
    UsersList(UsersList),
    /// Somebody came or went. Not stored.
    System(System),
    /// Everybody who is typing now, the receiver included.
    Typing(Typists),
    /// Every 25 s: the seq each joined room has reached.
    Heartbeat(Heartbeat),
    /// The rooms that a page lists; only to who asked.
    Rooms(RoomList),
    /// The frame that failed did nothing.
    Error(Refusal),
}

impl ServerFrame {
    /// The frame as text.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("frames hold no map with keys JSON cannot have")
    }

    /// A [`Message`](Self::Message) frame as text, of a message that stays where it is.
    pub fn encode_message(message: &Message) -> String {
        Borrowed::Message(message).encode()
    }

    /// A [`MessageChanged`](Self::MessageChanged) frame as text, of a message that stays where it is.
    pub fn encode_changed(message: &Message) -> String {
        Borrowed::MessageChanged(message).encode()
    }

    /// Reads one text frame; `None` when it is none this client knows.
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_text(text)
    }

    /// An `error` frame for a refusal.
    pub fn error(error: AppError, room_id: Option<RoomId>, client_id: Option<String>) -> Self {
        Self::Error(Refusal {
            code: error.code,
            message: error.message,
            room_id,
            client_id,
            at: error.at,
            retry_after_ms: error.retry_after_ms,
        })
    }
}

/// What most frames are, without a copy of what they say.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Borrowed<'a> {
    Message(&'a Message),
    MessageChanged(&'a Message),
}

impl Borrowed<'_> {
    fn encode(&self) -> String {
        serde_json::to_string(self).expect("a message is no map with keys JSON cannot have")
    }
}

/// Joined; live from `seq`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// Which room.
    pub room_id: RoomId,
    /// Everything after this comes live.
    pub seq: Seq,
    /// Drawn when the database is made, and anew with each backup and restore: with another one it is
    /// another database, and what a client holds is void.
    pub epoch: String,
    /// Who the client is; `null` for somebody who only reads.
    pub user: Option<User>,
    /// The room.
    pub room: Room,
    /// The token of a guest that this socket made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Which build of the pages the server has: a page of another build may have to be loaded again.
    /// `None` where there are no pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
}

/// Which room it is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoomGone {
    /// Which.
    pub room_id: RoomId,
}

/// Something happened in a room one may see but has not joined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoomActivity {
    /// Which.
    pub room_id: RoomId,
    /// How far it is.
    pub seq: Seq,
    /// Messages since one last read; 0 for who never joined.
    pub unread: i64,
    /// How many people are in it.
    pub online: u32,
}

/// Everything that changed in (`from`, `to`], each message in its present state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sync {
    /// Which room.
    pub room_id: RoomId,
    /// Ordered by seq.
    pub messages: Vec<Message>,
    /// Exclusive.
    pub from: Seq,
    /// Inclusive.
    pub to: Seq,
    /// False: more follows.
    pub complete: bool,
    /// Too much changed; take the page anew.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reset: bool,
}

/// Who is here; at most 200 names, `count` exact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsersList {
    /// Which room.
    pub room_id: RoomId,
    /// Names, ordered.
    pub users: Vec<String>,
    /// Whose names these are, in the same order.
    pub people: Vec<Person>,
    /// How many.
    pub count: u32,
}

impl UsersList {
    /// Who is in a room.
    pub fn of(room_id: RoomId, roster: Roster) -> Self {
        Self {
            room_id,
            users: roster.names(),
            people: roster.people,
            count: roster.count,
        }
    }
}

/// Somebody came or went. Not stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct System {
    /// Which room.
    pub room_id: RoomId,
    /// Came or went.
    pub event: SystemEvent,
    /// Who.
    pub user_id: UserId,
    /// What they are called.
    pub username: String,
    /// The same as a sentence.
    pub content: String,
}

/// Everybody who is typing now, the receiver included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Typists {
    /// Which room.
    pub room_id: RoomId,
    /// Names.
    pub users: Vec<String>,
    /// Whose names these are, in the same order.
    pub people: Vec<Person>,
}

/// Every 25 s: the seq each joined room has reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// By room id.
    pub rooms: BTreeMap<RoomId, Seq>,
}

/// The frame that failed did nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// The stable code.
    pub code: ErrorCode,
    /// A sentence for a person.
    pub message: String,
    /// Which room it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_id: Option<RoomId>,
    /// Which send it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// At which character of its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<u32>,
    /// When to try again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

#[cfg(test)]
mod tests;
