//! What changed in a room after a `seq`: what was posted, a range of the index on `(room_id, number)`, what was
//! edited, deleted or reacted to, a range of the one on `(room_id, seq)`, and the room's own row.
//!
//! *Invariant:* a client that applies the pages up to `to` has what a page read at `to` shows.

use super::Store;
use super::authorship::{Authored, authored};
use super::beside;
use super::db::{self, Db, Value, statement, values};
use super::message_ids::MessageIds;
use super::reactions;
use super::rooms::{VISIBLE, Viewer, visible};
use super::tables::{RoomRow, message_columns};
use crate::error::ServiceError;
use parlour_protocol::{Message, Room, RoomId, Seq};

/// Messages in one page.
const PAGE: usize = 500;
/// Bytes of texts, trees and reactions in one page, unless its only message is longer: a page is held in memory once for each client
/// that catches up, and is written in one piece.
const PAGE_BYTES: i64 = 256 * 1024;
/// Bytes of a link's JSON besides its address.
const LINK: usize = 32;
/// More changed messages than this are read faster as a fresh page.
const TOO_MANY: i64 = 2_000;

/// Everything that changed in (`from`, `to`].
#[derive(Clone, Debug, PartialEq)]
pub struct SyncPage {
    /// Each in its present state, ordered by seq.
    pub messages: Vec<Message>,
    /// The room in its present state, if its name or description changed.
    pub room: Option<Room>,
    /// The seq after which the changes begin (exclusive).
    pub from: Seq,
    /// The seq up to which the changes go (inclusive).
    pub to: Seq,
    /// Whether `to` is the room's present `seq`; otherwise ask again from `to`.
    pub complete: bool,
    /// Too much changed, or `from` is beyond the room's `seq`: the client has to load a page.
    pub reset: bool,
}

impl Store {
    /// What changed in a room after `after`.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`] when there is none that the viewer may see.
    pub async fn changes_since(
        &self,
        viewer: impl Into<Viewer>,
        room: RoomId,
        after: Seq,
    ) -> Result<SyncPage, ServiceError> {
        let (viewer, ids) = (viewer.into(), self.ids);
        let read = move |db: &Db| {
            db.prefetch(&[
                (VISIBLE, values![room, viewer.0]),
                (SIZES, &sizes_of(room, after)),
            ])?;
            let room = visible(db, viewer, room)?;
            let id = RoomId(room.id);
            let mut page = page(db, room, after, ids)?;
            reactions::mark_own(db, viewer, id, &mut page.messages)?;
            Ok(page)
        };
        self.read(read).await
    }
}

fn page(db: &Db, room: RoomRow, after: Seq, ids: MessageIds) -> db::Result<SyncPage> {
    let newest = Seq(room.seq);
    let is_foreign = after < Seq::ZERO || after > newest;
    if is_foreign || has_too_many(db, &room, after)? {
        return Ok(SyncPage {
            messages: Vec::new(),
            room: None,
            from: after,
            to: newest,
            complete: true,
            reset: true,
        });
    }
    let cut = cut(&sizes(db, &room, after)?);
    let to = cut.unwrap_or(newest);
    let mut sizes = Vec::new();
    let mut messages = statement(db, CHANGED)?.rows(values![room.id, after, to], |row| {
        let message = Authored::read(row)?;
        sizes.push(message.row.bytes());
        Ok(message.into_message(ids))
    })?;
    let held = held_with_links(&messages, &sizes);
    let is_cut_again = held < messages.len();
    messages.truncate(held);
    let last = messages.last().map_or(to, |message| message.seq);
    let to = if is_cut_again { last } else { to };
    let changed_at = Seq(room.changed_seq);
    beside::read(db, RoomId(room.id), &mut messages)?;
    Ok(SyncPage {
        messages,
        room: (after < changed_at && changed_at <= to).then(|| room.into_room()),
        from: after,
        to,
        complete: cut.is_none() && !is_cut_again,
        reset: false,
    })
}

