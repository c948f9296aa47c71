//! Users: guests, members and bots.

use crate::UserId;
use serde::{Deserialize, Serialize};

/// What kind of user this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserKind {
    /// A user without an account, known by the token of their session.
    Guest,
    /// A person with an account.
    Member,
    /// A program with an account.
    Bot,
}

/// A user as all may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The id of the user.
    pub id: UserId,
    /// The name shown now; messages keep the name they were written under.
    pub name: String,
    /// Guest, member or bot.
    pub kind: UserKind,
}

/// A user in a list: two with one name have different ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The id of the user.
    pub id: UserId,
    /// The name as it is displayed.
    pub name: String,
}

/// The answer to `POST /api/chat/guests`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewGuest {
    /// The guest that was made.
    pub user: User,
    /// The session token (`Authorization: Bearer …`). Sent once; only its hash is stored.
    pub token: String,
}
