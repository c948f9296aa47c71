//! WebSocket frames, both ways.

mod borrowed;
mod error;

pub use error::FrameError;

use crate::json::{FromJson, frames, names, record};
use crate::{
    AppError, AvailabilityChanged, Blocks, ErrorCode, Favourite, Format, Heartbeat, Message,
    Number, Person, PersonChanged, Reacted, ReadMark, ReadOnly, Room, RoomActivity, RoomId,
    RoomJoined, RoomLeft, RoomList, Roster, Seq, SyncHouse, SyncMe, User, UserId,
};
use serde::Deserialize;

record! {
    /// The first frame on `/ws/chat/{room_id}`, which identifies the client.
    #[derive(Default)]
    pub struct Hello {
        /// The name a new guest wants. Ignored when a session or a token says who it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub username: Option<String>,
        /// The `seq` up to which the client has the room; it gets what changed since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub after: Option<Seq>,
        /// The session token of a guest who comes back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub token: Option<String>,
        /// What the client knows beyond what every one does: [`KNOWS_REACTIONS`](crate::KNOWS_REACTIONS).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub knows: Vec<String>,
    }
}

impl Hello {
    /// Parses the first frame.
    ///
    /// # Errors
    /// [`FrameError::Malformed`] for a text that is no JSON object of this form.
    pub fn parse(text: &str) -> Result<Self, FrameError> {
        require_object(text)?;
        serde_json::from_str(text).map_err(|_| FrameError::Malformed)
    }
}

frames! {
    /// A frame of a client. On a one-room socket `room_id` may be left out.
    pub enum ClientFrame {
        /// Joins a room, and receives what happens there (`/ws` only).
        #[serde(rename = "join")]
        Join {
            /// The room to join.
            room_id: RoomId,
            /// The `seq` up to which the client has the room; the answer has what changed since.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            after: Option<Seq>,
            /// Only looks: who is no member becomes none by this.
            #[serde(default, skip_serializing_if = "std::ops::Not::not")]
            look: bool,
            /// As in [`Hello::knows`]; of the socket from then on.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            knows: Vec<String>,
        },
        /// Leaves a room (`/ws` only).
        #[serde(rename = "leave")]
        Leave {
            /// The room to leave.
            room_id: RoomId,
        },
        /// Posts a message.
        #[serde(rename = "message")]
        Message {
            /// The room to post in.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            room_id: Option<RoomId>,
            /// The text, 1–10,000 characters.
            content: String,
            /// The idempotency key: 1–64 characters, unique for its author for ever. Without one the send cannot be
            /// repeated safely.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            client_id: Option<String>,
            /// The number of the message it replies to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            reply_to: Option<Number>,
            /// How the text is to be read. Pages never say it.
            #[serde(skip_serializing, default)]
            format: Option<Format>,
            /// Whom names in it mean, and nobody else. Pages never say it.
            #[serde(skip_serializing, default)]
            mentions: Option<Vec<UserId>>,
        },
        /// Replaces the text of the person's own message.
        #[serde(rename = "edit")]
        Edit {
            /// The room of the message.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            room_id: Option<RoomId>,
            /// The number of the message in its room.
            number: Number,
            /// The new text.
            content: String,
            /// How it is to be read. Pages never say it.
            #[serde(skip_serializing, default)]
            format: Option<Format>,
            /// Whom names in it mean, and nobody else. Pages never say it.
            #[serde(skip_serializing, default)]
            mentions: Option<Vec<UserId>>,
        },
        /// Deletes the person's own message, which leaves a tombstone.
        #[serde(rename = "delete")]
        Delete {
            /// The room of the message.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            room_id: Option<RoomId>,
            /// The number of the message in its room.
            number: Number,
        },
        /// Reacts to a message, or takes a reaction back.
        #[serde(rename = "react")]
        React {
            /// The room of the message.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            room_id: Option<RoomId>,
            /// The number of the message in its room.
            number: Number,
            /// The emoji, or a short name of one.
            emoji: String,
            /// Whether it is to be there.
            on: bool,
        },
        /// The person started or stopped typing; expires by itself after 5 s.
        #[serde(rename = "typing")]
        Typing {
            /// The room they type in.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            room_id: Option<RoomId>,
            /// Whether they type or stopped.
            is_typing: bool,
        },
        /// Asks what changed in a room.
        #[serde(rename = "sync")]
        Sync {
            /// The room to read.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            room_id: Option<RoomId>,
            /// The `seq` up to which the client has the room.
            after: Seq,
        },
        /// A read receipt; never goes backwards by itself.
        #[serde(rename = "read")]
        Read {
            /// The room that was read.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            room_id: Option<RoomId>,
            /// The latest `seq` that was read.
            seq: Seq,
        },
        /// Marks a message and all behind it as unread.
        #[serde(rename = "unread")]
        Unread {
            /// The room of the message.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            room_id: Option<RoomId>,
            /// The number of the first message that is unread.
            number: Number,
        },
        /// Asks for the list of rooms that a page has (`/ws` only).
        #[serde(rename = "rooms")]
        Rooms {
            /// The [hash](RoomList::hash_of) of the list that the client holds.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            known: Option<String>,
        },
        /// Asks what changed in the house's stream (`/ws` only).
        #[serde(rename = "sync_house")]
        SyncHouse {
            /// The `seq` up to which the client has it.
            after: Seq,
        },
        /// Asks what changed in the person's own stream (`/ws` only).
        #[serde(rename = "sync_me")]
        SyncMe {
            /// The `seq` up to which the client has it.
            after: Seq,
        },
    }
}

