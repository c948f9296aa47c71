//! Sends that wait side by side, stored in one go: the rules are for each send, the statements for
//! all of them.
//!
//! *Invariant:* the outcome is that of one send after the other. A repeat may be of a send of the same
//! batch, a reply may be to one, and what is refused leaves nothing behind for the next to see.

use super::{Posted, repeated};
use crate::clock::Clock;
use crate::db::entity::{message, room};
use crate::db::{Together, Verdicts, Written, listed};
use crate::error::ServiceError;
use crate::limits::Limits;
use crate::realtime::Publication;
use crate::rooms::{self, MEMBER};
use crate::scope::Scope;
use parlour_protocol::{Message, Number, RoomId};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, Statement};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A message that somebody sends, with a text and a key that passed the rules.
pub(super) struct Draft {
    pub(super) scope: Scope,
    pub(super) room: RoomId,
    pub(super) client_id: String,
    pub(super) body: String,
    pub(super) reply_to: Option<Number>,
    pub(super) limits: Limits,
    pub(super) clock: Arc<dyn Clock>,
}

impl Together for Draft {
    type Answer = Posted;

    fn write<'t>(drafts: &'t [Self], txn: &'t DatabaseTransaction) -> Verdicts<'t, Posted> {
        Box::pin(async move {
            let mut batch = Batch::read(txn, drafts).await?;
            let taken: Vec<_> = drafts.iter().map(|draft| batch.take(draft)).collect();
            batch.store(txn).await?;
            Ok(taken
                .into_iter()
                .map(|taken| taken.map(|taken| batch.written(taken)))
                .collect())
        })
    }
}

/// What the rules ask about, and what is to be stored.
struct Batch {
    /// By author and key: everything sent so far.
    sent: HashMap<(i64, String), Sent>,
    /// As this batch leaves them.
    rooms: HashMap<RoomId, Room>,
    /// Names at this moment: a socket that was opened before a rename must not bring the old one back.
    authors: HashMap<i64, String>,
    /// By room and number: those messages that are replied to.
    replied_to: HashSet<(i64, Number)>,
    rows: Vec<message::Model>,
}

struct Room {
    row: room::Model,
    /// Its seq before this batch.
    began_at: Number,
}

#[derive(Clone)]
enum Sent {
    /// In an earlier batch.
    Before(Box<message::Model>),
    /// In this one: the place among its rows.
    Now(usize),
}

enum Taken {
    New(usize),
    Repeat(Sent),
}

impl Batch {
    async fn read(txn: &DatabaseTransaction, drafts: &[Draft]) -> Result<Self, DbErr> {
        let rooms = rooms::among(txn, drafts.iter().map(|draft| draft.room)).await?;
        Ok(Self {
            sent: sent_before(txn, drafts).await?,
            rooms: rooms
                .into_iter()
                .map(|row| {
                    let began_at = row.seq;
                    (RoomId(row.id), Room { row, began_at })
                })
                .collect(),
            authors: authors(txn, drafts).await?,
            replied_to: replied_to(txn, drafts).await?,
            rows: Vec::with_capacity(drafts.len()),
        })
    }

    /// Applies the rules to one send, and gives it its place in the room.
    fn take(&mut self, draft: &Draft) -> Result<Taken, ServiceError> {
        let author = draft.scope.require_person()?.user.id;
        let key = (author.0, draft.client_id.clone());
        if let Some(sent) = self.sent.get(&key) {
            return Ok(Taken::Repeat(sent.clone()));
        }
        let room = self
            .rooms
            .get_mut(&draft.room)
            .filter(|room| rooms::may_see(&draft.scope, &room.row))
            .ok_or(ServiceError::RoomNotFound)?;
        if let Some(number) = draft.reply_to {
            // Every seq that this batch took is a message's number.
            let is_here = room.began_at < number && number <= room.row.seq;
            if !is_here && !self.replied_to.contains(&(room.row.id, number)) {
                return Err(ServiceError::MessageNotFound);
            }
        }
        draft.limits.message(author)?;
        let author_name = self.authors.get(&author.0).cloned();
        let author_name = author_name.ok_or(ServiceError::SignInRequired)?;

        let now = draft.clock.now().0;
        room.row.seq += 1;
        room.row.posts += 1;
        room.row.last_message_at = Some(now);
        let place = self.rows.len();
        self.sent.insert(key, Sent::Now(place));
        self.rows.push(message::Model {
            // Given by the database.
            id: 0,
            room_id: room.row.id,
            number: room.row.seq,
            seq: room.row.seq,
            ordinal: room.row.posts,
            author_id: author.0,
            author_name,
            client_id: draft.client_id.clone(),
            body: draft.body.clone(),
            reply_to: draft.reply_to,
            created_at: now,
            edited_at: None,
            deleted_at: None,
        });
        Ok(Taken::New(place))
    }

    /// Stores what was taken; who writes in a room belongs to it, and has read what they wrote.
    async fn store(&mut self, txn: &DatabaseTransaction) -> Result<(), DbErr> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows = listed(&self.rows.iter().map(columns).collect::<Vec<_>>());
        let stored = txn.execute_raw(sql(INSERT_MESSAGES, [rows])).await?;
        // AUTOINCREMENT counts by one, and nobody else writes.
        let first = stored.last_insert_id().cast_signed() - self.rows.len() as i64 + 1;
        for (row, id) in self.rows.iter_mut().zip(first..) {
            row.id = id;
        }

