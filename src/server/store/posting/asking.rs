//! What is asked of sends without one of them being stored.
//!
//! *Invariant:* it is answered from what the author may see now.

use super::super::author::Author;
use super::super::beside;
use super::super::db::{Db, statement, values};
use super::super::rooms::is_visible;
use super::super::tables::{MessageRow, message_columns};
use super::{PLACE, PostPlace, Store, read_place};
use crate::error::ServiceError;
use parlour_protocol::{Message, RoomId, Timestamp, UserId};

impl Store {
    /// Where a send of this author would go, as they would send it now; `None` where there is no such room to them, or
    /// they are no more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn place(
        &self,
        author: UserId,
        room: RoomId,
        now: Timestamp,
    ) -> Result<Option<(PostPlace, Author)>, ServiceError> {
        let read = move |db: &Db| {
            let found = statement(db, PLACE)?.row(values![room, author, now], read_place)?;
            let seen = found.filter(|(place, author)| place.is_seen_by(author.as_ref()));
            Ok(seen.and_then(|(place, author)| Some((place, author?))))
        };
        self.read(read).await
    }

    /// The message that the author's idempotency key made before, theirs or that of a guest they `was`, if they may still
    /// see its room.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sent_before(
        &self,
        author: UserId,
        was: &[UserId],
        client_id: String,
    ) -> Result<Option<Message>, ServiceError> {
        let ids = self.ids;
        let authors: Vec<UserId> = [author].into_iter().chain(was.iter().copied()).collect();
        let read = move |db: &Db| {
            for sender in &authors {
                let key = values![*sender, &client_id, author];
                let sent = statement(db, SENT_AND_VISIBLE)?.row(key, MessageRow::read)?;
                if let Some(sent) = sent {
                    return Ok(Some(beside::reading(db, sent.into_message(ids))?));
                }
            }
            Ok(None)
        };
        self.read(read).await
    }
}

const SENT_AND_VISIBLE: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM messages JOIN rooms ON rooms.id = room_id \
    WHERE author_id = ?1 AND client_id = ?2 AND ",
    is_visible!("?3")
);
