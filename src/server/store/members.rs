//! Memberships of rooms, and the read positions in them.
//!
//! *Invariant:* the end of a membership leaves its row, `out`, so that the person's stream can tell it. What a
//! membership makes visible is published with its beginning, before it, and taken back with its end, behind it.

use super::Store;
use super::db::{self, Db, Row, statement, values};
use super::person_seqs;
use super::rooms::{StoredRoom, VISIBLE, Viewer, any, begins, visible};
use super::tables::InRoom;
use super::writer::Written;
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::{RoomId, RoomKind, RoomRole, Seq, Timestamp, UserId};
use std::collections::HashMap;

/// A room, and how a user stands to it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The room as it is stored.
    pub room: StoredRoom,
    /// Whether the user is a member.
    pub is_member: bool,
    /// Their role in it. An owner who left is its owner still: a room keeps one.
    pub role: RoomRole,
}

/// A user's read position in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadPosition {
    /// The room's latest `seq`.
    pub room_seq: Seq,
    /// How far the user has read; `None` for a user who is no member.
    pub read: Option<ReadUpTo>,
}

/// How far a member has read a room, and what they did there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadUpTo {
    /// The `seq` up to which they have.
    pub seq: Seq,
    /// How many posts there were up to there.
    pub posts: i64,
    /// Whether they ever wrote there.
    pub has_written: bool,
    /// Whether the room is one that not everybody may see.
    pub is_hidden: bool,
    /// Whether it is a direct room, whose name is its reader's.
    pub is_direct: bool,
    /// The user's role in the room.
    pub role: RoomRole,
}

/// A membership that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewMembership {
    /// The user's role in the room.
    pub role: RoomRole,
    /// The `seq` up to which the room counts as read.
    pub read_seq: Seq,
    /// The number of posts up to there.
    pub read_posts: i64,
    /// When the membership begins.
    pub joined_at: Timestamp,
}

impl Store {
    /// The room, and whether the user belongs to it.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`] when there is none that the user may see.
    pub async fn standing(&self, user: UserId, id: RoomId) -> Result<Standing, ServiceError> {
        self.read(move |db| standing(db, user, id)).await
    }

    /// Begins the membership that `decide` makes of how things stand; none when it answers none. Answers the
    /// room.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], or the database failed.
    pub async fn enter(
        &self,
        user: UserId,
        id: RoomId,
        decide: impl Fn(&Standing) -> Result<Option<NewMembership>, ServiceError> + Send + 'static,
    ) -> Result<StoredRoom, ServiceError> {
        self.write(move |db| {
            let standing = standing(db, user, id)?;
            let Some(new) = decide(&standing)? else {
                return Ok(Written::quietly(standing.room));
            };
            let me = person_seqs::take(db, user)?;
            insert(db, user, id, &new, me)?;
            Ok(Written {
                // Who enters by themselves has seen it before.
                publish: begins(&standing.room.room, false, user, new.read_posts, me),
                value: standing.room,
            })
        })
        .await
    }

    /// Lets a person into a room, whoever may see it: everything so far counts as read. A member stays as they are.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], or the database failed.
    pub async fn let_in(
        &self,
        user: UserId,
        id: RoomId,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        self.write(move |db| {
            let room = any(db, id)?.ok_or(ServiceError::RoomNotFound)?;
            let room = StoredRoom::from(room);
            if is_member(db, user, id)? {
                return Ok(Written::quietly(()));
            }
            let is_shown = !is_visible_to(db, user, id)?;
            let me = person_seqs::take(db, user)?;
            let new = NewMembership {
                role: RoomRole::Member,
                read_seq: room.room.seq,
                read_posts: room.posts,
                joined_at: now,
            };
            insert(db, user, id, &new, me)?;
            Ok(Written {
                publish: begins(&room.room, is_shown, user, room.posts, me),
                value: (),
            })
        })
        .await
    }

    /// Ends a person's membership, whoever they are. False: there was none.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], or the database failed.
    pub async fn put_out(&self, user: UserId, id: RoomId) -> Result<bool, ServiceError> {
        self.write(move |db| {
            any(db, id)?.ok_or(ServiceError::RoomNotFound)?;
            if !is_member(db, user, id)? {
                return Ok(Written::quietly(false));
            }
            Ok(Written {
                publish: end(db, id, user)?,
                value: true,
            })
        })
        .await
    }

    /// Ends the membership, unless `decide` refuses it for how many owners are in the room; nobody leaves a direct room,
    /// which is hidden until the next message. False: there was none.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], what `decide` answers, or the database failed.
    pub async fn leave(
        &self,
        user: UserId,
        id: RoomId,
        decide: impl Fn(&Standing, i64) -> Result<(), ServiceError> + Send + 'static,
    ) -> Result<bool, ServiceError> {
        self.write(move |db| {
            let standing = standing(db, user, id)?;
            if !standing.is_member {
                return Ok(Written::quietly(false));
            }
            decide(&standing, owners(db, id)?)?;
            let publish = match standing.room.rules.kind {
                RoomKind::Direct => hide(db, user, &standing.room)?,
                RoomKind::Open | RoomKind::Closed => end(db, id, user)?,
            };
            Ok(Written {
                value: true,
                publish,
            })
        })
        .await
    }

    /// How far the room has come, and how far the user has read it.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`] when there is none that the user may see.
    pub async fn read_position(
        &self,
        user: UserId,
        id: RoomId,
    ) -> Result<ReadPosition, ServiceError> {
        let read = move |db: &Db| {
            let room_seq = Seq(visible(db, Viewer(Some(user)), id)?.seq);
            let read =
                statement(db, READ_UP_TO)?.row(values![id, user], |row| read_up_to(row, 0))?;
            Ok(ReadPosition { room_seq, read })
        };
        self.read(read).await
    }

