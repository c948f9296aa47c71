//! Threads: a message and all that answers it, or answers one of those.
//!
//! *Invariant:* a thread is a range of an index, and a view of its room: nothing is in it that is not in the room, in the
//! same order.

use super::Store;
use super::authorship::{Authored, authored};
use super::beside;
use super::db::{self, Db, statement, values};
use super::message_ids::MessageIds;
use super::rooms::{Viewer, visible};
use super::tables::message_columns;
use crate::error::ServiceError;
use parlour_protocol::{Message, Number, RoomId, rules};
use std::ops::ControlFlow;

/// Bytes of text in one page, unless its only message is longer.
const PAGE_BYTES: usize = 256 * 1024;

/// A part of a thread.
#[derive(Clone, Debug, PartialEq)]
pub struct Thread {
    /// The number of the message with which it begins.
    pub root: Number,
    /// Its messages in the room's order: the first one among them only where the part begins with it.
    pub messages: Vec<Message>,
    /// There are more behind them.
    pub has_newer: bool,
}

impl Store {
    /// The thread that a message is in, or begins: up to `limit` (1–100) of its messages with larger numbers than
    /// `after`; long texts make it fewer.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`], or the database failed.
    pub async fn thread(
        &self,
        viewer: impl Into<Viewer>,
        room: RoomId,
        number: Number,
        after: Number,
        limit: u32,
    ) -> Result<Thread, ServiceError> {
        let (viewer, ids) = (viewer.into(), self.ids);
        let limit = limit.clamp(1, rules::LIST_MAX) as usize;
        let read = move |db: &Db| {
            visible(db, viewer, room)?;
            let root = statement(db, ROOT)?.row(values![room, number], |row| row.get(0))?;
            let root = Number(root.ok_or(ServiceError::MessageNotFound)?);
            Ok(page(db, room, root, after, limit, ids)?)
        };
        self.read(read).await
    }
}

fn page(
    db: &Db,
    room: RoomId,
    root: Number,
    after: Number,
    limit: usize,
    ids: MessageIds,
) -> db::Result<Thread> {
    let (mut messages, mut bytes, mut has_newer) = (Vec::new(), 0, false);
    for sql in [FIRST, ANSWERS] {
        let more = (limit + 1 - messages.len()) as i64;
        statement(db, sql)?.each(values![room, root, after, more], |row| {
            let message = Authored::read(row)?;
            bytes += message.row.bytes();
            has_newer = messages.len() == limit || bytes > PAGE_BYTES && !messages.is_empty();
            if has_newer {
                return Ok(ControlFlow::Break(()));
            }
            messages.push(message.into_message(ids));
            Ok(ControlFlow::Continue(()))
        })?;
        if has_newer {
            break;
        }
    }
    beside::read(db, room, &mut messages)?;
    Ok(Thread {
        root,
        messages,
        has_newer,
    })
}

const ROOT: &str = "SELECT coalesce(root, number) FROM messages WHERE room_id = ? AND number = ?";

/// The first message, where the part begins with it.
const FIRST: &str = concat!(
    "SELECT ",
    message_columns!(),
    authored!(),
    "WHERE room_id = ?1 AND number = ?2 AND number > ?3 LIMIT ?4"
);

const ANSWERS: &str = concat!(
    "SELECT ",
    message_columns!(),
    authored!(),
    "WHERE room_id = ?1 AND root = ?2 AND number > ?3 ORDER BY number LIMIT ?4"
);
