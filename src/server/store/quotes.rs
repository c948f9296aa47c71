//! What replies quote: who wrote the message that each answers, how that begins, and with which message their thread
//! does.
//!
//! *Invariant:* a quote is read beside the messages, in one state of the database, and is of what is quoted there now. No
//! row keeps one; a text with markup has its gist beside it, so that no tree is read for a line of it.

use super::db::{self, Db, Row, statement, values};
use crate::markdown::Formatted;
use parlour_protocol::quote::gist;
use parlour_protocol::{Message, Number, Quote, Replies, RoomId, Seq, UserId};
use std::collections::HashMap;
use std::ops::ControlFlow;

/// What a reply says of the message that it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// What it quotes of it.
    pub quote: Quote,
    /// The number of the message with which the thread begins.
    pub thread: Number,
    /// What is in it so far.
    pub replies: Option<Replies>,
}

impl Answered {
    /// By a reply to this message.
    pub(super) fn by_reply_to(message: &Message) -> Self {
        Self {
            quote: Quote::of(message),
            thread: message.thread.unwrap_or(message.number),
            replies: message.replies,
        }
    }

    /// Reads a row that begins with the columns of [`answered!`].
    pub(super) fn read(row: &Row<'_>, at: usize) -> db::Result<Self> {
        let count = row.get(at + 5)?;
        Ok(Self {
            thread: Number(row.get(at)?),
            // Which is the last one is known when there is one more.
            replies: (count > 0).then_some(Replies {
                count,
                last: Number::ZERO,
            }),
            quote: Quote {
                seq: Seq(row.get(at + 1)?),
                user_id: UserId(row.get(at + 2)?),
                username: row.get(at + 3)?,
                text: gist(&row.get::<String>(at + 4)?, None),
            },
        })
    }
}

/// What is read of an answered message, and from which tables. Of a text only as much as its first line may be in.
macro_rules! answered {
    ($before:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $before,
            "coalesce(messages.root, messages.number), messages.seq, coalesce(account.id, messages.author_id), \
            coalesce(account.name, author.name, messages.author_name), \
            coalesce(gist, CASE WHEN doc IS NULL THEN substr(body, 1, 1000) ELSE '…' END), \
            (SELECT count(*) FROM (SELECT 1 FROM messages AS reply WHERE reply.room_id = messages.room_id \
            AND reply.root = coalesce(messages.root, messages.number) LIMIT 100) AS replies) \
            FROM messages LEFT JOIN users AS author ON author.id = messages.author_id \
            LEFT JOIN users AS account ON account.id = author.merged_into ",
            $rest
        )
    };
}
pub(super) use answered;

/// The message of this number, as a reply to it says it.
pub(super) const ANSWERED: &str = answered!("", "WHERE room_id = ? AND number = ?");

/// Puts into each of these, all of one room and in whatever order, what it quotes and how many answer it.
pub(super) fn quote(db: &Db, room: RoomId, messages: &mut [Message]) -> db::Result<()> {
    count_replies(db, room, messages)?;
    quote_answered(db, room, messages)
}

