//! What messages said before they were edited.
//!
//! *Invariant:* a version is kept in the transaction of the edit that replaces it, the newest hundred of a message at most.
//! A message that is deleted shows none, and has none once its author cannot have it back.

use super::Store;
use super::authorship::Authored;
use super::beside;
use super::db::{self, Db, statement, values};
use super::members::{Standing, standing};
use super::messages::numbered;
use super::rooms::{Viewer, visible};
use super::writer::Written;
use crate::error::ServiceError;
use parlour_protocol::{Message, Number, Revision, RoomId, Seq, Timestamp, UserId, rules};
use std::ops::ControlFlow;

/// Bytes of text in one page, unless its only version is longer.
const PAGE_BYTES: usize = 256 * 1024;

/// Earlier versions of a message, and what it says now.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    /// The message as it is.
    pub message: Message,
    /// A part of what it said before, the newest first.
    pub revisions: Vec<Revision>,
    /// There are older ones behind them.
    pub has_older: bool,
}

/// An earlier version of a message that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRevision {
    /// The key of the message's row, and with the seq the place in the list of all.
    pub row: i64,
    /// The room of the message.
    pub room: RoomId,
    /// The number of the message in its room.
    pub number: Number,
    /// What it said.
    pub revision: Revision,
}

impl Store {
    /// Up to `limit` (1–100) earlier versions of a message from before the seq, the newest first. Long
    /// texts make it fewer.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`], also of one that is deleted, or the database
    /// failed.
    pub async fn revisions(
        &self,
        viewer: impl Into<Viewer>,
        (room, number): (RoomId, Number),
        before: Option<Seq>,
        limit: u32,
    ) -> Result<Earlier, ServiceError> {
        let (viewer, ids) = (viewer.into(), self.ids);
        let limit = limit.clamp(1, rules::LIST_MAX) as usize;
        let read = move |db: &Db| {
            visible(db, viewer, room)?;
            let found = numbered(db, room, number)?;
            if found.row.deleted_at.is_some() {
                return Err(ServiceError::MessageNotFound);
            }
            let (revisions, has_older) = page(db, &found, before, limit)?;
            Ok(Earlier {
                message: beside::reading(db, found.into_message(ids))?,
                revisions,
                has_older,
            })
        };
        self.read(read).await
    }

    /// Forgets one earlier version of a message, unless `decide` refuses it for how the user stands to the room and for the
    /// message as it is; whether it was there.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`], what `decide` answers, or the database failed.
    pub async fn drop_revision(
        &self,
        user: UserId,
        (room, number): (RoomId, Number),
        seq: Seq,
        decide: impl Fn(&Standing, &Message) -> Result<(), ServiceError> + Send + 'static,
    ) -> Result<bool, ServiceError> {
        let ids = self.ids;
        self.write(move |db| {
            let standing = standing(db, user, room)?;
            let found = numbered(db, room, number)?;
            let row = found.row.id;
            decide(&standing, &found.into_message(ids))?;
            let dropped = statement(db, DROP)?.execute(values![row, seq])?;
            Ok(Written::quietly(dropped > 0))
        })
        .await
    }

    /// Up to `limit` earlier versions of what a user wrote, in the order of their messages, behind one of them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn revisions_of(
        &self,
        user: UserId,
        (row, seq): (i64, Seq),
        limit: usize,
    ) -> Result<Vec<OwnRevision>, ServiceError> {
        let read = move |db: &Db| {
            let values = values![user, row, seq, limit as i64];
            let own = statement(db, OF_USER)?.rows(values, |row| {
                Ok(OwnRevision {
                    row: row.get(0)?,
                    room: RoomId(row.get(1)?),
                    number: Number(row.get(2)?),
                    revision: Revision {
                        seq: Seq(row.get(3)?),
                        content: row.get(4)?,
                        timestamp: Timestamp(row.get(5)?),
                    },
                })
            });
            Ok(own?)
        };
        self.read(read).await
    }
}

fn page(
    db: &Db,
    of: &Authored,
    before: Option<Seq>,
    limit: usize,
) -> db::Result<(Vec<Revision>, bool)> {
    let (mut revisions, mut bytes, mut has_older) = (Vec::new(), 0, false);
    let before = before.unwrap_or(Seq(i64::MAX));
    statement(db, PAGE)?.each(values![of.row.id, before, limit as i64 + 1], |row| {
        let content: String = row.get(1)?;
        bytes += content.len();
        has_older = revisions.len() == limit || bytes > PAGE_BYTES && !revisions.is_empty();
        if has_older {
            return Ok(ControlFlow::Break(()));
        }
        revisions.push(Revision {
            seq: Seq(row.get(0)?),
            content,
            timestamp: Timestamp(row.get(2)?),
        });
        Ok(ControlFlow::Continue(()))
    })?;
    Ok((revisions, has_older))
}

const DROP: &str = "DELETE FROM revisions WHERE message_id = ? AND seq = ?";

const PAGE: &str = "SELECT seq, body, edited_at FROM revisions WHERE message_id = ?1 AND seq < ?2 \
    ORDER BY seq DESC LIMIT ?3";

const OF_USER: &str = "SELECT message_id, room_id, number, revisions.seq, revisions.body, revisions.edited_at \
    FROM revisions JOIN messages ON messages.id = message_id \
    WHERE by_id = ?1 AND deleted_at IS NULL AND (message_id, revisions.seq) > (?2, ?3) ORDER BY message_id, revisions.seq LIMIT ?4";