/// How many messages a page has room for, of those whose texts fit: links can take more than the text they
/// are in.
fn held_with_links(messages: &[Message], sizes: &[usize]) -> usize {
    let mut bytes = 0;
    let fitting = messages.iter().zip(sizes).take_while(|(message, size)| {
        let links = message.links.iter();
        let links: usize = links
            .map(|link| LINK + link.href.as_ref().map_or(0, String::len))
            .sum();
        bytes += *size + links;
        bytes as i64 <= PAGE_BYTES
    });
    fitting.count().max(1).min(messages.len())
}

/// Whether more messages changed than are synced; counts no further than that.
fn has_too_many(db: &Db, room: &RoomRow, after: Seq) -> db::Result<bool> {
    if Seq(room.seq).since(after) <= TOO_MANY {
        return Ok(false);
    }
    let values = values![room.id, after, room.seq, TOO_MANY + 1];
    let changed = statement(db, COUNT)?.row(values, |row| row.get::<i64>(0))?;
    Ok(changed.is_some_and(|changed| changed > TOO_MANY))
}

/// The values of [`SIZES`]. All is of one state, in which no change is behind the room's seq.
fn sizes_of(room: RoomId, after: Seq) -> [Value<'static>; 4] {
    [
        room.into(),
        after.into(),
        i64::MAX.into(),
        (PAGE as i64 + 1).into(),
    ]
}

/// The seq and size of each message, of one more than a page has. Reads no text.
fn sizes(db: &Db, room: &RoomRow, after: Seq) -> db::Result<Vec<(Seq, i64)>> {
    statement(db, SIZES)?.rows(&sizes_of(RoomId(room.id), after), |row| {
        Ok((Seq(row.get(0)?), row.get(1)?))
    })
}

/// The seq with which a page ends; `None` when it can hold all of `sizes`.
fn cut(sizes: &[(Seq, i64)]) -> Option<Seq> {
    let mut bytes = 0;
    let fitting = sizes.iter().take(PAGE).take_while(|(_, size)| {
        bytes += size;
        bytes <= PAGE_BYTES
    });
    let held = fitting.count().max(1);
    let (last, _) = sizes.get(held - 1)?;
    (held < sizes.len()).then_some(*last)
}

/// What changed in a room in (`?2`, `?3`]. A message whose seq is its number is as it was posted.
macro_rules! changed {
    ($what:expr, $from:expr, $rest:literal) => {
        concat!(
            "SELECT ",
            $what,
            $from,
            "WHERE room_id = ?1 AND ((number > ?2 AND number <= ?3 AND messages.seq = number) \
            OR (messages.seq > ?2 AND messages.seq <= ?3 AND messages.seq <> number))",
            $rest
        )
    };
}

const CHANGED: &str = changed!(message_columns!(), authored!(), " ORDER BY messages.seq");

const SIZES: &str = changed!(
    "seq, CAST(octet_length(body) + coalesce(octet_length(doc), 0) + coalesce(octet_length(reactions), 0) AS BIGINT)",
    " FROM messages ",
    " ORDER BY seq LIMIT ?4"
);

const COUNT: &str = concat!(
    "SELECT count(*) FROM (",
    changed!("1", " FROM messages ", " LIMIT ?4"),
    ") AS changed"
);

#[cfg(test)]
mod tests {
    use super::*;

    fn end(sizes: &[i64]) -> Option<Seq> {
        let seqs = (1..).map(Seq);
        cut(&seqs.zip(sizes.iter().copied()).collect::<Vec<_>>())
    }

    #[test]
    fn a_page_is_cut_by_its_bytes_and_by_its_rows() {
        assert_eq!(end(&[]), None);
        assert_eq!(end(&[PAGE_BYTES]), None);
        assert_eq!(end(&[PAGE_BYTES - 1, 1, 1]), Some(Seq(2)));
        assert_eq!(end(&[1; PAGE]), None);
        assert_eq!(end(&[1; PAGE + 1]), Some(Seq(PAGE as i64)));
    }

    #[test]
    fn a_page_has_at_least_one_message() {
        assert_eq!(end(&[2 * PAGE_BYTES]), None);
        assert_eq!(end(&[2 * PAGE_BYTES, 1]), Some(Seq(1)));
    }
}
