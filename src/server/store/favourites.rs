//! Rooms that people have among their favourites.
//!
//! *Invariant:* it is a mark on a membership: who is no member of a room has it not there, and the end of a membership
//! takes it out. Each change of it takes the next `seq` of its person's stream.

use super::db::{statement, values};
use super::members::standing;
use super::writer::Written;
use super::{Standing, Store, person_seqs};
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::{RoomId, UserId};

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
        self.write(move |db| {
            let mut standing = standing(db, user, room)?;
            // A room that is hidden is as one that was left.
            standing.is_member &= !statement(db, IS_HIDDEN)?.exists(values![room, user])?;
            if !decide(&standing)?
                || statement(db, IS)?.exists(values![room, user, is_favourite])?
            {
                return Ok(Written::quietly(()));
            }
            let me = person_seqs::take(db, user)?;
            statement(db, SET)?.execute(values![room, user, is_favourite, me])?;
            let favourite = Publication::Favourite {
                user,
                room,
                is_favourite,
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

const IS: &str = "SELECT 1 FROM memberships WHERE room_id = ? AND user_id = ? AND is_favourite = ?";

const IS_HIDDEN: &str = "SELECT 1 FROM memberships JOIN rooms ON rooms.id = memberships.room_id \
    WHERE memberships.room_id = ? AND memberships.user_id = ? AND hid_posts = rooms.posts";

const SET: &str = "UPDATE memberships SET is_favourite = ?3, me_seq = ?4 \
    WHERE room_id = ?1 AND user_id = ?2";
