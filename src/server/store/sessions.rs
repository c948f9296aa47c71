//! Sessions: what is kept of each, and how they end.
//!
//! *Invariant:* of the secret of a session only the hash is stored. A session that ends is published with its end, so
//! that its sockets are closed, and has a place in its person's stream, so that they are closed where that was lost; only
//! one that has expired ends in silence.

use super::Store;
use super::db::{self, Db, statement, values};
use super::person_seqs;
use super::writer::Written;
use crate::error::ServiceError;
use crate::events::Publication;
use crate::scope::SessionId;
use parlour_protocol::{MS_PER_DAY, Timestamp, UserId};

/// Sessions that a person has at once; one more ends the oldest.
pub const SESSIONS_MAX: i64 = 50;

/// A session to be begun.
#[derive(Clone, Debug)]
pub struct SessionDraft {
    /// The SHA-256 of its token.
    pub token_hash: Vec<u8>,
    /// When it begins.
    pub now: Timestamp,
    /// When it ends, unless it is renewed.
    pub expires_at: Timestamp,
    /// When it ends at the latest; `None` for one that is renewed for ever.
    pub lasts_until: Option<Timestamp>,
    /// From which device it is begun, in words.
    pub device: String,
    /// From which network it is begun.
    pub network: String,
}

/// A session as its owner is shown it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSession {
    /// The id of the session.
    pub id: SessionId,
    /// The device that it was begun from, in words; empty where it is not known.
    pub device: String,
    /// The network that it was begun from; empty where it is not known.
    pub network: String,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// The day on which it was used last, at its beginning in UTC.
    pub seen_on: Timestamp,
}

/// Which sessions of a person end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// This one alone.
    One(SessionId),
    /// All but this one.
    Others(SessionId),
    /// All of them.
    All,
}

impl Store {
    /// Begins a session of a user.
    ///
    /// # Errors
    /// The database failed.
    pub async fn begin_session(
        &self,
        user: UserId,
        draft: SessionDraft,
    ) -> Result<(), ServiceError> {
        self.write(move |db| {
            let ended = begin_one_more(db, user, &draft)?;
            Ok(Written {
                publish: ended.into_iter().collect(),
                value: (),
            })
        })
        .await
    }

    /// Ends sessions of a user; how many there were. Where one `is_renewed`, its sockets are asked to come back.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_sessions(
        &self,
        user: UserId,
        which: Ending,
        is_renewed: bool,
    ) -> Result<usize, ServiceError> {
        self.write(move |db| {
            let sessions = end(db, user, which)?;
            let count = sessions.len();
            Ok(Written {
                publish: ended(db, user, sessions, is_renewed)?.into_iter().collect(),
                value: count,
            })
        })
        .await
    }

    /// The sessions of a user that have not expired, the newest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sessions_of(
        &self,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<OwnSession>, ServiceError> {
        let read = move |db: &Db| {
            let sessions = statement(db, OF)?.rows(values![user, now, SESSIONS_MAX], |row| {
                let begun_at: i64 = row.get(3)?;
                let seen: Option<i64> = row.get(4)?;
                Ok(OwnSession {
                    id: SessionId(row.get(0)?),
                    device: row.get(1)?,
                    network: row.get(2)?,
                    begun_at: Timestamp(begun_at),
                    seen_on: Timestamp(seen.unwrap_or(begun_at / MS_PER_DAY) * MS_PER_DAY),
                })
            });
            Ok(sessions?)
        };
        self.read(read).await
    }
}

/// Begins a session of a user who may have many, in a transaction that does more; what is published of the oldest, where
/// there is one too many.
pub(super) fn begin_one_more(
    db: &Db,
    user: UserId,
    draft: &SessionDraft,
) -> db::Result<Option<Publication>> {
    begin(db, user, draft)?;
    let oldest = end_oldest(db, user)?;
    ended(db, user, oldest, false)
}

/// Begins a session, in a transaction that does more.
pub(super) fn begin(db: &Db, user: UserId, draft: &SessionDraft) -> db::Result<()> {
    let values = values![
        user,
        &draft.token_hash,
        draft.now,
        draft.expires_at,
        draft.lasts_until,
        &draft.device,
        &draft.network,
        draft.now.0 / MS_PER_DAY,
    ];
    statement(db, BEGIN)?.execute(values)?;
    Ok(())
}

/// Ends sessions, in a transaction that does more; which those were.
pub(super) fn end(db: &Db, user: UserId, which: Ending) -> db::Result<Vec<SessionId>> {
    let (sql, session) = match which {
        Ending::One(session) => (END_ONE, session.0),
        Ending::Others(session) => (END_OTHERS, session.0),
        Ending::All => (END_OTHERS, 0),
    };
    statement(db, sql)?.rows(values![user, session], |row| Ok(SessionId(row.get(0)?)))
}

/// Ends the oldest sessions of a user who has too many; which those were.
pub(super) fn end_oldest(db: &Db, user: UserId) -> db::Result<Vec<SessionId>> {
    let oldest = values![user, SESSIONS_MAX];
    statement(db, END_OLDEST)?.rows(oldest, |row| Ok(SessionId(row.get(0)?)))
}

/// That sessions ended takes a place in their person's stream; what is published of it, which is nothing of none.
pub(super) fn ended(
    db: &Db,
    user: UserId,
    sessions: Vec<SessionId>,
    is_renewed: bool,
) -> db::Result<Option<Publication>> {
    if sessions.is_empty() {
        return Ok(None);
    }
    Ok(Some(Publication::SessionsEnded {
        user,
        sessions,
        is_renewed,
        me: person_seqs::take(db, user)?,
    }))
}

const BEGIN: &str = "INSERT INTO sessions \
    (user_id, token_hash, created_at, expires_at, lasts_until, device, network, seen_day) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

const OF: &str = "SELECT id, device, network, created_at, seen_day FROM sessions \
    WHERE user_id = ? AND expires_at > ? ORDER BY id DESC LIMIT ?";

// Not the id alone: that is asked of an insertion, and left out where the database says it unasked.
const END_ONE: &str = "DELETE FROM sessions WHERE user_id = ? AND id = ? RETURNING id, user_id";

const END_OTHERS: &str = "DELETE FROM sessions WHERE user_id = ? AND id <> ? RETURNING id, user_id";

const END_OLDEST: &str = "DELETE FROM sessions WHERE user_id = ?1 AND id <= \
    (SELECT id FROM sessions WHERE user_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2) RETURNING id, user_id";