/// The tag of a frame, which names its type.
#[derive(Deserialize)]
struct Tagged<'t> {
    #[serde(borrow, rename = "type")]
    kind: std::borrow::Cow<'t, str>,
}

impl ClientFrame {
    /// Parses one text frame. Depth is bounded by serde_json's recursion limit (128).
    ///
    /// # Errors
    /// [`FrameError::UnknownType`] for a `type` the server does not know, [`FrameError::Malformed`] for any other text
    /// that is no frame.
    pub fn parse(text: &str) -> Result<Self, FrameError> {
        require_object(text)?;
        serde_json::from_str(text).map_err(|_| match serde_json::from_str::<Tagged>(text) {
            Ok(tagged) if Self::TYPES.iter().all(|(known, _)| *known != tagged.kind) => {
                FrameError::UnknownType
            }
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

names! {
    /// A change of a person's presence in a room.
    pub enum SystemEvent {
        /// The person joined the room.
        Joined = "joined",
        /// The person left the room.
        Left = "left",
    }
}

frames! {
    /// A frame of the server. Change frames (`message`, `message_changed`, `reaction`, `room_changed`) carry the
    /// room's `seq`: a client that holds n applies n + 1, ignores ≤ n, and on anything later asks `sync`.
    /// `person_changed` has the house's; `joined`, `left`, `favourite`, `blocks`, `read`, `unread` the person's, as `me`.
    pub enum ServerFrame {
        /// Joined; live from `seq`.
        #[serde(rename = "welcome")]
        Welcome(Welcome),
        /// A new message; to its author also the acknowledgement that it is stored.
        #[serde(rename = "message")]
        Message(Message),
        /// A message was edited or deleted.
        #[serde(rename = "message_changed")]
        MessageChanged(Message),
        /// Somebody reacted to a message, or does so no more; for who knows of it.
        #[serde(rename = "reaction")]
        Reaction(Reacted),
        /// A room was made, or has another name or description.
        #[serde(rename = "room_changed")]
        RoomChanged(Room),
        /// A room was deleted.
        #[serde(rename = "room_deleted")]
        RoomDeleted(RoomGone),
        /// This person is not in the room any more (left from another tab).
        #[serde(rename = "left")]
        Left(RoomLeft),
        /// This person is a member of the room from now on (joined or wrote, from whatever tab).
        #[serde(rename = "joined")]
        Joined(RoomJoined),
        /// This person has a room among their favourites from now on, or no more.
        #[serde(rename = "favourite")]
        Favourite(Favourite),
        /// This person blocks others than before.
        #[serde(rename = "blocks")]
        Blocks(Blocks),
        /// Who this person talks to alone in a room has come or gone.
        #[serde(rename = "availability")]
        Availability(AvailabilityChanged),
        /// Something happened in a room that the person may see and has not joined.
        #[serde(rename = "room_activity")]
        RoomActivity(RoomActivity),
        /// This person has marked messages of a room as unread.
        #[serde(rename = "unread")]
        Unread(ReadMark),
        /// This person has read on in a room, on another socket.
        #[serde(rename = "read")]
        Read(ReadMark),
        /// A person is called otherwise.
        #[serde(rename = "person_changed")]
        PersonChanged(PersonChanged),
        /// Everything that changed in (`from`, `to`], each message and the room in its present state.
        #[serde(rename = "sync")]
        Sync(Sync),
        /// Everybody who changed in the house's stream, as they are now.
        #[serde(rename = "sync_house")]
        SyncHouse(SyncHouse),
        /// Every membership that changed in this person's stream, as it is now.
        #[serde(rename = "sync_me")]
        SyncMe(SyncMe),
        /// The people in a room: at most 200 names, and the exact `count`.
        #[serde(rename = "users_list")]
        UsersList(UsersList),
        /// A person joined or left. Not stored.
        #[serde(rename = "system")]
        System(System),
        /// All who are typing now, the receiver included.
        #[serde(rename = "typing")]
        Typing(Typists),
        /// Every 25 s: the seq each joined room and each stream has reached.
        #[serde(rename = "heartbeat")]
        Heartbeat(Heartbeat),
        /// The rooms that a page lists; an answer to [`ClientFrame::Rooms`] only.
        #[serde(rename = "rooms")]
        Rooms(RoomList),
        /// A frame was refused, and has changed nothing.
        #[serde(rename = "error")]
        Error(Refusal),
    }
}

impl ServerFrame {
    /// Encodes the frame as JSON.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("frames hold no map with keys JSON cannot have")
    }

    /// Parses one text frame; `None` if this client does not know it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_text(text)
    }

    /// An `error` frame, with the room and idempotency key of the frame that was refused.
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

record! {
    /// Joined; live from `seq`.
    pub struct Welcome {
        /// The room that was joined.
        pub room_id: RoomId,
        /// The room's `seq`; every later change comes live.
        pub seq: Seq,
        /// The epoch, another one with each backup and restore: then all that a client holds is void.
        pub epoch: String,
        /// The client's user; `null` for an anonymous reader.
        pub user: Option<User>,
        /// The guests that this user was before they signed in: what those wrote is theirs.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub was: Vec<UserId>,
        /// The room as it is at `seq`.
        pub room: Room,
        /// The session token of a guest that this socket made; sent once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub token: Option<String>,
        /// The build of the pages that the server has: a page of another build may have to be reloaded. `None` where there
        /// are no pages.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub build: Option<String>,
        /// How far the house's stream has come.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub house: Option<Seq>,
        /// The same of the person's own stream; `None` for an anonymous reader.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub me: Option<Seq>,
        /// Whether the person may change and delete the room.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub may_delete: bool,
        /// Why the person cannot write in it; `None` where they can.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub read_only: Option<ReadOnly>,
        /// How many ask to be let in, 100 at most, for a person who decides about that.
        #[serde(default, skip_serializing_if = "crate::place::is_zero")]
        pub asking: u32,
    }
}

record! {
    /// A room that was deleted.
    pub struct RoomGone {
        /// The id of the room.
        pub room_id: RoomId,
    }
}

record! {
    /// Everything that changed in (`from`, `to`], each message and the room in its present state.
    pub struct Sync {
        /// The room that was read.
        pub room_id: RoomId,
        /// The changed messages, ordered by `seq`.
        pub messages: Vec<Message>,
        /// The room, if its name or description changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub room: Option<Room>,
        /// The `seq` after which the changes begin (exclusive).
        pub from: Seq,
        /// The `seq` up to which the changes go (inclusive).
        pub to: Seq,
        /// Whether this is the last part; otherwise more follows.
        pub complete: bool,
        /// Too much changed: the client has to load a page.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub reset: bool,
    }
}

record! {
    /// The people in a room.
    pub struct UsersList {
        /// The id of the room.
        pub room_id: RoomId,
        /// The names, in alphabetical order, 200 at most.
        pub users: Vec<String>,
        /// The people of these names, in the same order.
        pub people: Vec<Person>,
        /// The exact number of people in the room.
        pub count: u32,
    }
}

impl UsersList {
    /// The list of a room.
    pub fn of(room_id: RoomId, roster: Roster) -> Self {
        Self {
            room_id,
            users: roster.names(),
            people: roster.people,
            count: roster.count,
        }
    }
}

record! {
    /// A person joined or left a room. Not stored.
    pub struct System {
        /// The id of the room.
        pub room_id: RoomId,
        /// Whether the person joined or left.
        pub event: SystemEvent,
        /// The id of the person.
        pub user_id: UserId,
        /// The name of the person.
        pub username: String,
        /// The same as a sentence.
        pub content: String,
    }
}

record! {
    /// All who are typing in a room now, the receiver included.
    pub struct Typists {
        /// The id of the room.
        pub room_id: RoomId,
        /// The names, in order, 200 at most.
        pub users: Vec<String>,
        /// The people of these names, in the same order.
        pub people: Vec<Person>,
    }
}

record! {
    /// The refusal of a frame, which has changed nothing.
    pub struct Refusal {
        /// The stable code.
        pub code: ErrorCode,
        /// A sentence for a person.
        pub message: String,
        /// The room that the frame was about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub room_id: Option<RoomId>,
        /// The idempotency key of the send that was refused.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub client_id: Option<String>,
        /// The character of its text that is at fault.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub at: Option<u32>,
        /// Milliseconds after which to try again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub retry_after_ms: Option<u64>,
    }
}

#[cfg(test)]
mod tests;
