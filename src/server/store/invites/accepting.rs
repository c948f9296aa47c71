//! Who accepts an invitation and what comes of that, and which invitations are meant.

use crate::store::people::GuestDraft;
use crate::store::requests::Asked;
use crate::store::rooms::StoredRoom;
use parlour_protocol::{RoomId, User, UserId};

/// Who accepts an invitation.
#[derive(Clone, Debug)]
pub enum Accepting {
    /// Somebody who is here.
    Known(UserId),
    /// A guest who is made by it.
    New(GuestDraft),
}

/// What came of accepting an invitation.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The guest who was made.
    pub guest: Option<User>,
    /// The room that it led to; none, where they asked to be let in.
    pub room: Option<StoredRoom>,
    /// What has become of that.
    pub asked: Option<Asked>,
}

/// By what an invitation is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichInvite {
    /// The one of this id.
    Id(i64),
    /// The one whose code has this hash.
    Code(Vec<u8>),
}

/// Which invitations are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invites {
    /// Those that this person made.
    Own(UserId),
    /// Those, and all to the server.
    OwnAndServer(UserId),
    /// Those that this person made to a room.
    OwnTo(UserId, RoomId),
    /// All to a room.
    AllTo(RoomId),
}