/// Of those that may begin a thread one look into the index of replies, which has none where there are none; of threads
/// that began elsewhere each by itself.
fn count_replies(db: &Db, room: RoomId, messages: &mut [Message]) -> db::Result<()> {
    let numbers = || messages.iter().map(|message| message.number);
    let Some((first, last)) = numbers().min().zip(numbers().max()) else {
        return Ok(());
    };
    let mut replies: HashMap<Number, Replies> = HashMap::new();
    statement(db, REPLIES)?.each(values![room, first, last], |row| {
        let counted = Replies {
            count: row.get(1)?,
            last: Number(row.get(2)?),
        };
        replies.insert(Number(row.get(0)?), counted);
        Ok(ControlFlow::Continue(()))
    })?;
    let threads = messages.iter().filter_map(|message| message.thread);
    let mut elsewhere: Vec<Number> = threads
        .filter(|root| *root < first || *root > last)
        .collect();
    elsewhere.sort_unstable();
    elsewhere.dedup();
    let values: Vec<_> = elsewhere
        .iter()
        .map(|root| [room.into(), (*root).into()])
        .collect();
    let queries: Vec<_> = values
        .iter()
        .map(|values| (REPLIES_OF, &values[..]))
        .collect();
    if queries.len() > 1 {
        db.prefetch(&queries)?;
    }
    for (root, values) in elsewhere.iter().zip(&values) {
        let counted = statement(db, REPLIES_OF)?.row(values, |row| {
            Ok(Replies {
                count: row.get(0)?,
                last: Number(row.get::<Option<i64>>(1)?.unwrap_or_default()),
            })
        })?;
        replies.extend(counted.map(|counted| (*root, counted)));
    }
    for message in messages {
        let root = message.thread.unwrap_or(message.number);
        message.replies = replies.get(&root).copied();
    }
    Ok(())
}

/// What is among them is not read again.
fn quote_answered(db: &Db, room: RoomId, messages: &mut [Message]) -> db::Result<()> {
    let is_reply = |message: &&Message| message.reply_to.is_some() && !message.deleted;
    if !messages.iter().any(|message| is_reply(&message)) {
        return Ok(());
    }
    let mut known: HashMap<Number, Answered> = HashMap::new();
    let replies = messages.iter().filter(is_reply);
    let mut wanted: Vec<Number> = replies.filter_map(|message| message.reply_to).collect();
    wanted.sort_unstable();
    wanted.dedup();
    for message in &*messages {
        if wanted.binary_search(&message.number).is_ok() {
            known.insert(message.number, Answered::by_reply_to(message));
        }
    }
    wanted.retain(|number| !known.contains_key(number));
    let values: Vec<_> = wanted
        .iter()
        .map(|number| [room.into(), (*number).into()])
        .collect();
    let queries: Vec<_> = values
        .iter()
        .map(|values| (ANSWERED, &values[..]))
        .collect();
    if queries.len() > 1 {
        db.prefetch(&queries)?;
    }
    for (number, values) in wanted.iter().zip(&values) {
        let answered = statement(db, ANSWERED)?.row(values, |row| Answered::read(row, 0))?;
        known.extend(answered.map(|answered| (*number, answered)));
    }
    for message in messages.iter_mut().filter(|message| is_reply(&&**message)) {
        message.quote =
            (message.reply_to).and_then(|number| Some(known.get(&number)?.quote.clone()));
    }
    Ok(())
}

/// From one thread to the next, and no further into any than is counted: how long they are costs nothing.
const REPLIES: &str = "WITH RECURSIVE threads (root) AS ( \
    SELECT min(root) FROM messages WHERE room_id = ?1 AND root >= ?2 AND root <= ?3 \
    UNION ALL SELECT (SELECT min(next.root) FROM messages AS next \
    WHERE next.room_id = ?1 AND next.root > threads.root AND next.root <= ?3) \
    FROM threads WHERE threads.root IS NOT NULL) \
    SELECT root, (SELECT count(*) FROM (SELECT 1 FROM messages AS reply \
    WHERE reply.room_id = ?1 AND reply.root = threads.root LIMIT 100) AS counted), \
    (SELECT max(reply.number) FROM messages AS reply WHERE reply.room_id = ?1 AND reply.root = threads.root) \
    FROM threads WHERE root IS NOT NULL";

const REPLIES_OF: &str = "SELECT count(*), max(number) FROM (SELECT number FROM messages \
    WHERE room_id = ? AND root = ? ORDER BY number DESC LIMIT 100) AS replies";

/// The gist of a text with markup, to be kept beside it; none for one that is read as it was written.
pub(super) fn kept_gist(body: &str, doc: Option<&Formatted>) -> Option<String> {
    doc.map(|doc| gist(body, Some(&doc.document)))
}
