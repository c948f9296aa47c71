//! What people say of themselves, and the browsers in which they were signed in.

use super::Store;
use super::db::{Db, statement, values};
use super::tables::{UserRow, user_columns};
use super::writer::Written;
use crate::error::ServiceError;
use parlour_protocol::{Me, Timestamp, UserId};

/// Browsers that are remembered of a person.
const BROWSERS: i64 = 50;

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
                })
            });
            Ok(me?)
        };
        self.read(read).await
    }

    /// Sets what a user says of themselves.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_bio(&self, id: UserId, bio: String) -> Result<(), ServiceError> {
        self.write(move |db| {
            statement(db, SET_BIO)?.execute(values![id, &bio])?;
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

const ME: &str = concat!("SELECT ", user_columns!(), ", bio FROM users WHERE id = ?");

const SET_BIO: &str = "UPDATE users SET bio = ?2 WHERE id = ?1";

const KNOWS: &str = "SELECT 1 FROM known_browsers WHERE user_id = ? AND token_hash = ?";

const REMEMBER: &str =
    "INSERT INTO known_browsers (user_id, token_hash, created_at) VALUES (?, ?, ?)";

const FORGET: &str = "DELETE FROM known_browsers WHERE user_id = ?1 AND id <= \
    (SELECT id FROM known_browsers WHERE user_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
