//! Storing sends: the facts about each, the decision of the rules, and the rows. This is where the idempotency key
//! (`client_id`) makes a repeat answer the first message.
//!
//! *Invariant:* sends are stored one after the other, in one transaction. A repeat may be of a send before
//! it, a reply may be to one, and what is refused has written nothing.

mod asking;
mod new_post;
mod place;
mod repeats;

pub use place::PostPlace;

use super::Store;
use super::author::Author;
use super::db::{self, Db, Repeated, statement, values};
use super::direct;
use super::mentions::{self, Mentioned};
use super::message_ids::MessageIds;
use super::person_seqs;
use super::postgres;
use super::quotes::{self, ANSWERED, Answered};
use super::rooms::is_visible;
use super::tables::{InRoom, MessageRow, Stored, message_columns};
use super::writer::{BatchWrite, Results, Written};
use crate::error::{ServiceError, StoreError};
use crate::limits::Charge;
use crate::markdown::Formatted;
use parlour_protocol::{Message, Number, RoomId, RoomRole, Timestamp, UserId};
use place::{PLACE, read_place};
use std::sync::Arc;

/// A message to be posted, with a text and an idempotency key that passed the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The user who sends it.
    pub author: UserId,
    /// The guests that they were: a send of one of them is theirs.
    pub was: Vec<UserId>,
    /// The room to post in.
    pub room: RoomId,
    /// The send's idempotency key, unique for its author for ever.
    pub client_id: String,
    /// The text, cleaned.
    pub body: String,
    /// Its tree, if it has markup.
    pub doc: Option<Formatted>,
    /// The number of the message it replies to.
    pub reply_to: Option<Number>,
    /// Whom the tree mentions.
    pub mentions: Vec<UserId>,
    /// Whether the tree mentions everybody.
    pub mentions_all: bool,
}

/// What the store knows about a send, for the decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostFacts {
    /// A repeat: this author's key has made this message before.
    Repeat(Box<Message>),
    /// The key has made a message in another room before, which its author does not see any more; the room of this send
    /// they see.
    Used,
    /// The key is new.
    New {
        /// The room, if there is one that the author may see.
        place: Option<PostPlace>,
        /// The author; `None` for who is no more.
        author: Option<Author>,
        /// What it says of the message that it answers; `None` if there is none, or it answers none.
        answered: Option<Answered>,
        /// Who those are whom it mentions.
        mentioned: Vec<Mentioned>,
    },
}

impl PostFacts {
    /// A new send to no room that the author may see.
    pub(super) fn nowhere(author: Option<Author>) -> Self {
        Self::New {
            place: None,
            author,
            answered: None,
            mentioned: Vec::new(),
        }
    }
}

/// The decision about a send that is not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostDecision {
    /// A repeat; answered with the first message.
    Repeated(Box<Message>),
    /// Stored as a message. Its author has read up to it.
    Stored(NewPost),
}

/// What a new message has besides what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPost {
    /// Its number, and the room's seq after it.
    pub number: Number,
    /// How many messages were posted in its room with it.
    pub ordinal: i64,
    /// The author's name at this moment.
    pub author_name: String,
    /// When it is posted.
    pub created_at: Timestamp,
    /// The author's role in the room, if they become a member by this.
    pub joins_as: Option<RoomRole>,
    /// What it says of the message that it answers.
    pub answered: Option<Answered>,
    /// Who those are whom it mentions.
    pub mentioned: Vec<Mentioned>,
}

/// A message that is on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted {
    /// The message in its present state.
    pub message: Arc<Message>,
    /// False for a repeat: this key was sent before, and `message` is what it made.
    pub is_new: bool,
}

/// The rule that decides what becomes of a send.
pub type DecidePost = fn(&Draft, PostFacts, Timestamp) -> Result<PostDecision, ServiceError>;

impl Store {
    /// Stores a send as `decide` has it, at the time `now`, in one transaction with the others that wait. A new
    /// message takes its rate limit token from `charge`; after an error the caller gives it back.
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
            ids: self.ids,
        };
        self.write_batched(post).await
    }
}

