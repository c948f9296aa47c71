//! What the contexts tell the world after a commit.

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
