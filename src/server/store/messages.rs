//! Single messages: looking one up to change it, and changing it.
//!
//! *Invariant:* a change takes the room's next `seq` in its own transaction and leaves it on the message. Deleting
//! leaves a tombstone; no row is removed while its room is there.

use super::Store;
use super::authorship::{Authored, authored};
use super::beside;
use super::db::{self, Db, statement, values};
use super::direct::is_refused;
use super::failure;
use super::members::{Standing, standing};
use super::mention_counts;
use super::mentions;
use super::quotes;
use super::rooms::{Viewer, visible};
use super::tables::message_columns;
use super::undoable::{self, Undoable};
use super::writer::Written;
use crate::error::ServiceError;
use crate::events::Publication;
use crate::markdown::Formatted;
use parlour_protocol::revisions::REVISIONS_MAX;
use parlour_protocol::{Document, Message, Number, RoomId, Timestamp, UserId};

/// What a message is changed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Replaces the text.
    Edit {
        /// The new text.
        body: String,
        /// Its tree, if it has markup.
        doc: Option<Formatted>,
        /// When it is edited.
        at: Timestamp,
        /// Whether what it said before is kept.
        keeps: bool,
    },
    /// Leaves a tombstone: the row without its text.
    Delete {
        /// When it is deleted.
        at: Timestamp,
        /// Who may have it back for a moment, if anybody may.
        undoable: Option<Undoable>,
    },
}

/// The result of [`Store::change_message`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its present state.
    pub message: Message,
    /// Whether it was changed; false if it was like that before.
    pub is_new: bool,
}

impl Store {
    /// The message with this number.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`], or the database failed.
    pub async fn message(
        &self,
        viewer: impl Into<Viewer>,
        room: RoomId,
        number: Number,
    ) -> Result<Message, ServiceError> {
        let viewer = viewer.into();
        let ids = self.ids;
        let read = move |db: &Db| {
            let message = one(db, viewer, room, number)?.into_message(ids);
            Ok(beside::reading(db, message)?)
        };
        self.read(read).await
    }

