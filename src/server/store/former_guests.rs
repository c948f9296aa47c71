//! Guests who signed in to an account: whom it was, and who they are now.
//!
//! *Invariant:* a guest becomes an account, which becomes nobody else: from one to the other it is one step.

use super::db::{self, Db, statement, values};
use parlour_protocol::UserId;

/// The guests that an account was.
pub(super) fn was(db: &Db, account: UserId) -> db::Result<Vec<UserId>> {
    statement(db, WAS)?.rows(values![account], |row| Ok(UserId(row.get(0)?)))
}

/// Who a user is now: the account, of a guest who signed in to one.
pub(super) fn whoever(db: &Db, user: UserId) -> db::Result<UserId> {
    let account = statement(db, WHOEVER)?.row(values![user], |row| Ok(UserId(row.get(0)?)))?;
    Ok(account.unwrap_or(user))
}

const WAS: &str = "SELECT id FROM users WHERE merged_into = ? ORDER BY id";

const WHOEVER: &str = "SELECT merged_into FROM users WHERE id = ? AND merged_into IS NOT NULL";
