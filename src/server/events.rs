//! What the contexts tell the world after a commit, and whom it is for.
//!
//! The contexts publish, the engine (`realtime`) carries. *Invariant:* every publication has an
//! [`Audience`], and what it says reaches nobody outside.

use parlour_protocol::{Message, Room, RoomId, User, UserId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One committed change, in commit order. It crosses the broker, so it is data and nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Publication {
    /// A new message, and how many were ever posted in its room with it (`rooms.posts`). Its author has
    /// read so far.
    Message {
        /// The message, as who sent it is answered.
        message: Arc<Message>,
        /// The room's count of posts after it.
        posts: i64,
    },
    /// Edited or deleted.
    MessageChanged(Message),
    /// A room that was not there before.
    RoomCreated(Room),
    /// A room that is there no more.
    RoomDeleted(RoomId),
    /// Somebody is no member any more.
    Left {
        /// Of which room.
        room: RoomId,
        /// Who.
        user: UserId,
    },
    /// Somebody has read further (or joined, which is reading what was there).
    Read {
        /// Who.
        user: UserId,
        /// In which room.
        room: RoomId,
        /// The membership's `read_posts` now.
        read_posts: i64,
    },
    /// Somebody has another name.
    Renamed {
        /// Who, under the new name.
        user: User,
        /// What look-alikes of the new name have in common with it.
        skeleton: String,
    },
}

/// Whom a publication is for. Who is among them is the engine's to know: it has the sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Who belongs to a room.
    Members(RoomId),
    /// Everybody who may see a room, in it or elsewhere.
    Viewers(RoomId),
    /// One person, wherever they are connected.
    Person(UserId),
    /// Everybody.
    Everybody,
}

impl Publication {
    /// Whom it is for.
    pub fn audience(&self) -> Audience {
        match self {
            Self::Message { message, .. } => Audience::Viewers(message.room_id),
            Self::MessageChanged(message) => Audience::Viewers(message.room_id),
            Self::RoomCreated(room) => Audience::Viewers(room.id),
            Self::RoomDeleted(room) => Audience::Viewers(*room),
            Self::Left { user, .. } | Self::Read { user, .. } => Audience::Person(*user),
            Self::Renamed { .. } => Audience::Everybody,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::{UserKind, samples};

    const ROOM: RoomId = RoomId(7);
    const ALICE: UserId = UserId(3);

    fn message() -> Message {
        Message {
            room_id: ROOM,
            user_id: ALICE,
            ..samples::message(1)
        }
    }

    #[test]
    fn what_happens_in_a_room_is_for_all_who_may_see_it() {
        let posted = Publication::Message {
            message: message().into(),
            posts: 1,
        };
        for publication in [
            posted,
            Publication::MessageChanged(message()),
            Publication::RoomCreated(samples::room(ROOM, "Lobby")),
            Publication::RoomDeleted(ROOM),
        ] {
            assert_eq!(publication.audience(), Audience::Viewers(ROOM));
        }
    }

    #[test]
    fn what_one_did_for_oneself_is_for_that_person_alone() {
        let left = Publication::Left {
            room: ROOM,
            user: ALICE,
        };
        let read = Publication::Read {
            user: ALICE,
            room: ROOM,
            read_posts: 1,
        };
        for publication in [left, read] {
            assert_eq!(publication.audience(), Audience::Person(ALICE));
        }
    }

    #[test]
    fn a_new_name_is_for_everybody() {
        let user = User {
            id: ALICE,
            name: "Zoe".to_owned(),
            kind: UserKind::Guest,
        };
        let renamed = Publication::Renamed {
            user,
            skeleton: "zoe".to_owned(),
        };
        assert_eq!(renamed.audience(), Audience::Everybody);
    }
}
