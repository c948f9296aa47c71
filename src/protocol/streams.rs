//! The streams beside the rooms: one of the house, and one of each person.
//!
//! *Invariant:* what a stream tells is a state and no step: of each person and of each membership the later one
//! counts, and a client that was told one twice has lost nothing.

use crate::json::{names, record};
use crate::place::is_zero;
use crate::{Level, RoomId, Seq, User, UserId};
use std::collections::BTreeMap;

record! {
    /// Every 25 s: the seq each joined room and each stream has reached.
    pub struct Heartbeat {
        /// The `seq` that each joined room has reached, by room id.
        pub rooms: BTreeMap<RoomId, Seq>,
        /// The `seq` that the house's stream has reached.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub house: Option<Seq>,
        /// The `seq` that the person's own stream has reached.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub me: Option<Seq>,
    }
}

record! {
    /// A room that the person was a member of.
    pub struct RoomLeft {
        /// The id of the room.
        pub room_id: RoomId,
        /// The `seq` of this in the person's stream; `None` for an anonymous reader, and for who was no member.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub me: Option<Seq>,
    }
}

names! {
    /// Why somebody is no member any more who did not leave.
    pub enum LeftReason {
        /// They were put out, and may come again.
        PutOut = "put_out",
        /// They are kept out.
        Banned = "banned",
        /// They had asked to be let in, and are not.
        Refused = "refused",
        /// They were kept out, and are so no more.
        Lifted = "lifted",
    }
}

/// A room that the person is a member of from now on. It says the same, so that a browser has one reader for both.
pub type RoomJoined = RoomLeft;

record! {
    /// What a person has marked a room as is another: whether it is among their favourites, or of what they are told.
    pub struct Favourite {
        /// The id of the room.
        pub room_id: RoomId,
        /// Whether it is among them.
        pub is_favourite: bool,
        /// Of what in it they want to be told.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub level: Level,
        /// The `seq` of this in the person's stream.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub me: Option<Seq>,
    }
}

record! {
    /// Whom the person blocks from now on.
    pub struct Blocks {
        /// All of them: what these say is folded away.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub blocked: Vec<UserId>,
        /// The `seq` of this in the person's stream.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub me: Option<Seq>,
    }
}

record! {
    /// How far this person has read a room now.
    pub struct ReadMark {
        /// The id of the room.
        pub room_id: RoomId,
        /// The `seq` up to which they count as having read it now.
        pub seq: Seq,
        /// Messages posted since.
        pub unread: i64,
        /// Those of them that mention the person, 100 at most.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub mentions: i64,
        /// The `seq` of this in the person's stream.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub me: Option<Seq>,
    }
}

record! {
    /// A person is called otherwise.
    pub struct PersonChanged {
        /// The `seq` of this in the house's stream.
        pub seq: Seq,
        /// The person as they are now.
        pub user: User,
    }
}

record! {
    /// Everybody who changed in the house's stream in (`from`, `to`].
    pub struct SyncHouse {
        /// The people, ordered by the `seq` of their latest change.
        pub people: Vec<User>,
        /// The `seq` after which the changes begin (exclusive).
        pub from: Seq,
        /// The `seq` up to which the changes go (inclusive).
        pub to: Seq,
        /// Whether this is the last part; otherwise more follows.
        pub complete: bool,
        /// Too much changed: the client has to take anew what it shows of people.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub reset: bool,
    }
}

record! {
    /// Every membership that changed in the person's stream in (`from`, `to`], and what else is theirs as it is now.
    pub struct SyncMe {
        /// The memberships, ordered by the `seq` of their latest change.
        pub rooms: Vec<Membership>,
        /// The `seq` after which the changes begin (exclusive).
        pub from: Seq,
        /// The `seq` up to which the changes go (inclusive).
        pub to: Seq,
        /// Whether this is the last part; otherwise more follows.
        pub complete: bool,
        /// Too much changed: the client has to take the list of rooms anew.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub reset: bool,
        /// Whom the person blocks now.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub blocked: Vec<UserId>,
    }
}

record! {
    /// What a room is to a person: a membership, or what is left of one that ended.
    pub struct Membership {
        /// The id of the room.
        pub room_id: RoomId,
        /// Whether the person is a member.
        pub is_member: bool,
        /// Up to which seq of the room they have read it; 0 for a person who is no member.
        pub read: Seq,
        /// Messages posted since, up to `seq`.
        pub unread: i64,
        /// Those of them that mention the person, 100 at most.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub mentions: i64,
        /// The room's latest `seq` when they were counted.
        pub seq: Seq,
        /// Whether it is among their favourites.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub is_favourite: bool,
        /// Of what in it they want to be told.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub level: Level,
    }
}
