//! What replies quote: who wrote the message that each answers, how that begins, and with which message their thread
//! does.
//!
//! *Invariant:* a quote is read beside the messages, in one state of the database, and is of what is quoted there now. No
//! row keeps one; a text with markup has its gist beside it, so that no tree is read for a line of it.

use super::db::{self, Db, Row, statement};
use crate::markdown::Formatted;
use parlour_protocol::quote::gist;
use parlour_protocol::{Message, Number, Quote, RoomId, Seq, UserId};
use std::collections::HashMap;

/// What a reply says of the message that it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// What it quotes of it.
    pub quote: Quote,
    /// The number of the message with which the thread begins.
    pub thread: Number,
}

impl Answered {
    /// By a reply to this message.
    pub(super) fn by_reply_to(message: &Message) -> Self {
        Self {
            quote: Quote::of(message),
            thread: message.thread.unwrap_or(message.number),
        }
    }

    /// Reads a row that begins with the columns of [`answered!`].
    pub(super) fn read(row: &Row<'_>, at: usize) -> db::Result<Self> {
        Ok(Self {
            thread: Number(row.get(at)?),
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
            coalesce(gist, CASE WHEN doc IS NULL THEN substr(body, 1, 1000) ELSE '…' END) \
            FROM messages LEFT JOIN users AS author ON author.id = messages.author_id \
            LEFT JOIN users AS account ON account.id = author.merged_into ",
            $rest
        )
    };
}
pub(super) use answered;

/// The message of this number, as a reply to it says it.
pub(super) const ANSWERED: &str = answered!("", "WHERE room_id = ? AND number = ?");

/// Puts into each of these, all of one room, what it quotes. What is among them is not read again.
pub(super) fn quote(db: &Db, room: RoomId, messages: &mut [Message]) -> db::Result<()> {
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

/// The same of one message.
pub(super) fn quoting(db: &Db, mut message: Message) -> db::Result<Message> {
    quote(db, message.room_id, std::slice::from_mut(&mut message))?;
    Ok(message)
}

/// The gist of a text with markup, to be kept beside it; none for one that is read as it was written.
pub(super) fn kept_gist(body: &str, doc: Option<&Formatted>) -> Option<String> {
    doc.map(|doc| gist(body, Some(&doc.document)))
}