        let moved: Vec<_> = self
            .rooms
            .values()
            .map(|room| &room.row)
            .map(|room| (room.id, room.seq, room.posts, room.last_message_at))
            .collect();
        txn.execute_raw(sql(MOVE_ROOMS, [listed(&moved)])).await?;

        // The last of somebody's messages in a room tells how far they have read.
        let last: HashMap<_, _> = self
            .rows
            .iter()
            .map(|row| ((row.room_id, row.author_id), row))
            .collect();
        let read: Vec<_> = last
            .into_values()
            .map(|row| {
                (
                    row.room_id,
                    row.author_id,
                    row.seq,
                    row.ordinal,
                    row.created_at,
                )
            })
            .collect();
        txn.execute_raw(sql(READ_OWN, [listed(&read), MEMBER.into()]))
            .await?;
        Ok(())
    }

    fn written(&self, taken: Taken) -> Written<Posted> {
        match taken {
            Taken::New(place) => announced(&self.rows[place]),
            Taken::Repeat(Sent::Now(place)) => Written::quietly(repeated(self.rows[place].clone())),
            Taken::Repeat(Sent::Before(row)) => Written::quietly(repeated(*row)),
        }
    }
}

fn announced(row: &message::Model) -> Written<Posted> {
    let message = Message::from(row.clone());
    Written {
        publish: vec![
            Publication::Message {
                message: message.clone(),
                posts: row.ordinal,
            },
            Publication::Read {
                user: message.user_id,
                room: message.room_id,
                read_posts: row.ordinal,
            },
        ],
        value: Posted {
            message,
            is_new: true,
        },
    }
}

const SENT_BEFORE: &str = "SELECT messages.* FROM json_each(?) AS sent CROSS JOIN messages \
    ON author_id = sent.value->>0 AND client_id = sent.value->>1";

const AUTHORS: &str = "SELECT id, name FROM users WHERE id IN (SELECT value FROM json_each(?))";

const REPLIED_TO: &str = "SELECT room_id, number FROM json_each(?) AS asked CROSS JOIN messages \
    ON room_id = asked.value->>0 AND number = asked.value->>1";

const INSERT_MESSAGES: &str = "INSERT INTO messages (room_id, number, seq, ordinal, author_id, \
    author_name, client_id, body, reply_to, created_at) \
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4, \
    value->>5, value->>6, value->>7, value->>8, value->>9 FROM json_each(?)";

const MOVE_ROOMS: &str = "UPDATE rooms SET seq = moved.value->>1, posts = moved.value->>2, \
    last_message_at = moved.value->>3 FROM json_each(?) AS moved WHERE rooms.id = moved.value->>0";

const READ_OWN: &str = "INSERT INTO memberships \
    (room_id, user_id, read_seq, read_posts, joined_at, role) \
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4, ?2 FROM json_each(?1) WHERE TRUE \
    ON CONFLICT (room_id, user_id) \
    DO UPDATE SET read_seq = excluded.read_seq, read_posts = excluded.read_posts";

fn sql<const N: usize>(text: &'static str, values: [sea_orm::Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Sqlite, text, values)
}

/// In the order of `INSERT_MESSAGES`.
fn columns(row: &message::Model) -> impl serde::Serialize + use<'_> {
    (
        row.room_id,
        row.number,
        row.seq,
        row.ordinal,
        row.author_id,
        &row.author_name,
        &row.client_id,
        &row.body,
        row.reply_to,
        row.created_at,
    )
}

async fn sent_before(
    txn: &DatabaseTransaction,
    drafts: &[Draft],
) -> Result<HashMap<(i64, String), Sent>, DbErr> {
    let keys: Vec<_> = drafts
        .iter()
        .filter_map(|draft| Some((draft.scope.user_id()?, &draft.client_id)))
        .collect();
    let rows = message::Entity::find().from_raw_sql(sql(SENT_BEFORE, [listed(&keys)]));
    let sent = rows.all(txn).await?.into_iter().map(|row| {
        let key = (row.author_id, row.client_id.clone());
        (key, Sent::Before(Box::new(row)))
    });
    Ok(sent.collect())
}

async fn authors(
    txn: &DatabaseTransaction,
    drafts: &[Draft],
) -> Result<HashMap<i64, String>, DbErr> {
    let ids: HashSet<_> = drafts.iter().filter_map(|d| d.scope.user_id()).collect();
    let rows = txn.query_all_raw(sql(AUTHORS, [listed(&ids)])).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}

async fn replied_to(
    txn: &DatabaseTransaction,
    drafts: &[Draft],
) -> Result<HashSet<(i64, Number)>, DbErr> {
    let asked: Vec<_> = drafts
        .iter()
        .filter_map(|draft| Some((draft.room, draft.reply_to?)))
        .collect();
    if asked.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = txn.query_all_raw(sql(REPLIED_TO, [listed(&asked)])).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}