    /// How far the user has read each room they belong to.
    ///
    /// # Errors
    /// The database failed.
    pub async fn read_positions(
        &self,
        user: UserId,
    ) -> Result<HashMap<RoomId, ReadUpTo>, ServiceError> {
        self.read(move |db| Ok(read_positions(db, user)?)).await
    }
}

pub(super) fn read_positions(db: &Db, user: UserId) -> db::Result<HashMap<RoomId, ReadUpTo>> {
    let read = statement(db, READ)?.rows(values![user], |row| {
        Ok((RoomId(row.get(0)?), read_up_to(row, 1)?))
    })?;
    Ok(read.into_iter().collect())
}

pub(super) fn standing(db: &Db, user: UserId, id: RoomId) -> Result<Standing, ServiceError> {
    let room = visible(db, Viewer(Some(user)), id)?.into();
    let known = statement(db, STANDING)?.row(values![id, user], |row| {
        let InRoom(role) = row.get(1)?;
        Ok((row.get(0)?, role))
    })?;
    let (is_member, role) = known.unwrap_or((false, RoomRole::Visitor));
    Ok(Standing {
        room,
        is_member,
        role,
    })
}

/// How many of a room's members are its owners.
pub(super) fn owners(db: &Db, id: RoomId) -> db::Result<i64> {
    let owners = statement(db, OWNERS)?.row(values![id], |row| row.get(0))?;
    Ok(owners.unwrap_or_default())
}

pub(super) fn is_visible_to(db: &Db, user: UserId, id: RoomId) -> db::Result<bool> {
    statement(db, VISIBLE)?.exists(values![id, user])
}

/// Whether the user belongs to the room.
pub(super) fn is_member(db: &Db, user: UserId, id: RoomId) -> db::Result<bool> {
    statement(db, IS_MEMBER)?.exists(values![id, user])
}

/// Begins a membership, in the place of what was left of another.
pub(super) fn insert(
    db: &Db,
    user: UserId,
    id: RoomId,
    new: &NewMembership,
    me: Seq,
) -> db::Result<()> {
    let member = values![
        id,
        user,
        InRoom(new.role),
        new.read_seq,
        new.read_posts,
        new.joined_at,
        me
    ];
    statement(db, ENTER)?.execute(member).map(drop)
}

/// Hides a direct room until the next message; what is published of it.
fn hide(db: &Db, user: UserId, room: &StoredRoom) -> db::Result<Vec<Publication>> {
    let id = room.room.id;
    statement(db, HIDE)?.execute(values![id, user, room.posts])?;
    Ok(vec![Publication::RoomHidden { room: id, user }])
}

/// Ends a membership; what is published of that.
pub(super) fn end(db: &Db, room: RoomId, user: UserId) -> db::Result<Vec<Publication>> {
    let me = person_seqs::take(db, user)?;
    statement(db, LEAVE)?.execute(values![room, user, me])?;
    let left = Publication::Left { room, user, me };
    let is_gone = !is_visible_to(db, user, room)?;
    let hidden = is_gone.then_some(Publication::RoomHidden { room, user });
    Ok([left].into_iter().chain(hidden).collect())
}

/// Of a row that has its columns from here on.
fn read_up_to(row: &Row<'_>, first: usize) -> db::Result<ReadUpTo> {
    Ok(ReadUpTo {
        seq: Seq(row.get(first)?),
        posts: row.get(first + 1)?,
        has_written: row.get(first + 2)?,
        is_hidden: row.get(first + 3)?,
        is_direct: row.get(first + 4)?,
        role: {
            let InRoom(role) = row.get(first + 5)?;
            role
        },
    })
}

/// Whether a user sees no room but those that they are in.
const IS_MEMBER: &str =
    "SELECT 1 FROM memberships WHERE room_id = ? AND user_id = ? AND state = 'in'";

const STANDING: &str = "SELECT state = 'in', CASE WHEN state = 'in' OR role = 'owner' THEN role \
    ELSE 'visitor' END FROM memberships WHERE room_id = ? AND user_id = ?";

const OWNERS: &str =
    "SELECT count(*) FROM memberships WHERE room_id = ? AND role = 'owner' AND state = 'in'";

/// One that was `out` begins anew; an owner's goes on.
const ENTER: &str = "INSERT INTO memberships \
    (room_id, user_id, role, read_seq, read_posts, joined_at, me_seq) VALUES (?, ?, ?, ?, ?, ?, ?) \
    ON CONFLICT (room_id, user_id) DO UPDATE SET state = 'in', \
    role = CASE WHEN memberships.role = 'owner' THEN 'owner' ELSE excluded.role END, \
    read_seq = excluded.read_seq, read_posts = excluded.read_posts, \
    joined_at = excluded.joined_at, wrote = FALSE, me_seq = excluded.me_seq";

const HIDE: &str = "UPDATE memberships SET hid_posts = ?3 WHERE room_id = ?1 AND user_id = ?2";

const LEAVE: &str =
    "UPDATE memberships SET state = 'out', me_seq = ?3 WHERE room_id = ?1 AND user_id = ?2";

/// How far a member has read a room, of those memberships.
macro_rules! read_up_to {
    ($before:literal, $which:literal) => {
        concat!(
            "SELECT ",
            $before,
            "read_seq, read_posts, wrote, kind <> 'open' OR guests = 'no', kind = 'direct', role FROM memberships \
            JOIN rooms ON rooms.id = memberships.room_id \
            WHERE memberships.state = 'in' AND rooms.deleted_at IS NULL AND ",
            $which
        )
    };
}

const READ_UP_TO: &str = read_up_to!("", "room_id = ? AND user_id = ?");

const READ: &str = read_up_to!("room_id, ", "user_id = ?");