/// A send in the queue.
pub(super) struct Post {
    pub(super) draft: Draft,
    pub(super) now: Timestamp,
    decide: DecidePost,
    charge: Arc<Charge>,
    pub(super) ids: MessageIds,
}

impl Posted {
    /// The answer to a repeat, of which nobody is told.
    pub(super) fn repeated(message: Message) -> Written<Self> {
        Written::quietly(Self {
            message: message.into(),
            is_new: false,
        })
    }
}

impl Draft {
    /// Whose send it may have been before: its author's, or that of a guest whom they were.
    pub(super) fn senders(&self) -> impl Iterator<Item = UserId> {
        [self.author].into_iter().chain(self.was.iter().copied())
    }

    /// The row that is made of it.
    pub(super) fn row(&self, id: i64, new: &NewPost) -> MessageRow {
        MessageRow {
            id,
            room_id: self.room.0,
            number: new.number.0,
            seq: new.number.seq().0,
            author_id: self.author.0,
            author_name: new.author_name.clone(),
            client_id: self.client_id.clone(),
            body: self.body.clone(),
            doc: Stored(self.doc.clone()),
            reply_to: self.reply_to.map(|number| number.0),
            root: new.root(),
            mentions_all: self.mentions_all,
            created_at: new.created_at.0,
            // Nothing has happened to it yet.
            ..MessageRow::default()
        }
    }
}

/// Why a send is not stored.
enum Refused {
    /// Refuses this send only.
    Post(ServiceError),
    /// The database failed, for the whole batch.
    All(StoreError),
}

impl BatchWrite for Post {
    type Answer = Posted;

    fn write(posts: &[Self], db: &Db) -> Results<Posted> {
        // Of rooms that are not direct nothing is asked.
        let away = direct::away(db, posts.iter().map(|post| post.draft.room))?;
        let mut results = match db {
            Db::Postgres(session) => postgres::store_posts(posts, session),
            Db::Sqlite(_) => Self::write_each(posts, db),
        };
        direct::come_back(db, away, &mut results)?;
        repeats::complete(db, &mut results)?;
        results
    }
}

