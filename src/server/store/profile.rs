//! What people say of themselves, and the browsers in which they were signed in.

use super::Store;
use super::db::{self, Db, statement, values};
use super::tables::{UserRow, user_columns};
use super::writer::Written;
use crate::error::ServiceError;
use parlour_protocol::{Me, Timestamp, UserId};

/// Browsers that are remembered of a person.
const BROWSERS: i64 = 50;

/// What a user says of themselves from now on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// A sentence; empty for nothing.
    pub bio: Option<String>,
    /// Minutes that their clock is before UTC, or that it is not shown.
    pub utc_offset: Option<Option<i64>>,
    /// A mail address; empty for none.
    pub mail: Option<String>,
}

impl Store {
    /// A user as they see themselves.
    ///
    /// # Errors
    /// The database failed.
    pub async fn me(&self, id: UserId) -> Result<Option<Me>, ServiceError> {
        let read = move |db: &Db| {
            let me = statement(db, ME)?.row(values![id], |row| {
                let user = UserRow::read(row)?;
                Ok(Me {
                    id,
                    role: user.server_role(),
                    kind: user.kind.0,
                    name: user.name,
                    bio: row.get(UserRow::COUNT)?,
                    utc_offset: row.get(UserRow::COUNT + 1)?,
                    mail: row.get(UserRow::COUNT + 2)?,
                })
            });
            Ok(me?)
        };
        self.read(read).await
    }

    /// Sets what a user says of themselves; what is `None` stays.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_profile(&self, id: UserId, profile: Profile) -> Result<(), ServiceError> {
        self.write(move |db| {
            if let Some(bio) = &profile.bio {
                statement(db, SET_BIO)?.execute(values![id, bio])?;
            }
            if let Some(utc_offset) = profile.utc_offset {
                statement(db, SET_OFFSET)?.execute(values![id, utc_offset])?;
            }
            if let Some(mail) = &profile.mail {
                set_mail(db, id, mail)?;
            }
            Ok(Written::quietly(()))
        })
        .await
    }

    /// Whether a browser keeps what says that this user was signed in there; `hash` is of that.
    ///
    /// # Errors
    /// The database failed.
    pub async fn knows_browser(&self, user: UserId, hash: Vec<u8>) -> Result<bool, ServiceError> {
        self.read(move |db| Ok(statement(db, KNOWS)?.exists(values![user, &hash])?))
            .await
    }

    /// Remembers a browser in which a user is signed in, and forgets the one before the fiftieth.
    ///
    /// # Errors
    /// The database failed.
    pub async fn remember_browser(
        &self,
        user: UserId,
        hash: Vec<u8>,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        self.write(move |db| {
            statement(db, REMEMBER)?.execute(values![user, &hash, now])?;
            statement(db, FORGET)?.execute(values![user, BROWSERS])?;
            Ok(Written::quietly(()))
        })
        .await
    }
}

/// Sets the mail address of a user; empty for none.
pub(super) fn set_mail(db: &Db, id: UserId, mail: &str) -> db::Result<()> {
    statement(db, SET_MAIL)?.execute(values![id, mail])?;
    Ok(())
}

const ME: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", bio, utc_offset, mail FROM users WHERE id = ?"
);

const SET_BIO: &str = "UPDATE users SET bio = ?2 WHERE id = ?1";

const SET_OFFSET: &str = "UPDATE users SET utc_offset = ?2 WHERE id = ?1";

const SET_MAIL: &str = "UPDATE users SET mail = ?2 WHERE id = ?1";

const KNOWS: &str = "SELECT 1 FROM known_browsers WHERE user_id = ? AND token_hash = ?";

const REMEMBER: &str =
    "INSERT INTO known_browsers (user_id, token_hash, created_at) VALUES (?, ?, ?)";

const FORGET: &str = "DELETE FROM known_browsers WHERE user_id = ?1 AND id <= \
    (SELECT id FROM known_browsers WHERE user_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
