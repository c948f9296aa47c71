//! Rooms in which not everybody who sees them writes: why somebody does not, as they are told.
//!
//! *Invariant:* who may write is said by the table of permissions alone; this gives the reason.

use crate::json::names;
use crate::permissions::{Roles, may_in};
use crate::{Action, Posting, RoomRules};

names! {
    /// Why somebody who sees a room cannot write in it.
    pub enum ReadOnly {
        /// It is archived.
        Archived = "archived",
        /// It is for announcements.
        Announcements = "announcements",
        /// Only its members write in it.
        Members = "members",
        /// Guests only read in it.
        Guests = "guests",
        /// They are kept out of it.
        Banned = "banned",
    }
}

impl ReadOnly {
    /// What people are told.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Archived => "This room is archived. It can be read, and nothing is added to it.",
            Self::Announcements => {
                "This room is for announcements. Only its moderators write in it."
            }
            Self::Members => "Only members write in this room. Join it first.",
            Self::Guests => "Guests can only read in this room.",
            Self::Banned => "You are kept out of this room, and can only read in it.",
        }
    }
}

/// Why these roles do not post in a room that they can see; `None` where they do.
pub fn read_only(roles: Roles, room: RoomRules) -> Option<ReadOnly> {
    (!may_in(Action::Post, roles, room)).then(|| why_read_only(room))
}

/// Why there is somebody who sees this room and does not react in it.
pub const fn why_not_react(room: RoomRules) -> ReadOnly {
    match (room.is_archived, room.posting) {
        (true, _) => ReadOnly::Archived,
        (_, Posting::All) => ReadOnly::Guests,
        // To announcements, too, its members react.
        (_, Posting::Members | Posting::Moderators) => ReadOnly::Members,
    }
}

/// Why there is somebody who sees this room and neither posts in it nor becomes a member.
pub const fn why_read_only(room: RoomRules) -> ReadOnly {
    match (room.is_archived, room.posting) {
        (true, _) => ReadOnly::Archived,
        (_, Posting::Moderators) => ReadOnly::Announcements,
        (_, Posting::Members) => ReadOnly::Members,
        (_, Posting::All) => ReadOnly::Guests,
    }
}