    /// Changes a message as `decide` has it for how the user stands to its room, and for its present state; `None`
    /// leaves it as it is.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`], what `decide` answers, or the
    /// database failed.
    pub async fn change_message(
        &self,
        user: UserId,
        room: RoomId,
        number: Number,
        decide: impl Fn(&Standing, &Message) -> Result<Option<Change>, ServiceError> + Send + 'static,
    ) -> Result<Changed, ServiceError> {
        let ids = self.ids;
        self.write(move |db| {
            let standing = standing(db, user, room)?;
            let before = numbered(db, room, number)?;
            let row = before.row.id;
            let before = beside::reading(db, before.into_message(ids))?;
            let mentioned = before.mentions_all || !before.mentions.is_empty();
            let Some(change) = decide(&standing, &before)? else {
                return Ok(Written::quietly(Changed {
                    message: before,
                    is_new: false,
                }));
            };
            let is_edit = matches!(change, Change::Edit { .. });
            if is_edit && statement(db, IS_REFUSED)?.exists(values![room, user])? {
                return Err(ServiceError::RoomNotFound);
            }
            let seq = statement(db, NEXT_SEQ)?.row(values![room], |row| row.get::<i64>(0))?;
            let seq = seq.ok_or_else(failure::no_row)?;
            match change {
                Change::Edit {
                    body,
                    doc,
                    at,
                    keeps,
                } => {
                    if keeps {
                        keep_revision(db, row)?;
                    }
                    let gist = quotes::kept_gist(&body, doc.as_ref());
                    let tree = doc.as_ref().map(|doc| &doc.document);
                    let is_for_all = tree.is_some_and(Document::mentions_all);
                    let people = tree.map(Document::mentions).unwrap_or_default();
                    let doc = doc.as_ref().map(|doc| &doc.json);
                    let values = values![row, seq, &body, at, doc, gist.as_deref(), is_for_all];
                    statement(db, EDIT)?.execute(values)?;
                    mentions::remove(db, room, number)?;
                    mentions::insert(db, room, number, user, &people)?;
                }
                Change::Delete { at, undoable } => {
                    match undoable {
                        Some(undoable) => undoable::keep(db, row, undoable)?,
                        None => forget_what_hangs_on(db, row)?,
                    }
                    statement(db, DELETE)?.execute(values![row, seq, at])?;
                    mentions::remove(db, room, number)?;
                }
            }
            let message = numbered(db, room, number)?.into_message(ids);
            let message = beside::reading(db, message)?;
            let mut publish = vec![Publication::MessageChanged(message.clone())];
            if mentioned || message.mentions_all || !message.mentions.is_empty() {
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
}

fn one(db: &Db, viewer: Viewer, room: RoomId, number: Number) -> Result<Authored, ServiceError> {
    visible(db, viewer, room)?;
    numbered(db, room, number)
}

pub(super) fn numbered(db: &Db, room: RoomId, number: Number) -> Result<Authored, ServiceError> {
    statement(db, ONE)?
        .row(values![room, number], Authored::read)?
        .ok_or(ServiceError::MessageNotFound)
}

/// The message in this row, if it is there.
pub(super) fn of_row(db: &Db, row: i64) -> db::Result<Option<Authored>> {
    statement(db, OF_ROW)?.row(values![row], Authored::read)
}

/// Keeps what a message says before it is edited. Only where there are too many of them by then, the oldest go.
fn keep_revision(db: &Db, row: i64) -> db::Result<()> {
    let count: Option<i64> = statement(db, KEEP)?.row(values![row], |row| row.get(0))?;
    if count.is_some_and(|count| count >= REVISIONS_MAX) {
        statement(db, LET_GO)?.execute(values![row, REVISIONS_MAX])?;
    }
    Ok(())
}

/// Forgets who reacted to a message that is deleted or has saved it, what it said before, and what it said last.
pub(super) fn forget_what_hangs_on(db: &Db, row: i64) -> db::Result<()> {
    for sql in [
        FORGET_REACTIONS,
        FORGET_REVISIONS,
        FORGET_SAVED,
        undoable::FORGET,
    ] {
        statement(db, sql)?.execute(values![row])?;
    }
    Ok(())
}

const FORGET_REACTIONS: &str = "DELETE FROM reactions WHERE message_id = ?";

/// How many there are is answered without the new one by one database, and with it by the other.
const KEEP: &str = "INSERT INTO revisions (message_id, seq, body, edited_at, by_id) \
    SELECT id, seq, body, coalesce(edited_at, created_at), author_id FROM messages WHERE id = ?1 \
    RETURNING (SELECT count(*) FROM revisions AS kept WHERE kept.message_id = ?1)";

const LET_GO: &str = "DELETE FROM revisions WHERE message_id = ?1 AND seq <= \
    (SELECT seq FROM revisions WHERE message_id = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)";

const FORGET_SAVED: &str = "DELETE FROM saved WHERE message_id = ?";

const FORGET_REVISIONS: &str = "DELETE FROM revisions WHERE message_id = ?";

const OF_ROW: &str = concat!(
    "SELECT ",
    message_columns!(),
    authored!(),
    "WHERE messages.id = ?"
);

const ONE: &str = concat!(
    "SELECT ",
    message_columns!(),
    authored!(),
    "WHERE room_id = ? AND number = ?"
);

/// Who was blocked says nothing new where they talk to the other alone, by no verb.
const IS_REFUSED: &str = concat!(
    "SELECT 1 FROM rooms WHERE rooms.id = ?1 AND ",
    is_refused!("?2")
);

const NEXT_SEQ: &str = "UPDATE rooms SET seq = seq + 1 WHERE id = ? RETURNING seq";

const EDIT: &str = "UPDATE messages SET seq = ?2, body = ?3, edited_at = ?4, doc = ?5, gist = ?6, mentions_all = ?7 \
    WHERE id = ?1";

const DELETE: &str = "UPDATE messages SET seq = ?2, body = '', doc = NULL, gist = NULL, reactions = NULL, \
    mentions_all = FALSE, pinned_by = NULL, pinned_at = NULL, deleted_at = ?3 WHERE id = ?1";
