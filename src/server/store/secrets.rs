//! Passwords, as their hashes are stored.
//!
//! *Invariant:* a password that is set ends the link with which one could be set anew.

use super::db::{self, Db, statement, values};
use parlour_protocol::{Timestamp, UserId};

/// Sets the password of an account, in the place of the one before.
pub(super) fn set(db: &Db, user: UserId, secret: &str, now: Timestamp) -> db::Result<()> {
    statement(db, SET)?.execute(values![user, secret, now])?;
    statement(db, END_RESETS)?.execute(values![user])?;
    Ok(())
}

const SET: &str = "INSERT INTO credentials (user_id, kind, secret, created_at) \
    VALUES (?1, 'password', ?2, ?3) \
    ON CONFLICT (user_id, kind) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at";

const END_RESETS: &str = "DELETE FROM one_time_codes WHERE kind = 'reset' AND user_id = ?";
