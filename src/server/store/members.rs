//! Memberships of rooms, and the read positions in them.
//!
//! *Invariant:* the end of a membership leaves its row, `out`, so that the person's stream can tell it. What a
//! membership makes visible is published with its beginning, before it, and taken back with its end, behind it.

use super::Store;
use super::db::{self, Db, Row, statement, values};
use super::failure;
use super::person_seqs;
use super::roles::{kept_out, role_in};
use super::rooms::{StoredRoom, VISIBLE, Viewer, begins, visible};
use super::tables::{InRoom, ToldOf};
use super::writer::Written;
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::{LeftReason, Level, RoomId, RoomKind, RoomRole, Seq, Timestamp, UserId};

/// A room, and how a user stands to it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The room as it is stored.
    pub room: StoredRoom,
    /// Whether the user is a member.
    pub is_member: bool,
    /// Their role in it.
    pub role: RoomRole,
    /// Until when they are kept out of it, if they are; that may be over.
    pub kept_out: Option<Timestamp>,
}

impl Standing {
    /// Whether they are kept out of it at this time.
    pub fn is_banned(&self, now: Timestamp) -> bool {
        self.kept_out.is_some_and(|end| end > now)
    }
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
    /// Whether the user has it among their favourites.
    pub is_favourite: bool,
    /// Of what in it they want to be told.
    pub level: Level,
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

impl NewMembership {
    /// One for which everything so far is read. Who becomes a member is no visitor any more.
    pub fn of(room: &StoredRoom, role: RoomRole, now: Timestamp) -> Self {
        Self {
            role: role.max(RoomRole::Member),
            read_seq: room.room.seq,
            read_posts: room.posts,
            joined_at: now,
        }
    }
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
            Ok(Written {
                publish: begin(db, &standing.room, user, &new)?,
                value: standing.room,
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
                // Into an open room they can come back.
                RoomKind::Open => end(db, id, user, Ending::Left { keeps_role: true })?,
                RoomKind::Closed => end(db, id, user, Ending::Left { keeps_role: false })?,
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
                statement(db, READ_UP_TO)?.row(values![id, user], |row| read_up_to_of(row, 0))?;
            Ok(ReadPosition { room_seq, read })
        };
        self.read(read).await
    }
}

pub(super) fn standing(db: &Db, user: UserId, id: RoomId) -> Result<Standing, ServiceError> {
    let room = visible(db, Viewer(Some(user)), id)?.into();
    let known = statement(db, STANDING)?.row(values![id, user], |row| {
        let InRoom(role) = row.get(1)?;
        let kept_out = row.get::<Option<i64>>(2)?.map(Timestamp);
        Ok((row.get(0)?, role, kept_out))
    })?;
    let (is_member, role, kept_out) = known.ok_or_else(failure::no_row)?;
    Ok(Standing {
        room,
        is_member,
        role,
        kept_out,
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

/// How many are in the room.
pub(super) fn count(db: &Db, id: RoomId) -> db::Result<i64> {
    let members = statement(db, COUNT)?.row(values![id], |row| row.get(0))?;
    Ok(members.unwrap_or_default())
}

/// Until when the user is kept out of the room, if they are; that may be over.
pub(super) fn kept_out(db: &Db, user: UserId, id: RoomId) -> db::Result<Option<Timestamp>> {
    let end = statement(db, KEPT_OUT)?.row(values![id, user], |row| row.get(0))?;
    Ok(end.flatten().map(Timestamp))
}

/// Begins a membership, whoever may see the room; what is published of that.
pub(super) fn begin(
    db: &Db,
    room: &StoredRoom,
    user: UserId,
    new: &NewMembership,
) -> db::Result<Vec<Publication>> {
    let is_shown = !is_visible_to(db, user, room.room.id)?;
    let me = person_seqs::take(db, user)?;
    insert(db, user, room.room.id, new, me)?;
    Ok(begins(&room.room, is_shown, user, new.read_posts, me))
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

/// How a membership ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// They left it themselves.
    Left {
        /// Whether an owner is one still.
        keeps_role: bool,
    },
    /// Somebody else ended it.
    By(LeftReason),
}

/// Ends a membership; what is published of that.
pub(super) fn end(
    db: &Db,
    room: RoomId,
    user: UserId,
    ending: Ending,
) -> db::Result<Vec<Publication>> {
    let me = person_seqs::take(db, user)?;
    let (keeps_role, reason) = match ending {
        Ending::Left { keeps_role } => (keeps_role, None),
        Ending::By(reason) => (false, Some(reason)),
    };
    statement(db, LEAVE)?.execute(values![room, user, me, keeps_role])?;
    let left = Publication::Left {
        room,
        user,
        me,
        reason,
    };
    let is_gone = !is_visible_to(db, user, room)?;
    let hidden = is_gone.then_some(Publication::RoomHidden { room, user });
    Ok([left].into_iter().chain(hidden).collect())
}

/// Of a row that has its columns from here on.
pub(super) fn read_up_to_of(row: &Row<'_>, first: usize) -> db::Result<ReadUpTo> {
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
        is_favourite: row.get(first + 6)?,
        level: {
            let ToldOf(level) = row.get(first + 7)?;
            level
        },
    })
}

const IS_MEMBER: &str =
    "SELECT 1 FROM memberships WHERE room_id = ? AND user_id = ? AND state = 'in'";

/// One row, also for who never was a member.
const STANDING: &str = concat!(
    "SELECT coalesce(own.state = 'in', FALSE), ",
    role_in!("own"),
    ", ",
    kept_out!("?1", "?2"),
    " FROM (SELECT 1) AS one LEFT JOIN memberships AS own ON own.room_id = ?1 AND own.user_id = ?2"
);

const COUNT: &str = "SELECT count(*) FROM memberships WHERE room_id = ? AND state = 'in'";

const KEPT_OUT: &str = concat!("SELECT ", kept_out!("?1", "?2"));

const OWNERS: &str =
    "SELECT count(*) FROM memberships WHERE room_id = ? AND role = 'owner' AND state = 'in'";

/// One that was `out` begins anew; an owner's goes on.
const ENTER: &str = "INSERT INTO memberships \
    (room_id, user_id, role, read_seq, read_posts, joined_at, me_seq) VALUES (?, ?, ?, ?, ?, ?, ?) \
    ON CONFLICT (room_id, user_id) DO UPDATE SET state = 'in', \
    role = CASE WHEN memberships.role = 'owner' THEN 'owner' ELSE excluded.role END, \
    read_seq = excluded.read_seq, read_posts = excluded.read_posts, \
    joined_at = excluded.joined_at, wrote = FALSE, me_seq = excluded.me_seq";

const HIDE: &str = "UPDATE memberships SET hid_posts = ?3, is_favourite = FALSE \
    WHERE room_id = ?1 AND user_id = ?2";

const LEAVE: &str = "UPDATE memberships SET state = 'out', is_favourite = FALSE, level = 'all', me_seq = ?3, \
    role = CASE WHEN ?4 THEN role ELSE 'member' END WHERE room_id = ?1 AND user_id = ?2";

/// How far a member has read a room, of those memberships.
macro_rules! read_up_to {
    ($before:expr, $which:literal) => {
        concat!(
            "SELECT ",
            $before,
            "read_seq, read_posts, wrote, kind <> 'open' OR guests = 'no', kind = 'direct', role, is_favourite, level FROM memberships \
            JOIN rooms ON rooms.id = memberships.room_id \
            WHERE memberships.state = 'in' AND rooms.deleted_at IS NULL AND ",
            $which
        )
    };
}

pub(super) use read_up_to;

const READ_UP_TO: &str = read_up_to!("", "room_id = ? AND user_id = ?");