impl Post {
    fn write_each(posts: &[Self], db: &Db) -> Results<Posted> {
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

    fn store(&self, db: &Db, statements: &mut Statements<'_>) -> Result<Written<Posted>, Refused> {
        let facts = facts(&self.draft, self.now, db, statements, self.ids)?;
        match self.decided(facts).map_err(Refused::Post)? {
            PostDecision::Repeated(message) => Ok(Posted::repeated(*message)),
            PostDecision::Stored(new) => Ok(store(&self.draft, new, db, statements, self.ids)?),
        }
    }

    /// What becomes of it; who posts something new pays for it.
    pub(super) fn decided(&self, facts: PostFacts) -> Result<PostDecision, ServiceError> {
        let decision = (self.decide)(&self.draft, facts, self.now)?;
        if let PostDecision::Stored(_) = decision {
            self.charge.take()?;
        }
        Ok(decision)
    }
}

fn facts(
    draft: &Draft,
    now: Timestamp,
    db: &Db,
    statements: &mut Statements<'_>,
    ids: MessageIds,
) -> db::Result<PostFacts> {
    // Nearly everybody was nobody else, and is asked for once.
    let mut is_used = false;
    for sender in draft.senders() {
        let key = values![sender, &draft.client_id];
        let sent = statements.sent_before.again().row(key, MessageRow::read)?;
        if let Some(sent) = sent
            && !was_deleted_with_its_room(db, &sent)?
        {
            if statement(db, IS_SEEN)?.exists(values![sent.room_id, draft.author])? {
                return Ok(PostFacts::Repeat(sent.into_message(ids).into()));
            }
            // What became of it since is not for its author any more.
            is_used = true;
        }
    }
    let place = statements.place.again();
    let found = place.row(values![draft.room, draft.author, now], read_place)?;
    let Some((place, author)) = found else {
        return Ok(PostFacts::nowhere(Author::find(db, draft.author)?));
    };
    if !place.is_seen_by(author.as_ref()) {
        return Ok(PostFacts::nowhere(author));
    }
    if is_used {
        return Ok(PostFacts::Used);
    }
    let answered = match draft.reply_to {
        Some(number) => statement(db, ANSWERED)?
            .row(values![draft.room, number], |row| Answered::read(row, 0))?,
        None => None,
    };
    Ok(PostFacts::New {
        place: Some(place),
        author,
        answered,
        mentioned: mentions::who_are(db, &draft.mentions)?,
    })
}

/// Whether a message belongs to a deleted room. Then its row is removed now, so that its idempotency key may be used
/// again.
fn was_deleted_with_its_room(db: &Db, sent: &MessageRow) -> db::Result<bool> {
    const GONE: &str = "DELETE FROM messages WHERE id = ? \
        AND room_id IN (SELECT id FROM rooms WHERE deleted_at IS NOT NULL)";
    Ok(statement(db, GONE)?.execute(values![sent.id])? > 0)
}

fn store(
    draft: &Draft,
    new: NewPost,
    db: &Db,
    statements: &mut Statements<'_>,
    ids: MessageIds,
) -> db::Result<Written<Posted>> {
    let (room, author, now) = (draft.room.0, draft.author.0, new.created_at.0);
    let (number, seq) = (new.number.0, new.number.seq().0);
    let reply_to = draft.reply_to.map(|number| number.0);
    let gist = quotes::kept_gist(&draft.body, draft.doc.as_ref());
    let id = statements.insert.again().insert(values![
        room,
        number,
        seq,
        new.ordinal,
        author,
        &new.author_name,
        &draft.client_id,
        &draft.body,
        reply_to,
        now,
        draft.doc.as_ref().map(|doc| &doc.json),
        gist.as_deref(),
        new.root(),
        draft.mentions_all,
    ])?;
    mentions::insert(db, draft.room, new.number, draft.author, &new.people())?;
    let moved = values![room, seq, new.ordinal, now];
    statements.move_room.again().execute(moved)?;
    let joined = match new.joins_as {
        None => {
            let read = values![room, author, seq, new.ordinal];
            statements.read_own.again().execute(read)?;
            None
        }
        Some(role) => {
            let me = person_seqs::take(db, draft.author)?;
            let member = values![room, author, seq, new.ordinal, now, InRoom(role), me];
            statement(db, JOIN)?.execute(member)?;
            Some(me)
        }
    };
    let message = new.message(draft.row(id, &new), ids);
    Ok(new.written(draft, message.into(), joined))
}

/// The prepared statements that each send of a batch runs.
struct Statements<'c> {
    sent_before: Repeated<'c>,
    place: Repeated<'c>,
    insert: Repeated<'c>,
    move_room: Repeated<'c>,
    read_own: Repeated<'c>,
}

impl<'c> Statements<'c> {
    fn prepare(db: &'c Db) -> db::Result<Self> {
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

const IS_SEEN: &str = concat!("SELECT 1 FROM rooms WHERE id = ?1 AND ", is_visible!("?2"));

const INSERT_MESSAGE: &str = "INSERT INTO messages (room_id, number, seq, ordinal, author_id, \
    author_name, client_id, body, reply_to, created_at, doc, gist, root, mentions_all) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
    RETURNING id";

const MOVE_ROOM: &str = "UPDATE rooms SET seq = ?2, posts = ?3, last_message_at = ?4 WHERE id = ?1";

const READ_OWN: &str = "UPDATE memberships SET read_seq = ?3, read_posts = ?4, wrote = TRUE \
    WHERE room_id = ?1 AND user_id = ?2 AND state = 'in'";

/// In the place of what was left of another membership.
const JOIN: &str = "INSERT INTO memberships \
    (room_id, user_id, read_seq, read_posts, joined_at, role, me_seq, wrote) \
    VALUES (?, ?, ?, ?, ?, ?, ?, TRUE) \
    ON CONFLICT (room_id, user_id) DO UPDATE SET state = 'in', role = excluded.role, \
    read_seq = excluded.read_seq, read_posts = excluded.read_posts, \
    joined_at = excluded.joined_at, wrote = TRUE, me_seq = excluded.me_seq";

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::All(error)
    }
}
