//! Who writes.

use crate::UserId;
use serde::{Deserialize, Serialize};

/// What kind of user this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserKind {
    /// Somebody who only gave a name; known again by the session's token.
    Guest,
    /// Somebody with an account.
    Member,
    /// A program with an account.
    Bot,
}

/// A user as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Its identity.
    pub id: UserId,
    /// The name shown now; messages keep the name they were written under.
    pub name: String,
    /// Guest, member or bot.
    pub kind: UserKind,
}

/// Somebody in a list: two of one name are told apart by the id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// As everybody sees them.
    pub name: String,
}

/// The answer to `POST /api/chat/guests`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewGuest {
    /// The guest that was made.
    pub user: User,
    /// Proves the guest later (`Authorization: Bearer …`). Told once, stored hashed.
    pub token: String,
}
