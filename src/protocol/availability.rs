//! Whether somebody is there, as a dot beside their name says it.

use crate::RoomId;
use crate::json::{names, record};

names! {
    /// Somebody is connected. Who is not has none.
    pub enum Availability {
        /// They have used it lately.
        Online = "online",
        /// They have not for ten minutes.
        Away = "away",
    }
}

record! {
    /// Whether who one talks to alone in a room is there.
    pub struct AvailabilityChanged {
        /// The id of the direct room of the two.
        pub room_id: RoomId,
        /// `None` for who is not connected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub availability: Option<Availability>,
    }
}
