//! Pages of history: keyset pagination by `number`, in both directions, so the deepest page costs what the first
//! does.
//!
//! *Invariant:* a page is empty only where there is nothing more that way, however long the texts are.

use super::Store;
use super::authorship::{Authored, authored};
use super::beside;
use super::db::{self, Db, statement, values};
use super::listing::{Listing, listed};
use super::message_ids::MessageIds;
use super::reactions;
use super::rooms::{StoredRoom, Viewer, visible};
use super::tables::{RoomRow, message_columns};
use crate::error::ServiceError;
use parlour_protocol::{History, Number, RoomId, Seq, rules};
use std::ops::ControlFlow;

/// The part of a room's history that a page shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    /// The newest messages.
    #[default]
    Newest,
    /// The messages right before this number.
    Before(Number),
    /// The messages right after this number.
    After(Number),
    /// The messages around this number, and the one that has it if it exists.
    Around(Number),
    /// The messages around the place up to which a reader has read.
    Unread(Seq),
}

/// Bytes of text in one page, unless its only message is longer: a client that does not read its answer makes the
/// server hold that much.
const PAGE_BYTES: usize = 256 * 1024;

/// A room that is open, and a page of its messages.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The room that is open.
    pub room: StoredRoom,
    /// A page of its messages.
    pub history: History,
}

/// What is listed on a page and what is open there, as one state of the database.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The rooms of the list.
    pub listing: Listing,
    /// The room that is open, if one is.
    pub opened: Option<Opened>,
}

impl Store {
    /// A room, and up to `limit` of its messages (1–100), oldest first; long texts make it fewer. Which reactions to them
    /// are the viewer's is said.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`] when there is none that the viewer may see.
    pub async fn history(
        &self,
        viewer: impl Into<Viewer>,
        room: RoomId,
        view: View,
        limit: u32,
    ) -> Result<Opened, ServiceError> {
        let (viewer, ids) = (viewer.into(), self.ids);
        let read = move |db: &Db| {
            let row = visible(db, viewer, room)?;
            let mut opened = open(db, row, view, limit, ids)?;
            reactions::mark_own(db, viewer, room, &mut opened.history.messages)?;
            Ok(opened)
        };
        self.read(read).await
    }

    /// [The rooms](Store::rooms_visible_to) and, of the one that is open, [a page](Store::history), in which nothing is the
    /// viewer's own.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`] when the viewer may not see the open one.
    pub async fn rooms_and_history(
        &self,
        viewer: impl Into<Viewer>,
        at: Option<(RoomId, View)>,
        limit: u32,
    ) -> Result<Listed, ServiceError> {
        let (viewer, ids) = (viewer.into(), self.ids);
        let read = move |db: &Db| {
            let listed = listed(db, viewer, at.map(|(room, _)| room))?;
            let opened = at.map(|(room, view)| {
                let row = listed.rows.iter().find(|row| row.id == room.0);
                let row = row.ok_or(ServiceError::RoomNotFound)?.clone();
                Ok::<_, ServiceError>(open(db, row, view, limit, ids)?)
            });
            Ok(Listed {
                opened: opened.transpose()?,
                listing: listed.into(),
            })
        };
        self.read(read).await
    }
}

fn open(db: &Db, room: RoomRow, view: View, limit: u32, ids: MessageIds) -> db::Result<Opened> {
    let history = page(db, &room, view, limit, ids)?;
    Ok(Opened {
        room: room.into(),
        history,
    })
}

fn page(db: &Db, room: &RoomRow, view: View, limit: u32, ids: MessageIds) -> db::Result<History> {
    let limit = limit.clamp(1, rules::LIST_MAX) as usize;
    // One more than is shown tells whether there are more.
    let more = limit + 1;
    let (edge, older, newer) = match view {
        View::Newest => (i64::MAX, more, 0),
        View::Before(Number(number)) => (number, more, 1),
        View::After(Number(number)) => (number.saturating_add(1), 1, more),
        View::Around(Number(number)) => (number, more, more),
        View::Unread(read) => (read.next().0, more, more),
    };
    let bytes = match view {
        View::Around(_) | View::Unread(_) => PAGE_BYTES / 2,
        _ => PAGE_BYTES,
    };
    let (before, behind) = (
        values![room.id, edge, older as i64],
        values![room.id, edge, newer as i64],
    );
    if older > 0 && newer > 0 {
        db.prefetch(&[(OLDER, before), (NEWER, behind)])?;
    }
    let older = rows(db, OLDER, room, edge, older, bytes)?;
    let newer = rows(db, NEWER, room, edge, newer, bytes)?;
    let (take_older, take_newer) = match view {
        View::Newest | View::Before(_) => (older.held.min(limit), 0),
        View::After(_) => (0, newer.held.min(limit)),
        View::Around(_) | View::Unread(_) => shares(limit, older.held, newer.held),
    };
    let (has_older, has_newer) = (older.rows.len() > take_older, newer.rows.len() > take_newer);
    // Oldest first.
    let shown = (older.rows.into_iter().take(take_older).rev())
        .chain(newer.rows.into_iter().take(take_newer));
    let mut messages: Vec<_> = shown.map(|row| row.into_message(ids)).collect();
    beside::read(db, RoomId(room.id), &mut messages)?;
    Ok(History {
        messages,
        seq: Seq(room.seq),
        has_older,
        has_newer,
        house: None,
    })
}

/// How many messages of each side make a page: half from each, more where the other side has fewer.
fn shares(limit: usize, older: usize, newer: usize) -> (usize, usize) {
    let half = limit / 2;
    let take_newer = newer.min((limit - half).max(limit.saturating_sub(older)));
    (older.min(limit - take_newer), take_newer)
}

macro_rules! side {
    ($which:literal) => {
        concat!(
            "SELECT ",
            message_columns!(),
            authored!(),
            "WHERE room_id = ? AND ",
            $which,
            " LIMIT ?"
        )
    };
}

const OLDER: &str = side!("number < ? ORDER BY number DESC");

const NEWER: &str = side!("number >= ? ORDER BY number");

/// One side of a number, the nearest first.
struct Side {
    rows: Vec<Authored>,
    /// How many of them a page has room for.
    held: usize,
}

/// Up to `count` messages on one side of a number: one range of an index, read until it has more than
/// `bytes` of text.
fn rows(
    db: &Db,
    side: &'static str,
    room: &RoomRow,
    edge: i64,
    count: usize,
    bytes: usize,
) -> db::Result<Side> {
    let mut side_read = Side {
        rows: Vec::new(),
        held: 0,
    };
    if count == 0 {
        return Ok(side_read);
    }
    let mut read = 0;
    let values = values![room.id, edge, count as i64];
    statement(db, side)?.each(values, |row| {
        let message = Authored::read(row)?;
        read += message.row.bytes();
        side_read.rows.push(message);
        if read > bytes && side_read.rows.len() > 1 {
            return Ok(ControlFlow::Break(()));
        }
        side_read.held = side_read.rows.len();
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(side_read)
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn a_side_that_is_short_gives_its_share_away() {
        assert_eq!(shares(50, 51, 51), (25, 25));
        assert_eq!(shares(50, 51, 3), (47, 3));
        assert_eq!(shares(50, 3, 51), (3, 47));
        assert_eq!(shares(50, 3, 4), (3, 4));
        assert_eq!(shares(1, 2, 2), (0, 1));
        assert_eq!(shares(1, 2, 0), (1, 0));
    }
}
