//! Sends on their way to the disk: what is known of each, what the rules make of it, and the rows.
//!
//! *Invariant:* sends are stored one after the other, in one transaction. A repeat may be of a send before
//! it, a reply may be to one, and what is refused has written nothing.

use super::tables::{MessageRow, Role, message_columns};
use super::writer::{BatchWrite, Repeated, Results, Written};
use super::{Store, statement};
use crate::error::{ServiceError, StoreError};
use crate::events::Publication;
use crate::limits::Charge;
use parlour_protocol::{Message, Number, RoomId, Seq, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension, params};
use std::sync::Arc;

/// A message that somebody sends, with a text and a key that passed the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Who sends it.
    pub author: UserId,
    /// Where it is to stand.
    pub room: RoomId,
    /// The send's idempotency key.
    pub client_id: String,
    /// The text.
    pub body: String,
    /// The number of the message it answers.
    pub reply_to: Option<Number>,
}

/// What is known of a send when its turn comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostFacts {
    /// The same author's same key made this message before.
    Repeat(Message),
    /// The key is new.
    New {
        /// The room, if there is one that the author may see.
        room: Option<RoomState>,
        /// What the author is called at this moment: a socket that was opened before a rename must not
        /// bring the old name back. `None` for somebody who is there no more.
        author_name: Option<String>,
        /// What it answers is there, if it answers anything.
        has_replied_to: bool,
    },
}

/// How far a room has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomState {
    /// Its last change.
    pub seq: Seq,
    /// How many messages were ever posted in it.
    pub posts: i64,
}

/// What becomes of a send that is not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostDecision {
    /// It made this message before.
    Repeated(Message),
    /// It becomes a message. Its author belongs to the room, and has read what they wrote.
    Stored(NewPost),
}

/// What a new message has besides what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPost {
    /// Its number, and the room's seq after it.
    pub number: Number,
    /// How many messages were posted in its room with it.
    pub ordinal: i64,
    /// What its author is called.
    pub author_name: String,
    /// When it is posted.
    pub created_at: Timestamp,
    /// What its author is in the room, unless they are something there already.
    pub role: Role,
}

/// A message that is on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted {
    /// The message in its present state.
    pub message: Arc<Message>,
    /// False: this key was sent before, and that is the message it made.
    pub is_new: bool,
}

/// The rule that decides what becomes of a send.
pub type DecidePost = fn(&Draft, PostFacts, Timestamp) -> Result<PostDecision, ServiceError>;

impl Store {
    /// Stores a send as `decide` has it, at the time `now`, in one batch with the others that wait. What is
    /// new takes its token in its turn; whoever hears an error gives it back.
    ///
    /// # Errors
    /// What `decide` and `charge` answer, [`ServiceError::Overloaded`], or the database failed.
    pub async fn post(
        &self,
        draft: Draft,
        now: Timestamp,
        decide: DecidePost,
        charge: Arc<Charge>,
    ) -> Result<Posted, ServiceError> {
        let post = Post {
            draft,
            now,
            decide,
            charge,
        };
        self.write_batched(post).await
    }

    /// The message that the author's key made before, if they may still see its room.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sent_before(
        &self,
        author: UserId,
        client_id: String,
    ) -> Result<Option<Message>, ServiceError> {
        let read = move |db: &Connection| {
            let sent = statement(db, SENT_AND_VISIBLE)?
                .query_row(params![author.0, client_id], MessageRow::read)
                .optional()?;
            Ok(sent.map(Message::from))
        };
        self.read(read).await
    }
}

/// A send in the queue.
struct Post {
    draft: Draft,
    now: Timestamp,
    decide: DecidePost,
    charge: Arc<Charge>,
}

/// Why a send is not stored.
enum Refused {
    /// It alone.
    Post(ServiceError),
    /// The database fails, for all of them.
    All(StoreError),
}

impl BatchWrite for Post {
    type Answer = Posted;

    fn write(posts: &[Self], db: &Connection) -> Results<Posted> {
        let mut statements = Statements::prepare(db)?;
        posts
            .iter()
            .map(|post| match post.store(db, &mut statements) {
                Ok(written) => Ok(Ok(written)),
                Err(Refused::Post(refusal)) => Ok(Err(refusal)),
                Err(Refused::All(error)) => Err(error),
            })
            .collect()
    }
}

impl Post {
    fn store(
        &self,
        db: &Connection,
        statements: &mut Statements<'_>,
    ) -> Result<Written<Posted>, Refused> {
        let facts = facts(&self.draft, db, statements)?;
        match (self.decide)(&self.draft, facts, self.now).map_err(Refused::Post)? {
            PostDecision::Repeated(message) => Ok(Written::quietly(Posted {
                message: message.into(),
                is_new: false,
            })),
            PostDecision::Stored(new) => {
                self.charge.take().map_err(Refused::Post)?;
                Ok(store(&self.draft, new, statements)?)
            }
        }
    }
}

