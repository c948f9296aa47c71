//! Links by which another device signs in as the same person.
//!
//! *Invariant:* a person has one at most. It holds no longer than the session in which it was made, and is gone in the
//! transaction that begins the session of the other device.

use super::Store;
use super::db::{Db, statement, values};
use super::sessions::{SessionDraft, begin, end_oldest, ended};
use super::tables::{UserRow, user_columns};
use super::writer::Written;
use crate::error::ServiceError;
use crate::scope::SessionId;
use parlour_protocol::{Timestamp, User, UserId};

/// A link to be made.
#[derive(Clone, Debug)]
pub struct DeviceLinkDraft {
    /// The SHA-256 of its code.
    pub code_hash: Vec<u8>,
    /// Whose it is.
    pub user: UserId,
    /// The session in which it is made.
    pub session: SessionId,
    /// Until when it holds.
    pub expires_at: Timestamp,
    /// When it is made.
    pub now: Timestamp,
}

/// The device that opened a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opener {
    /// The SHA-256 of what its browser keeps.
    pub hash: Vec<u8>,
    /// The device, in words; empty where it is not known.
    pub device: String,
    /// Its network; empty where it is not known.
    pub network: String,
}

/// What has become of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Nobody has opened it.
    New,
    /// This device has, and waits.
    Opened(Opener),
    /// This device has, and was let in.
    Confirmed(Opener),
}

/// A link that holds.
#[derive(Clone, Debug)]
pub struct DeviceLink {
    /// Whose it is.
    pub user: User,
    /// The session in which it was made.
    pub session: SessionId,
    /// What has become of it.
    pub state: LinkState,
}

/// What becomes of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkStep {
    /// This device opens it.
    Open(Opener),
    /// The one that opened it is let in.
    Confirm,
    /// It is gone.
    TakeBack,
}

impl Store {
    /// Makes a link, in the place of the one before.
    ///
    /// # Errors
    /// The database failed.
    pub async fn make_device_link(&self, draft: DeviceLinkDraft) -> Result<(), ServiceError> {
        self.write(move |db| {
            statement(db, FORGET)?.execute(values![draft.user, draft.now])?;
            statement(db, MAKE)?.execute(values![
                &draft.code_hash,
                draft.user,
                draft.session.0,
                draft.expires_at,
            ])?;
            Ok(Written::quietly(()))
        })
        .await
    }

    /// The link of this code.
    ///
    /// # Errors
    /// [`ServiceError::LinkNotFound`] for none, or one that is over, or the database failed.
    pub async fn device_link(
        &self,
        code_hash: Vec<u8>,
        now: Timestamp,
    ) -> Result<DeviceLink, ServiceError> {
        self.read(move |db| found(db, &code_hash, now)).await
    }

    /// Takes a step with the link of this code, unless `decide` refuses.
    ///
    /// # Errors
    /// [`ServiceError::LinkNotFound`], what `decide` answers, or the database failed.
    pub async fn step_device_link(
        &self,
        code_hash: Vec<u8>,
        now: Timestamp,
        step: LinkStep,
        decide: impl Fn(&DeviceLink) -> Result<(), ServiceError> + Send + 'static,
    ) -> Result<(), ServiceError> {
        self.write(move |db| {
            decide(&found(db, &code_hash, now)?)?;
            match &step {
                LinkStep::Open(Opener {
                    hash,
                    device,
                    network,
                }) => {
                    let values = values![&code_hash, hash, device, network];
                    statement(db, OPEN)?.execute(values)?;
                }
                LinkStep::Confirm => {
                    statement(db, CONFIRM)?.execute(values![&code_hash])?;
                }
                LinkStep::TakeBack => {
                    statement(db, USE)?.execute(values![&code_hash])?;
                }
            }
            Ok(Written::quietly(()))
        })
        .await
    }

    /// Begins a session by the link of this code, which is gone then, unless `decide` refuses.
    ///
    /// # Errors
    /// [`ServiceError::LinkNotFound`], what `decide` answers, or the database failed.
    pub async fn use_device_link(
        &self,
        code_hash: Vec<u8>,
        session: SessionDraft,
        decide: impl Fn(&DeviceLink) -> Result<(), ServiceError> + Send + 'static,
    ) -> Result<User, ServiceError> {
        self.write(move |db| {
            let link = found(db, &code_hash, session.now)?;
            decide(&link)?;
            statement(db, USE)?.execute(values![&code_hash])?;
            begin(db, link.user.id, &session)?;
            let oldest = end_oldest(db, link.user.id)?;
            Ok(Written {
                publish: ended(db, link.user.id, oldest, false)?
                    .into_iter()
                    .collect(),
                value: link.user,
            })
        })
        .await
    }
}

fn found(db: &Db, code_hash: &[u8], now: Timestamp) -> Result<DeviceLink, ServiceError> {
    let at = UserRow::COUNT;
    let link = statement(db, FIND)?.row(values![code_hash, now], |row| {
        let opener = || {
            Ok::<_, crate::StoreError>(Opener {
                hash: row.get(at + 2)?,
                device: row.get(at + 3)?,
                network: row.get(at + 4)?,
            })
        };
        Ok(DeviceLink {
            user: UserRow::read(row)?.into(),
            session: SessionId(row.get(at)?),
            state: match &*row.get::<String>(at + 1)? {
                "opened" => LinkState::Opened(opener()?),
                "confirmed" => LinkState::Confirmed(opener()?),
                _ => LinkState::New,
            },
        })
    });
    link?.ok_or(ServiceError::LinkNotFound)
}

/// That of a person, and all that are over.
const FORGET: &str =
    "DELETE FROM one_time_codes WHERE kind = 'device' AND (user_id = ?1 OR expires_at <= ?2)";

const MAKE: &str = "INSERT INTO one_time_codes (hash, kind, user_id, session_id, state, expires_at) \
    VALUES (?, 'device', ?, ?, 'new', ?)";

const FIND: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", session_id, one_time_codes.state, opener_hash, one_time_codes.device, one_time_codes.network \
    FROM one_time_codes JOIN users ON users.id = one_time_codes.user_id \
    JOIN sessions ON sessions.id = session_id AND sessions.user_id = users.id \
    WHERE hash = ?1 AND one_time_codes.kind = 'device' AND one_time_codes.expires_at > ?2 \
    AND sessions.expires_at > ?2 AND users.state = 'active'"
);

const OPEN: &str = "UPDATE one_time_codes SET state = 'opened', opener_hash = ?2, device = ?3, network = ?4 \
    WHERE hash = ?1 AND kind = 'device'";

const CONFIRM: &str =
    "UPDATE one_time_codes SET state = 'confirmed' WHERE hash = ? AND kind = 'device'";

const USE: &str = "DELETE FROM one_time_codes WHERE hash = ? AND kind = 'device'";
