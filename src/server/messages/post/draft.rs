//! A send on its way to the disk: the rules, and the rows it makes.
//!
//! *Invariant:* drafts are stored one after the other, in one transaction. A repeat may be of a draft
//! before it, a reply may be to one, and what is refused has written nothing.

use super::{Posted, repeated};
use crate::clock::Clock;
use crate::error::ServiceError;
use crate::events::Publication;
use crate::limits::Limits;
use crate::rooms::{self, MEMBER};
use crate::scope::Scope;
use crate::store::entity::{message, room};
use crate::store::{Repeated, Together, Verdicts, Written, statement};
use parlour_protocol::{Message, Number, RoomId, UserId};
use rusqlite::{Connection, OptionalExtension, params};
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

/// Why a draft is not stored.
enum Refused {
    /// It alone.
    Draft(ServiceError),
    /// The database fails, for all of them.
    All(rusqlite::Error),
}

impl Together for Draft {
    type Answer = Posted;

    fn write(drafts: &[Self], db: &Connection) -> Verdicts<Posted> {
        let mut said = Said::prepare(db)?;
        drafts
            .iter()
            .map(|draft| match draft.store(db, &mut said) {
                Ok(written) => Ok(Ok(written)),
                Err(Refused::Draft(refusal)) => Ok(Err(refusal)),
                Err(Refused::All(error)) => Err(error),
            })
            .collect()
    }
}

impl Draft {
    fn store(&self, db: &Connection, said: &mut Said<'_>) -> Result<Written<Posted>, Refused> {
        let author = self.scope.require_person()?.user.id;
        if let Some(sent) = self.sent_before(said, author)?
            && !was_deleted_with_its_room(db, &sent)?
        {
            return Ok(Written::quietly(repeated(sent)));
        }
        let Place { room, author_name } = self.place(said, author)?;
        if let Some(number) = self.reply_to {
            statement(db, NUMBERED)?
                .exists(params![room.id, number])?
                .then_some(())
                .ok_or(ServiceError::MessageNotFound)?;
        }
        self.limits.message(author, self.scope.address)?;
        let author_name = author_name.ok_or(ServiceError::SignInRequired)?;

        let now = self.clock.now().0;
        let mut row = message::Model {
            // Given by the database.
            id: 0,
            room_id: room.id,
            number: room.seq + 1,
            seq: room.seq + 1,
            ordinal: room.posts + 1,
            author_id: author.0,
            author_name,
            client_id: self.client_id.clone(),
            body: self.body.clone(),
            reply_to: self.reply_to,
            created_at: now,
            edited_at: None,
            deleted_at: None,
        };
        row.id = said.insert(&row)?;
        let moved = params![room.id, row.seq, row.ordinal, now];
        said.move_room.again().execute(moved)?;
        // Who writes in a room belongs to it, and has read what they wrote.
        let read = params![room.id, author.0, row.seq, row.ordinal, now, MEMBER];
        said.read_own.again().execute(read)?;
        Ok(announced(row))
    }

    /// The message that the same key made before.
    fn sent_before(
        &self,
        said: &mut Said<'_>,
        author: UserId,
    ) -> rusqlite::Result<Option<message::Model>> {
        let key = params![author.0, self.client_id];
        let sent = said.sent_before.again();
        sent.query_row(key, |row| row.try_into()).optional()
    }

    /// Where it is to stand, unless its author may not see the room.
    fn place(&self, said: &mut Said<'_>, author: UserId) -> Result<Place, Refused> {
        let place = said.place.again();
        let place = place.query_row([self.room.0, author.0], |row| {
            Ok(Place {
                author_name: row.get("author_name")?,
                room: row.try_into()?,
            })
        });
        let place = place.optional()?;
        let seen = place.filter(|place| rooms::may_see(&self.scope, &place.room));
        Ok(seen.ok_or(ServiceError::RoomNotFound)?)
    }
}

/// Whether a message is gone for everybody, though not yet from the disk. Then it goes now: its key may be
/// used again.
fn was_deleted_with_its_room(db: &Connection, sent: &message::Model) -> rusqlite::Result<bool> {
    const GONE: &str = "DELETE FROM messages WHERE id = ? \
        AND room_id IN (SELECT id FROM rooms WHERE deleted_at IS NOT NULL)";
    Ok(statement(db, GONE)?.execute([sent.id])? > 0)
}

/// The room, and what an author is called at this moment: a socket that was opened before a rename must not
/// bring the old name back.
struct Place {
    room: room::Model,
    author_name: Option<String>,
}

/// What each draft says to the database, for all that are stored together.
struct Said<'c> {
    sent_before: Repeated<'c>,
    place: Repeated<'c>,
    insert: Repeated<'c>,
    move_room: Repeated<'c>,
    read_own: Repeated<'c>,
}

impl<'c> Said<'c> {
    fn prepare(db: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            sent_before: Repeated::new(db, SENT_BEFORE)?,
            place: Repeated::new(db, PLACE)?,
            insert: Repeated::new(db, INSERT_MESSAGE)?,
            move_room: Repeated::new(db, MOVE_ROOM)?,
            read_own: Repeated::new(db, READ_OWN)?,
        })
    }

    fn insert(&mut self, row: &message::Model) -> rusqlite::Result<i64> {
        self.insert.again().insert(params![
            row.room_id,
            row.number,
            row.seq,
            row.ordinal,
            row.author_id,
            row.author_name,
            row.client_id,
            row.body,
            row.reply_to,
            row.created_at,
        ])
    }
}

const SENT_BEFORE: &str = "SELECT * FROM messages WHERE author_id = ? AND client_id = ?";

const PLACE: &str = "SELECT rooms.id, rooms.name, rooms.folded, description, rooms.created_at, created_by, seq, \
    posts, last_message_at, rooms.skeleton, sort_key, deleted_at, users.name AS author_name FROM rooms \
    LEFT JOIN users ON users.id = ?2 WHERE rooms.id = ?1";

const NUMBERED: &str = "SELECT 1 FROM messages WHERE room_id = ? AND number = ?";

const INSERT_MESSAGE: &str = "INSERT INTO messages (room_id, number, seq, ordinal, author_id, \
    author_name, client_id, body, reply_to, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const MOVE_ROOM: &str = "UPDATE rooms SET seq = ?2, posts = ?3, last_message_at = ?4 WHERE id = ?1";

const READ_OWN: &str = "INSERT INTO memberships \
    (room_id, user_id, read_seq, read_posts, joined_at, role) VALUES (?, ?, ?, ?, ?, ?) \
    ON CONFLICT (room_id, user_id) \
    DO UPDATE SET read_seq = excluded.read_seq, read_posts = excluded.read_posts";

fn announced(row: message::Model) -> Written<Posted> {
    let posts = row.ordinal;
    let message = Arc::new(Message::from(row));
    Written {
        publish: vec![Publication::Message {
            message: Arc::clone(&message),
            posts,
        }],
        value: Posted {
            message,
            is_new: true,
        },
    }
}

impl From<ServiceError> for Refused {
    fn from(refusal: ServiceError) -> Self {
        Self::Draft(refusal)
    }
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        Self::All(error)
    }
}
