//! Whether somebody is there, as a dot beside their name says it.

use crate::RoomId;
use crate::json::{names, record};

names! {
    /// Somebody is connected. Who is not has none.
    pub enum Availability {
        /// They have used it lately; first, as what is said of several of whom one is.
        Online = "online",
        /// They have not for ten minutes.
        Away = "away",
    }
}

record! {
    /// Whether anybody is there whom one talks to in a direct room.
    pub struct AvailabilityChanged {
        /// The id of the direct room.
        pub room_id: RoomId,
        /// `None` for who is not connected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub availability: Option<Availability>,
    }
}
