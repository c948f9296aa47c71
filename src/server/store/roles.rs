//! What the table of permissions asks of the database: a person's roles, and the rules of a room.
//!
//! *Invariant:* of who is no more, or was disabled, there are no roles: nothing is allowed to them.

use super::db::{self, Db, Row, statement, values};
use super::tables::{ForGuests, InRoom, KeptFor, Kind, OnServer, Posts, Seen};
use parlour_protocol::permissions::Roles;
use parlour_protocol::{RoomId, RoomRules, ServerRole, UserId, UserKind};

/// The roles of a user on the server and in a room; in none they are a visitor.
pub(super) fn roles(db: &Db, user: UserId, room: Option<RoomId>) -> db::Result<Option<Roles>> {
    statement(db, ROLES)?.row(values![user, room], |row| {
        let (Kind(kind), OnServer(server)) = (row.get(0)?, row.get(1)?);
        let InRoom(in_room) = row.get(2)?;
        Ok(Roles {
            server: match kind {
                UserKind::Guest => ServerRole::Guest,
                UserKind::Member | UserKind::Bot => server,
            },
            room: in_room,
        })
    })
}

/// The rules of a room that is there.
pub(super) fn rules(db: &Db, room: RoomId) -> db::Result<Option<RoomRules>> {
    statement(db, RULES)?.row(values![room], |row| {
        let KeptFor(revisions) = row.get(4)?;
        Ok(RoomRules {
            revisions,
            ..rules_at(row, 0)?
        })
    })
}

/// What of them is asked about who posts, from four columns: the kind, who posts, what guests may do, and whether the room
/// is archived.
pub(super) fn rules_at(row: &Row<'_>, at: usize) -> db::Result<RoomRules> {
    let (Seen(kind), Posts(posting), ForGuests(guests)) =
        (row.get(at)?, row.get(at + 1)?, row.get(at + 2)?);
    Ok(RoomRules {
        kind,
        posting,
        guests,
        is_archived: row.get(at + 3)?,
        ..RoomRules::default()
    })
}

/// The role in a room of who has the membership of this name, if there is one. An owner who left an open room is its
/// owner still: a room keeps one.
macro_rules! role_in {
    ($own:literal) => {
        concat!(
            "CASE WHEN ",
            $own,
            ".state = 'in' OR ",
            $own,
            ".role = 'owner' THEN ",
            $own,
            ".role ELSE 'visitor' END"
        )
    };
}
pub(super) use role_in;

/// Until when a user is kept out of a room, whose ids stand in these places; for good is as late as can be, and nothing
/// is for who never was.
macro_rules! kept_out {
    ($room:literal, $user:literal) => {
        concat!(
            "(SELECT coalesce(bans.ends_at, 9223372036854775807) FROM bans WHERE bans.room_id = ",
            $room,
            " AND bans.user_id = ",
            $user,
            ")"
        )
    };
}
pub(super) use kept_out;

const ROLES: &str = concat!(
    "SELECT users.kind, users.role, ",
    role_in!("own"),
    " FROM users LEFT JOIN memberships AS own ON own.user_id = users.id AND own.room_id = ?2 \
    WHERE users.id = ?1 AND users.state = 'active'"
);

const RULES: &str = "SELECT kind, posting, guests, archived_at IS NOT NULL, revisions FROM rooms \
    WHERE id = ? AND deleted_at IS NULL";
