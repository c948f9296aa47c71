//! Memberships of rooms, and the read positions in them.

use super::Store;
use super::db::{self, Db, Row, statement, values};
use super::rooms::{StoredRoom, Viewer, visible};
use super::tables::Role;
use super::writer::Written;
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::{RoomId, Seq, Timestamp, UserId};
use std::collections::HashMap;

/// A room, and whether a user is a member of it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The room as it is stored.
    pub room: StoredRoom,
    /// Whether the user is a member.
    pub is_member: bool,
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
}

/// A membership that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewMembership {
    /// The user's role in the room.
    pub role: Role,
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
        now: Timestamp,
        decide: fn(&Standing, Timestamp) -> Option<NewMembership>,
    ) -> Result<StoredRoom, ServiceError> {
        self.write(move |db| {
            let standing = standing(db, user, id)?;
            let Some(new) = decide(&standing, now) else {
                return Ok(Written::quietly(standing.room));
            };
            statement(db, ENTER)?.execute(values![
                id,
                user,
                new.role,
                new.read_seq,
                new.read_posts,
                new.joined_at
            ])?;
            Ok(Written {
                publish: vec![Publication::Joined {
                    user,
                    room: id,
                    read_posts: new.read_posts,
                }],
                value: standing.room,
            })
        })
        .await
    }

    /// Ends the membership. False: there was none.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], or the database failed.
    pub async fn leave(&self, user: UserId, id: RoomId) -> Result<bool, ServiceError> {
        self.write(move |db| {
            if !standing(db, user, id)?.is_member {
                return Ok(Written::quietly(false));
            }
            statement(db, LEAVE)?.execute(values![id, user])?;
            Ok(Written {
                value: true,
                publish: vec![Publication::Left { room: id, user }],
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
        let read = move |db: &Db| {
            let read = statement(db, READ)?.rows(values![user], |row| {
                Ok((RoomId(row.get(0)?), read_up_to(row, 1)?))
            })?;
            Ok(read.into_iter().collect())
        };
        self.read(read).await
    }
}

fn standing(db: &Db, user: UserId, id: RoomId) -> Result<Standing, ServiceError> {
    let room = visible(db, Viewer(Some(user)), id)?.into();
    let is_member = statement(db, IS_MEMBER)?.exists(values![id, user])?;
    Ok(Standing { room, is_member })
}

/// Of a row that has its columns from here on.
fn read_up_to(row: &Row<'_>, first: usize) -> db::Result<ReadUpTo> {
    Ok(ReadUpTo {
        seq: Seq(row.get(first)?),
        posts: row.get(first + 1)?,
        has_written: row.get(first + 2)?,
    })
}

const IS_MEMBER: &str = "SELECT 1 FROM memberships WHERE room_id = ? AND user_id = ?";

const ENTER: &str = "INSERT INTO memberships \
    (room_id, user_id, role, read_seq, read_posts, joined_at) VALUES (?, ?, ?, ?, ?, ?)";

const LEAVE: &str = "DELETE FROM memberships WHERE room_id = ? AND user_id = ?";

const READ_UP_TO: &str =
    "SELECT read_seq, read_posts, wrote FROM memberships WHERE room_id = ? AND user_id = ?";

const READ: &str = "SELECT room_id, read_seq, read_posts, wrote FROM memberships WHERE user_id = ?";
