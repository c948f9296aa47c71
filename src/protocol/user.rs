//! Users: guests, members and bots.

use crate::json::{names, record};
use crate::{ServerRole, UserId};

names! {
    /// What kind of user this is.
    pub enum UserKind {
        /// A user without an account, known by the token of their session.
        Guest = "guest",
        /// A person with an account.
        Member = "member",
        /// A program with an account.
        Bot = "bot",
    }
}

record! {
    /// A user as all may see it.
    pub struct User {
        /// The id of the user.
        pub id: UserId,
        /// The name shown now, also beside what was written under another one.
        pub name: String,
        /// Guest, member or bot.
        pub kind: UserKind,
        /// Of somebody who was a guest: the account that they have signed in to, whose name and kind these are. Only the
        /// house's stream tells of such.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub account: Option<UserId>,
    }
}

record! {
    #[derive(PartialOrd, Ord, Hash)]
    /// A user in a list: two with one name have different ids.
    pub struct Person {
        /// The id of the user.
        pub id: UserId,
        /// The name as it is displayed.
        pub name: String,
    }
}

record! {
    /// The answer to what begins a session: of a new guest, or of an account.
    pub struct NewSession {
        /// Whose it is.
        pub user: User,
        /// The session token (`Authorization: Bearer …`). Sent once; only its hash is stored.
        pub token: String,
    }
}

record! {
    /// Who one is, as one sees it oneself.
    pub struct Me {
        /// The id of the user.
        pub id: UserId,
        /// The name shown now.
        pub name: String,
        /// Guest, member or bot.
        pub kind: UserKind,
        /// The role on the server.
        pub role: ServerRole,
        /// What one says of oneself; empty for nothing.
        pub bio: String,
        /// Minutes that one's clock is before UTC, where others are shown what time it is.
        pub utc_offset: Option<i64>,
        /// A mail address, shown to nobody else; empty for none.
        pub mail: String,
    }
}
