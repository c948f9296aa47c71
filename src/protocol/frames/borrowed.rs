//! Frames as the server writes them: the most frequent ones without a copy of the message, and those of which programs
//! are told more than pages.
//!
//! *Invariant:* a page that reads one has what it would have of the frame as it is declared.

use super::ServerFrame;
use crate::{
    LeftReason, Membership, Message, RoomJoined, RoomLeft, RoomRole, Seq, ServerRole, SyncMe,
    UserId,
};
use serde::Serialize;

impl ServerFrame {
    /// Encodes a [`Message`](Self::Message) frame of a borrowed message.
    pub fn encode_message(message: &Message) -> String {
        Borrowed::Message(message).encode()
    }

    /// Encodes a [`MessageChanged`](Self::MessageChanged) frame of a borrowed message.
    pub fn encode_changed(message: &Message) -> String {
        Borrowed::MessageChanged(message).encode()
    }

    /// Encodes a [`Left`](Self::Left) frame with why it is sent, if it was not they who left: for programs, pages do not
    /// say it.
    pub fn encode_left(left: &RoomLeft, reason: Option<LeftReason>) -> String {
        Borrowed::Left { left, reason }.encode()
    }

    /// Encodes a [`Joined`](Self::Joined) frame with the role of who has another one than before: for programs as well,
    /// pages ask what they may do.
    pub fn encode_joined(joined: &RoomJoined, role: Option<RoomRole>) -> String {
        Borrowed::Joined { joined, role }.encode()
    }

    /// Encodes a [`SyncMe`](Self::SyncMe) frame with the role in each room, in their order, and that on the server:
    /// for programs.
    pub fn encode_sync_me(
        sync: &SyncMe,
        roles: &[Option<RoomRole>],
        role: Option<ServerRole>,
    ) -> String {
        let rooms = sync.rooms.iter().zip(roles);
        Borrowed::SyncMe {
            rooms: rooms
                .map(|(membership, role)| WithRole {
                    membership,
                    role: *role,
                })
                .collect(),
            from: sync.from,
            to: sync.to,
            complete: sync.complete,
            reset: sync.reset,
            blocked: &sync.blocked,
            role,
        }
        .encode()
    }
}

/// The most frequent frames, without a copy of the message, and what a page is not told.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Borrowed<'a> {
    Message(&'a Message),
    MessageChanged(&'a Message),
    Left {
        #[serde(flatten)]
        left: &'a RoomLeft,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<LeftReason>,
    },
    Joined {
        #[serde(flatten)]
        joined: &'a RoomJoined,
        #[serde(skip_serializing_if = "Option::is_none")]
        role: Option<RoomRole>,
    },
    SyncMe {
        rooms: Vec<WithRole<'a>>,
        from: Seq,
        to: Seq,
        complete: bool,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        reset: bool,
        #[serde(skip_serializing_if = "<[UserId]>::is_empty")]
        blocked: &'a [UserId],
        #[serde(skip_serializing_if = "Option::is_none")]
        role: Option<ServerRole>,
    },
}

/// A membership with what a page is not told of it.
#[derive(Serialize)]
struct WithRole<'a> {
    #[serde(flatten)]
    membership: &'a Membership,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<RoomRole>,
}

impl Borrowed<'_> {
    fn encode(&self) -> String {
        serde_json::to_string(self).expect("a message is no map with keys JSON cannot have")
    }
}