fn facts(
    draft: &Draft,
    db: &Connection,
    statements: &mut Statements<'_>,
) -> rusqlite::Result<PostFacts> {
    let key = params![draft.author.0, draft.client_id];
    let sent = statements.sent_before.again();
    let sent = sent.query_row(key, MessageRow::read).optional()?;
    if let Some(sent) = sent
        && !was_deleted_with_its_room(db, &sent)?
    {
        return Ok(PostFacts::Repeat(sent.into()));
    }
    let place = statements.place.again();
    let (room, author_name) = place
        .query_row([draft.room.0, draft.author.0], |row| {
            let room = RoomState {
                seq: row.get(0)?,
                posts: row.get(1)?,
            };
            Ok((Some(room), row.get(2)?))
        })
        .optional()?
        .unwrap_or_default();
    let has_replied_to = match (room, draft.reply_to) {
        (Some(_), Some(number)) => {
            statement(db, NUMBERED)?.exists(params![draft.room.0, number])?
        }
        _ => false,
    };
    Ok(PostFacts::New {
        room,
        author_name,
        has_replied_to,
    })
}

/// Whether a message is gone for everybody, though not yet from the disk. Then it goes now: its key may be
/// used again.
fn was_deleted_with_its_room(db: &Connection, sent: &MessageRow) -> rusqlite::Result<bool> {
    const GONE: &str = "DELETE FROM messages WHERE id = ? \
        AND room_id IN (SELECT id FROM rooms WHERE deleted_at IS NOT NULL)";
    Ok(statement(db, GONE)?.execute([sent.id])? > 0)
}

fn store(
    draft: &Draft,
    new: NewPost,
    statements: &mut Statements<'_>,
) -> rusqlite::Result<Written<Posted>> {
    let (room, author, now) = (draft.room.0, draft.author.0, new.created_at.0);
    let id = statements.insert.again().insert(params![
        room,
        new.number,
        new.number,
        new.ordinal,
        author,
        new.author_name,
        draft.client_id,
        draft.body,
        draft.reply_to,
        now,
    ])?;
    let moved = params![room, new.number, new.ordinal, now];
    statements.move_room.again().execute(moved)?;
    let read = params![room, author, new.number, new.ordinal, now, new.role];
    statements.read_own.again().execute(read)?;
    let message = Arc::new(Message::from(MessageRow {
        id,
        room_id: room,
        number: new.number,
        seq: new.number,
        author_id: author,
        author_name: new.author_name,
        client_id: draft.client_id.clone(),
        body: draft.body.clone(),
        reply_to: draft.reply_to,
        created_at: now,
        edited_at: None,
        deleted_at: None,
    }));
    Ok(Written {
        publish: vec![Publication::Message {
            message: Arc::clone(&message),
            posts: new.ordinal,
        }],
        value: Posted {
            message,
            is_new: true,
        },
    })
}

/// What each send takes, for all that are stored together.
struct Statements<'c> {
    sent_before: Repeated<'c>,
    place: Repeated<'c>,
    insert: Repeated<'c>,
    move_room: Repeated<'c>,
    read_own: Repeated<'c>,
}

impl<'c> Statements<'c> {
    fn prepare(db: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            sent_before: Repeated::new(db, SENT_BEFORE)?,
            place: Repeated::new(db, PLACE)?,
            insert: Repeated::new(db, INSERT_MESSAGE)?,
            move_room: Repeated::new(db, MOVE_ROOM)?,
            read_own: Repeated::new(db, READ_OWN)?,
        })
    }
}

const SENT_BEFORE: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM messages WHERE author_id = ? AND client_id = ?"
);

const SENT_AND_VISIBLE: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM messages JOIN rooms ON rooms.id = room_id \
    WHERE author_id = ? AND client_id = ? AND rooms.deleted_at IS NULL"
);

const PLACE: &str = "SELECT seq, posts, users.name FROM rooms LEFT JOIN users ON users.id = ?2 \
    WHERE rooms.id = ?1 AND deleted_at IS NULL";

const NUMBERED: &str = "SELECT 1 FROM messages WHERE room_id = ? AND number = ?";

const INSERT_MESSAGE: &str = "INSERT INTO messages (room_id, number, seq, ordinal, author_id, \
    author_name, client_id, body, reply_to, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const MOVE_ROOM: &str = "UPDATE rooms SET seq = ?2, posts = ?3, last_message_at = ?4 WHERE id = ?1";

const READ_OWN: &str = "INSERT INTO memberships \
    (room_id, user_id, read_seq, read_posts, joined_at, role) VALUES (?, ?, ?, ?, ?, ?) \
    ON CONFLICT (room_id, user_id) \
    DO UPDATE SET read_seq = excluded.read_seq, read_posts = excluded.read_posts";

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        Self::All(error.into())
    }
}
