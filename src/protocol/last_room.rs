//! The cookie in which a browser keeps which room was open in it last, so that the front door leads there. Pages that
//! are loaded set it, and the program in a page does when it shows another room; the server only reads it.
//!
//! *Invariant:* it says where somebody was, and nothing about who they are or what they may see.

use crate::{RoomId, paths};

/// The cookie that has it.
pub const NAME: &str = "parlour_room";

/// The cookie as it is set. It is kept as long as browsers keep any.
pub fn cookie(room: RoomId) -> String {
    format!("{NAME}={room}; Path=/; SameSite=Lax; Max-Age=34560000")
}

/// The room in the cookie's value.
pub fn parse(value: &str) -> Option<RoomId> {
    paths::parse_room_id(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_read_back_and_nothing_else_is() {
        let set = cookie(RoomId(12));
        let (name, rest) = set.split_once('=').unwrap();
        let (value, attributes) = rest.split_once(';').unwrap();
        assert_eq!((name, parse(value)), (NAME, Some(RoomId(12))));
        assert!(attributes.contains("Path=/") && attributes.contains("SameSite=Lax"));
        for value in ["", "0", "-1", "12-lobby", "1e3", "99999999999999999999"] {
            assert_eq!(parse(value), None, "{value}");
        }
    }
}
