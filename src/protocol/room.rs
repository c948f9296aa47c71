//! A room, as all who may see it see it.

use crate::json::{names, record};
use crate::{RoomId, Seq, Timestamp, UserId};

names! {
    /// Who may see a room.
    pub enum RoomKind {
        /// Everybody may, and who likes joins.
        Open = "open",
        /// Its members may, and nobody else knows that it is there.
        Closed = "closed",
        /// The same for a room that is these people, and has no name.
        Direct = "direct",
    }
}

record! {
    /// A room; the same record in REST, frames and pages.
    pub struct Room {
        /// Its identity, and the number in its URL.
        pub id: RoomId,
        /// 1–50 characters, unique up to case and letters of another script.
        pub name: String,
        /// Up to 500 characters; may be empty.
        #[serde(default)]
        pub description: String,
        /// When it was made.
        pub created_at: Timestamp,
        /// Who made it; `null` for the first room of all.
        #[serde(default)]
        pub created_by: Option<UserId>,
        /// How far the room's order of changes has come.
        pub seq: Seq,
        /// How many people are in it now.
        pub online: u32,
        /// When its newest message was posted.
        pub last_message_at: Option<Timestamp>,
        /// Where it stands in a list: rooms are ordered by this, byte by byte, and then by their id.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub sort: String,
    }
}
