//! Where a send would go, and how its author stands to it.
//!
//! *Invariant:* it is one statement.

use super::super::author::Author;
use super::super::db::{self, Row};
use super::super::direct::is_refused;
use super::super::roles::{role_in, rules_at};
use super::super::rooms::RoomState;
use super::super::tables::InRoom;
use parlour_protocol::{Guests, RoomKind, RoomRole, RoomRules, Seq, ServerRole};

/// Where a send would go, and how its author stands to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostPlace {
    /// The counters of the room.
    pub state: RoomState,
    /// What decides about who may post in it.
    pub rules: RoomRules,
    /// Whether the author is a member of it.
    pub is_member: bool,
    /// The author's role in it.
    pub role: RoomRole,
    /// Whether the author is kept out of it.
    pub is_banned: bool,
}

impl PostPlace {
    /// Whether this author may see it.
    pub(in crate::store) fn is_seen_by(&self, author: Option<&Author>) -> bool {
        let facts = author.map(|author| (author.is_confined, author.role > ServerRole::Guest));
        let (is_confined, has_account) = facts.unwrap_or_default();
        let is_for_them = !is_confined && (has_account || self.rules.guests > Guests::No);
        self.is_member || self.rules.kind == RoomKind::Open && is_for_them
    }
}

pub(super) fn read_place(row: &Row<'_>) -> db::Result<(PostPlace, Option<Author>)> {
    let InRoom(role) = row.get(7)?;
    let place = PostPlace {
        state: RoomState {
            seq: Seq(row.get(0)?),
            posts: row.get(1)?,
        },
        rules: rules_at(row, 2)?,
        is_member: row.get(6)?,
        role,
        is_banned: row.get(8)?,
    };
    Ok((place, Author::read(row, 9)?))
}

/// The membership is looked up in any case, so whether the room is visible is no further look; nor is one whether a
/// member is kept out of it.
pub(super) const PLACE: &str = concat!(
    "SELECT rooms.seq, rooms.posts, rooms.kind, rooms.posting, rooms.guests, \
    rooms.archived_at IS NOT NULL, coalesce(own.state = 'in', FALSE), ",
    role_in!("own"),
    ", coalesce(own.state, 'out') = 'out' AND EXISTS (SELECT 1 FROM bans WHERE bans.room_id = rooms.id \
    AND bans.user_id = ?2 AND (bans.ends_at IS NULL OR bans.ends_at > ?3)), \
    users.name, users.kind, users.role, users.is_confined FROM rooms \
    LEFT JOIN users ON users.id = ?2 AND users.state = 'active' \
    LEFT JOIN memberships AS own ON own.room_id = rooms.id AND own.user_id = ?2 \
    WHERE rooms.id = ?1 AND rooms.deleted_at IS NULL AND NOT (",
    is_refused!("users.id"),
    ")"
);
