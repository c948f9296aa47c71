//! Messages that people have saved for themselves.
//!
//! *Invariant:* they are listed to nobody else, and only while who saved them sees them. What is saved of a message goes with
//! its text.

use super::Store;
use super::authorship::{Authored, authored};
use super::beside;
use super::db::{self, Db, statement, values};
use super::mentioning::MentionedBefore;
use super::messages::numbered;
use super::reactions;
use super::rooms::{Viewer, is_visible, visible};
use super::tables::message_columns;
use super::writer::Written;
use crate::error::ServiceError;
use parlour_protocol::{Message, Number, RoomId, Timestamp, UserId, rules};

/// A message that somebody has saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// The message as it is.
    pub message: Message,
    /// When they did.
    pub at: Timestamp,
}

/// Which message somebody has saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSaved {
    /// The key of the message's row, and the place in the list of all.
    pub row: i64,
    /// The room of the message.
    pub room: RoomId,
    /// The number of the message in its room.
    pub number: Number,
    /// When they saved it.
    pub at: Timestamp,
}

impl Store {
    /// Saves a message for a user, unless `decide` refuses it for the message as it is, for whether they have saved it
    /// already, and for how many they have; false leaves it as it is. Whether it was changed.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`], what `decide` answers, or the database failed.
    pub async fn save(
        &self,
        user: UserId,
        (room, number): (RoomId, Number),
        at: Option<Timestamp>,
        decide: impl Fn(&Message, bool, i64) -> Result<bool, ServiceError> + Send + 'static,
    ) -> Result<bool, ServiceError> {
        let ids = self.ids;
        self.write(move |db| {
            visible(db, Viewer(Some(user)), room)?;
            let found = numbered(db, room, number)?;
            let row = found.row.id;
            let is_there = statement(db, IS_THERE)?.exists(values![row, user])?;
            let count = statement(db, COUNT)?.row(values![user], |row| row.get(0))?;
            let message = found.into_message(ids);
            if !decide(&message, is_there, count.unwrap_or_default())? {
                return Ok(Written::quietly(false));
            }
            match at {
                Some(at) => statement(db, SAVE)?.execute(values![user, row, at])?,
                None => statement(db, LET_GO)?.execute(values![row, user])?,
            };
            Ok(Written::quietly(true))
        })
        .await
    }

    /// Whether the user has saved this message.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_saved(
        &self,
        user: UserId,
        (room, number): (RoomId, Number),
    ) -> Result<bool, ServiceError> {
        let read = move |db: &Db| Ok(statement(db, IS_SAVED)?.exists(values![user, room, number])?);
        self.read(read).await
    }

    /// Up to `limit` messages (1–100) that the user has saved and sees, what was saved last first, and whether there are
    /// more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn saved(
        &self,
        user: UserId,
        before: Option<MentionedBefore>,
        limit: u32,
    ) -> Result<(Vec<Saved>, bool), ServiceError> {
        let ids = self.ids;
        let limit = limit.clamp(1, rules::LIST_MAX) as usize;
        let before = before.unwrap_or(MentionedBefore {
            at: Timestamp(i64::MAX),
            room: RoomId(i64::MAX),
            number: Number(i64::MAX),
        });
        let read = move |db: &Db| {
            let values = values![
                user,
                before.at,
                before.room,
                before.number,
                limit as i64 + 1
            ];
            let mut all = statement(db, SAVED)?.rows(values, |row| {
                Ok(Saved {
                    at: Timestamp(row.get(Authored::COUNT)?),
                    message: Authored::read(row)?.into_message(ids),
                })
            })?;
            let has_more = all.len() > limit;
            all.truncate(limit);
            for Saved { message, .. } in &mut all {
                let (room, one) = (message.room_id, std::slice::from_mut(message));
                beside::read(db, room, one)?;
                reactions::mark_own(db, Viewer(Some(user)), room, one)?;
            }
            Ok((all, has_more))
        };
        self.read(read).await
    }

    /// Up to `limit` of what the user has saved, in the order of the messages, behind one of them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn saved_of(
        &self,
        user: UserId,
        after: i64,
        limit: usize,
    ) -> Result<Vec<OwnSaved>, ServiceError> {
        let read = move |db: &Db| {
            let own = statement(db, OF_USER)?.rows(values![user, after, limit as i64], |row| {
                Ok(OwnSaved {
                    row: row.get(0)?,
                    room: RoomId(row.get(1)?),
                    number: Number(row.get(2)?),
                    at: Timestamp(row.get(3)?),
                })
            });
            Ok(own?)
        };
        self.read(read).await
    }
}

/// What a guest has saved is the account's that they have signed in to.
pub(super) fn merge(db: &Db, guest: UserId, account: UserId) -> db::Result<()> {
    statement(db, SAVE_AS_ACCOUNT)?.execute(values![guest, account])?;
    forget(db, guest)
}

/// This person has saved nothing any more.
pub(super) fn forget(db: &Db, person: UserId) -> db::Result<()> {
    statement(db, FORGET_ALL)?
        .execute(values![person])
        .map(drop)
}

const IS_THERE: &str = "SELECT 1 FROM saved WHERE message_id = ? AND user_id = ?";

const COUNT: &str = "SELECT count(*) FROM saved WHERE user_id = ?";

const SAVE: &str = "INSERT INTO saved (user_id, message_id, at) VALUES (?, ?, ?)";

const LET_GO: &str = "DELETE FROM saved WHERE message_id = ? AND user_id = ?";

const IS_SAVED: &str = "SELECT 1 FROM saved JOIN messages ON id = message_id \
    WHERE user_id = ? AND room_id = ? AND number = ?";

const SAVED: &str = concat!(
    "SELECT ",
    message_columns!(),
    authored!(", saved.at"),
    "JOIN saved ON saved.message_id = messages.id JOIN rooms ON rooms.id = messages.room_id \
    WHERE saved.user_id = ?1 AND messages.deleted_at IS NULL \
    AND (saved.at, messages.room_id, messages.number) < (?2, ?3, ?4) AND ",
    is_visible!("?1"),
    " ORDER BY saved.at DESC, messages.room_id DESC, messages.number DESC LIMIT ?5"
);

const OF_USER: &str = "SELECT message_id, room_id, number, at FROM saved JOIN messages ON id = message_id \
    WHERE user_id = ?1 AND message_id > ?2 AND deleted_at IS NULL ORDER BY message_id LIMIT ?3";

const SAVE_AS_ACCOUNT: &str = "INSERT INTO saved (user_id, message_id, at) \
    SELECT CAST(?2 AS BIGINT), message_id, at FROM saved WHERE user_id = ?1 \
    ON CONFLICT (message_id, user_id) DO NOTHING";

const FORGET_ALL: &str = "DELETE FROM saved WHERE user_id = ?";
