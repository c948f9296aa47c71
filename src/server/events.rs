//! Publications: what the contexts publish after a commit, and the audience of each.
//!
//! The contexts publish, the engine (`realtime`) carries. *Invariant:* every publication has an
//! [`Audience`], and is sent to no socket outside of it.

use parlour_protocol::{Message, Room, RoomId, User, UserId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One committed change, in commit order. It crosses the broker, so it is data and nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Publication {
    /// A new message. Its author has read up to it.
    Message {
        /// The message as its author is answered.
        message: Arc<Message>,
        /// The number of messages ever posted in its room (`rooms.posts`), with it.
        posts: i64,
    },
    /// A message that was edited or deleted.
    MessageChanged(Message),
    /// A room that was made.
    RoomCreated(Room),
    /// A room that was deleted.
    RoomDeleted(RoomId),
    /// A membership ended.
    Left {
        /// The room that was left.
        room: RoomId,
        /// The person who left.
        user: UserId,
    },
    /// A read receipt moved forward, or a membership began, for which all is read.
    Read {
        /// The person who has read.
        user: UserId,
        /// The room that was read.
        room: RoomId,
        /// The membership's `read_posts` now.
        read_posts: i64,
    },
    /// A user was renamed.
    Renamed {
        /// The user, under the new name.
        user: User,
        /// The skeleton of the new name.
        skeleton: String,
    },
}

/// The audience of a publication. The engine resolves it to sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The members of a room.
    Members(RoomId),
    /// All who may see a room, whether they have joined it or not.
    Viewers(RoomId),
    /// One person, on all their sockets.
    Person(UserId),
    /// Every socket of the server.
    Everybody,
}

impl Publication {
    /// The audience of this publication.
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
    fn a_change_in_a_room_is_for_all_who_may_see_it() {
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
    fn leaving_and_reading_are_for_the_person_alone() {
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
