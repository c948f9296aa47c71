//! What somebody is to a room changes without a beginning or an end of a membership: their role, who asks them to be let
//! in, that they are kept out of what they only read. Each takes its place in its person's own stream.
//!
//! *Invariant:* of a room that somebody does not see nothing is told to them, but to who had asked to be let in that they
//! are not.

use super::db::{self, Db, statement, values};
use super::members::is_visible_to;
use super::person_seqs;
use super::rooms::any;
use super::tables::InRoom;
use crate::events::Publication;
use parlour_protocol::permissions::{Roles, may_in};
use parlour_protocol::{Action, LeftReason, RoomId, RoomRole, ServerRole, Timestamp, UserId};

/// Those who decide in a room who is let in are told of requests, so many at most.
const DECIDERS: i64 = 100;

/// A member has another role; what is published of that.
pub(super) fn role(
    db: &Db,
    user: UserId,
    room: RoomId,
    role: RoomRole,
) -> db::Result<Vec<Publication>> {
    let me = person_seqs::take(db, user)?;
    statement(db, SET_ROLE)?.execute(values![room, user, InRoom(role), me])?;
    let role = Some(role);
    Ok(vec![Publication::Standing {
        room,
        user,
        me,
        role,
    }])
}

/// Who is no member is kept out of a room, or is so no more, as the reason says; what is published of that. Nobody who
/// is kept out of an open room owns it any more.
pub(super) fn kept_out(
    db: &Db,
    user: UserId,
    room: RoomId,
    reason: LeftReason,
    now: Timestamp,
) -> db::Result<Vec<Publication>> {
    statement(db, OWNS_NO_MORE)?.execute(values![room, user])?;
    match is_visible_to(db, user, room)? {
        true => outside(db, user, room, reason, now),
        false => Ok(Vec::new()),
    }
}

/// Who had asked to be let in is not; what is published of that.
pub(super) fn refused(
    db: &Db,
    user: UserId,
    room: RoomId,
    now: Timestamp,
) -> db::Result<Vec<Publication>> {
    outside(db, user, room, LeftReason::Refused, now)
}

/// Those whose role in a room lets them let in others have some to decide about, or fewer; what is published of that.
pub(super) fn to_deciders(db: &Db, room: RoomId) -> db::Result<Vec<Publication>> {
    let Some(found) = any(db, room)? else {
        return Ok(Vec::new());
    };
    let [visitor, member, moderator, owner] = RoomRole::ALL.map(|role| {
        let roles = Roles {
            server: ServerRole::Member,
            room: role,
        };
        may_in(Action::LetIn, roles, found.rules()).then_some(InRoom(role))
    });
    let deciders = values![room, DECIDERS, visitor, member, moderator, owner];
    let deciders = statement(db, DECIDING)?.rows(deciders, |row| Ok(UserId(row.get(0)?)))?;
    let told = deciders.into_iter().map(|user| {
        let me = person_seqs::take(db, user)?;
        statement(db, MOVE)?.execute(values![room, user, me])?;
        let role = None;
        Ok(Publication::Standing {
            room,
            user,
            me,
            role,
        })
    });
    told.collect()
}

/// Leaves it on the tombstone of a membership that perhaps never was.
fn outside(
    db: &Db,
    user: UserId,
    room: RoomId,
    reason: LeftReason,
    now: Timestamp,
) -> db::Result<Vec<Publication>> {
    let me = person_seqs::take(db, user)?;
    statement(db, OUTSIDE)?.execute(values![room, user, now, me])?;
    Ok(vec![Publication::Left {
        room,
        user,
        me,
        reason: Some(reason),
    }])
}

const SET_ROLE: &str =
    "UPDATE memberships SET role = ?3, me_seq = ?4 WHERE room_id = ?1 AND user_id = ?2";

const MOVE: &str = "UPDATE memberships SET me_seq = ?3 WHERE room_id = ?1 AND user_id = ?2";

const OWNS_NO_MORE: &str =
    "UPDATE memberships SET role = 'member' WHERE room_id = ?1 AND user_id = ?2 AND state = 'out'";

/// Members of these roles, of which those that do not decide are NULL.
const DECIDING: &str = "SELECT user_id FROM memberships WHERE room_id = ?1 AND state = 'in' \
    AND role IN (?3, ?4, ?5, ?6) ORDER BY user_id LIMIT ?2";

const OUTSIDE: &str = "INSERT INTO memberships \
    (room_id, user_id, role, read_seq, read_posts, joined_at, state, me_seq) \
    VALUES (?1, ?2, 'member', 0, 0, ?3, 'out', ?4) \
    ON CONFLICT (room_id, user_id) DO UPDATE SET me_seq = excluded.me_seq";
