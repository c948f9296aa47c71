//! What mentions somebody: the newest messages of all rooms that they see.
//!
//! Whom messages name is read in the order in which it is listed, as much as is shown; what is said to everybody in
//! their rooms is looked through.
//!
//! *Invariant:* what they see no more is not among it, nor what whom they block says to everybody.

use super::Store;
use super::authorship::{Authored, authored};
use super::beside;
use super::db::{Db, statement, values};
use super::mentions::is_told;
use super::reactions;
use super::rooms::{Viewer, is_visible};
use super::tables::message_columns;
use crate::error::ServiceError;
use parlour_protocol::{Message, Number, RoomId, Timestamp, UserId, rules};

/// Where a page of them begins: behind the message that was posted then, in this room, with this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MentionedBefore {
    /// When it was posted.
    pub at: Timestamp,
    /// The room it stands in.
    pub room: RoomId,
    /// Its number there.
    pub number: Number,
}

impl MentionedBefore {
    /// Behind this message.
    pub fn message(message: &Message) -> Self {
        Self {
            at: message.timestamp,
            room: message.room_id,
            number: message.number,
        }
    }
}

impl Store {
    /// Up to `limit` messages (1–100) that mention the user and that they see, the newest first, and whether there are
    /// more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn mentioning(
        &self,
        user: UserId,
        before: Option<MentionedBefore>,
        limit: u32,
    ) -> Result<(Vec<Message>, bool), ServiceError> {
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
            let mut messages = statement(db, MENTIONING)?
                .rows(values, |row| Ok(Authored::read(row)?.into_message(ids)))?;
            let has_more = messages.len() > limit;
            messages.truncate(limit);
            // Those of one room, as they follow each other, are one part.
            for part in messages.chunk_by_mut(|one, other| one.room_id == other.room_id) {
                let Some(room) = part.first().map(|message| message.room_id) else {
                    continue;
                };
                beside::read(db, room, part)?;
                reactions::mark_own(db, Viewer(Some(user)), room, part)?;
            }
            Ok((messages, has_more))
        };
        self.read(read).await
    }
}

const MENTIONING: &str = concat!(
    "SELECT ",
    message_columns!(),
    authored!(),
    "JOIN rooms ON rooms.id = messages.room_id WHERE messages.id IN (\
    SELECT id FROM (SELECT named.id FROM mentions JOIN messages AS named \
    ON named.room_id = mentions.room_id AND named.number = mentions.number \
    JOIN users AS writer ON writer.id = named.author_id JOIN rooms ON rooms.id = mentions.room_id \
    WHERE mentions.user_id = ?1 AND coalesce(writer.merged_into, writer.id) <> ?1 \
    AND (mentions.at, mentions.room_id, mentions.number) < (?2, ?3, ?4) AND ",
    is_visible!("?1"),
    " ORDER BY mentions.at DESC, mentions.room_id DESC, mentions.number DESC LIMIT ?5) AS newest \
    UNION SELECT shouted.id FROM memberships AS own JOIN messages AS shouted \
    ON shouted.room_id = own.room_id AND shouted.mentions_all \
    WHERE own.user_id = ?1 AND own.state = 'in' AND ",
    is_told!("own.user_id", "shouted.author_id"),
    ") AND coalesce(author.merged_into, messages.author_id) <> ?1 \
    AND (messages.created_at, messages.room_id, messages.number) < (?2, ?3, ?4) AND ",
    is_visible!("?1"),
    " ORDER BY messages.created_at DESC, messages.room_id DESC, messages.number DESC LIMIT ?5"
);
