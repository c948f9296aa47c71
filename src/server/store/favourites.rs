//! What people have marked their rooms as: which are among their favourites, and of what there they want to be told.
//!
//! *Invariant:* they are marks on a membership: who is no member of a room has none there, and the end of a membership
//! takes them away. Each change of them takes the next `seq` of its person's stream.

use super::db::{self, Db, statement, values};
use super::members::standing;
use super::tables::ToldOf;
use super::writer::Written;
use super::{Standing, Store, failure, person_seqs};
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::{Level, RoomId, UserId};

/// What a member has marked a room as.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Marks {
    is_favourite: bool,
    level: Level,
}

impl Store {
    /// Puts a room among the user's favourites, or takes it out, if `decide` wants it written. As it is already nothing
    /// is written.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], what `decide` answers, or the database failed.
    pub async fn set_favourite(
        &self,
        user: UserId,
        room: RoomId,
        is_favourite: bool,
        decide: impl Fn(&Standing) -> Result<bool, ServiceError> + Send + 'static,
    ) -> Result<(), ServiceError> {
        let set = move |marks: &mut Marks| marks.is_favourite = is_favourite;
        self.mark_room(user, room, set, decide).await
    }

    /// Sets of what in a room the user wants to be told, likewise.
    ///
    /// # Errors
    /// As [`Store::set_favourite`].
    pub async fn set_level(
        &self,
        user: UserId,
        room: RoomId,
        level: Level,
        decide: impl Fn(&Standing) -> Result<bool, ServiceError> + Send + 'static,
    ) -> Result<(), ServiceError> {
        let set = move |marks: &mut Marks| marks.level = level;
        self.mark_room(user, room, set, decide).await
    }

    async fn mark_room(
        &self,
        user: UserId,
        room: RoomId,
        set: impl Fn(&mut Marks) + Send + 'static,
        decide: impl Fn(&Standing) -> Result<bool, ServiceError> + Send + 'static,
    ) -> Result<(), ServiceError> {
        self.write(move |db| {
            let mut standing = standing(db, user, room)?;
            // A room that is hidden is as one that was left.
            standing.is_member &= !statement(db, IS_HIDDEN)?.exists(values![room, user])?;
            if !decide(&standing)? {
                return Ok(Written::quietly(()));
            }
            let before = marks(db, user, room)?;
            let mut now = before;
            set(&mut now);
            if now == before {
                return Ok(Written::quietly(()));
            }
            let Marks {
                is_favourite,
                level,
            } = now;
            let me = person_seqs::take(db, user)?;
            statement(db, SET)?.execute(values![room, user, is_favourite, ToldOf(level), me])?;
            let favourite = Publication::Favourite {
                user,
                room,
                is_favourite,
                level,
                me,
            };
            Ok(Written {
                value: (),
                publish: vec![favourite],
            })
        })
        .await
    }
}

fn marks(db: &Db, user: UserId, room: RoomId) -> db::Result<Marks> {
    let marks = statement(db, MARKS)?.row(values![room, user], |row| {
        let ToldOf(level) = row.get(1)?;
        Ok(Marks {
            is_favourite: row.get(0)?,
            level,
        })
    })?;
    marks.ok_or_else(failure::no_row)
}

const MARKS: &str = "SELECT is_favourite, level FROM memberships WHERE room_id = ? AND user_id = ?";

const IS_HIDDEN: &str = "SELECT 1 FROM memberships JOIN rooms ON rooms.id = memberships.room_id \
    WHERE memberships.room_id = ? AND memberships.user_id = ? AND hid_posts = rooms.posts";

const SET: &str = "UPDATE memberships SET is_favourite = ?3, level = ?4, me_seq = ?5 \
    WHERE room_id = ?1 AND user_id = ?2";
