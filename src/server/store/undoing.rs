//! Messages that their authors have just deleted, and have back, or cannot have back any more.
//!
//! *Invariant:* it comes back with who reacted to it and what it said before, and in the room's order at its next `seq`.
//! Whom it mentions is read from its tree.

use super::Store;
use super::beside;
use super::db::{Db, statement, values};
use super::failure;
use super::members::{Standing, standing};
use super::mention_counts;
use super::mentions;
use super::messages::{self, Changed, numbered};
use super::quotes;
use super::reactions;
use super::undoable::{self, Kept, UNDO_MS, Undoable};
use super::writer::Written;
use crate::error::ServiceError;
use crate::events::Publication;
use crate::markdown::Formatted;
use parlour_protocol::{Document, Message, Number, RoomId, Timestamp, UserId};

/// Messages whose time is over in one transaction, each with up to a hundred earlier versions.
const PIECE: i64 = 5;

impl Store {
    /// Gives a deleted message back what it was, unless `decide` refuses it for how the user stands to the room, for the
    /// message as it is, and for who may have it back, if anybody may; false leaves it as it is.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`], what `decide` answers, or the database failed.
    pub async fn undo_delete(
        &self,
        user: UserId,
        (room, number): (RoomId, Number),
        decide: impl Fn(&Standing, &Message, Option<Undoable>) -> Result<bool, ServiceError>
        + Send
        + 'static,
    ) -> Result<Changed, ServiceError> {
        let ids = self.ids;
        self.write(move |db| {
            let standing = standing(db, user, room)?;
            let found = numbered(db, room, number)?;
            let row = found.row.id;
            let kept = undoable::kept(db, row)?;
            let before = found.into_message(ids);
            let undoable = kept.as_ref().map(|kept| kept.undoable);
            let is_new = decide(&standing, &before, undoable)?;
            let Some(Kept { body, doc, .. }) = kept.filter(|_| is_new) else {
                return Ok(Written::quietly(Changed {
                    message: beside::reading(db, before)?,
                    is_new: false,
                }));
            };
            let seq = statement(db, NEXT_SEQ)?.row(values![room], |row| row.get::<i64>(0))?;
            let seq = seq.ok_or_else(failure::no_row)?;
            let read = doc.as_deref().and_then(Formatted::stored);
            let gist = quotes::kept_gist(&body, read.as_ref());
            let tree = read.as_ref().map(|doc| &doc.document);
            let is_for_all = tree.is_some_and(Document::mentions_all);
            let people = tree.map(Document::mentions).unwrap_or_default();
            let reactions = reactions::counted(db, row)?;
            let values = values![
                row,
                seq,
                &body,
                doc.as_deref(),
                gist.as_deref(),
                reactions.as_deref(),
                is_for_all
            ];
            statement(db, GIVE_BACK)?.execute(values)?;
            statement(db, undoable::FORGET)?.execute(values![row])?;
            mentions::insert(db, room, number, user, &people)?;
            let message = numbered(db, room, number)?.into_message(ids);
            let message = beside::reading(db, message)?;
            let mut publish = vec![Publication::MessageChanged(message.clone())];
            if is_for_all || !message.mentions.is_empty() {
                publish.push(mention_counts::changed(db, &message)?);
            }
            Ok(Written {
                publish,
                value: Changed {
                    message,
                    is_new: true,
                },
            })
        })
        .await
    }

    /// Until when the user may have this message back, if they may.
    ///
    /// # Errors
    /// The database failed.
    pub async fn undoable_until(
        &self,
        user: UserId,
        (room, number): (RoomId, Number),
    ) -> Result<Option<Timestamp>, ServiceError> {
        let read = move |db: &Db| {
            let until = statement(db, UNTIL)?.row(values![user, room, number], |row| row.get(0))?;
            Ok(until.map(Timestamp))
        };
        self.read(read).await
    }

    /// Which messages of a room the user may have back at this time.
    ///
    /// # Errors
    /// The database failed.
    pub async fn undoable_in(
        &self,
        user: UserId,
        room: RoomId,
        now: Timestamp,
    ) -> Result<Vec<Number>, ServiceError> {
        let read = move |db: &Db| {
            let numbers = statement(db, OF_USER)?
                .rows(values![user, room, now], |row| Ok(Number(row.get(0)?)));
            Ok(numbers?)
        };
        self.read(read).await
    }

    /// Forgets some of what nobody may have back any more: whose time is over, or further away than it
    /// can be, since the clock was set back. Answers when to look again; `None`: nothing is left.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_undoable(&self, now: Timestamp) -> Result<Option<Timestamp>, ServiceError> {
        let far = now.0 + UNDO_MS;
        let look = move |db: &Db| {
            let values = values![now, far];
            Ok(statement(db, NEXT)?.row(values, |row| Ok((row.get(0)?, row.get(1)?)))?)
        };
        let (next, has_ended): (Option<i64>, bool) = self.read(look).await?.unwrap_or_default();
        if !has_ended {
            return Ok(next.map(Timestamp));
        }
        self.write(move |db| {
            let ended = statement(db, ENDED)?.rows(values![now, far, PIECE], |row| row.get(0))?;
            for row in ended {
                messages::forget_what_hangs_on(db, row)?;
            }
            Ok(Written::quietly(()))
        })
        .await?;
        self.took_back();
        Ok(Some(now))
    }
}

const NEXT_SEQ: &str = "UPDATE rooms SET seq = seq + 1 WHERE id = ? RETURNING seq";

const GIVE_BACK: &str = "UPDATE messages SET seq = ?2, body = ?3, doc = ?4, gist = ?5, reactions = ?6, \
    mentions_all = ?7, deleted_at = NULL WHERE id = ?1";

const UNTIL: &str = "SELECT until FROM undoable JOIN messages ON id = message_id \
    WHERE by_id = ? AND room_id = ? AND number = ?";

/// There are as many as are deleted within ten seconds.
const OF_USER: &str = "SELECT number FROM undoable JOIN messages ON id = message_id \
    WHERE by_id = ?1 AND room_id = ?2 AND until > ?3";

const NEXT: &str =
    "SELECT min(until), coalesce(min(until) <= ?1 OR max(until) > ?2, FALSE) FROM undoable";

const ENDED: &str =
    "SELECT message_id FROM undoable WHERE until <= ?1 OR until > ?2 ORDER BY until LIMIT ?3";
