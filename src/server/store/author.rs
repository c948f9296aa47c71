//! Who it is that sends, as they are when what they send is stored.
//!
//! *Invariant:* who is no more, or has become somebody else, is no author.

use super::db::{self, Db, Row, statement, values};
use super::tables::server_role;
use parlour_protocol::{ServerRole, UserId};

/// Who it is that sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The present name: a socket that was opened before a rename must not bring the old one back.
    pub name: String,
    /// The role on the server.
    pub role: ServerRole,
    /// Whether they see the rooms that they are in, and no other.
    pub is_confined: bool,
}

impl Author {
    /// The author, if there is one whose name stands in this column and what else is known of them behind it.
    pub(super) fn read(row: &Row<'_>, first: usize) -> db::Result<Option<Self>> {
        let Some(name) = row.get::<Option<String>>(first)? else {
            return Ok(None);
        };
        let role = server_role(row.get(first + 1)?, row.get(first + 2)?);
        Ok(Some(Self {
            name,
            role,
            is_confined: role == ServerRole::Guest && row.get(first + 3)?,
        }))
    }

    /// The author by themselves, where there is no place that says it along.
    pub(super) fn find(db: &Db, author: UserId) -> db::Result<Option<Self>> {
        let found = statement(db, FIND)?.row(values![author], |row| Self::read(row, 0))?;
        Ok(found.flatten())
    }
}

const FIND: &str =
    "SELECT name, kind, role, is_confined FROM users WHERE id = ? AND state = 'active'";
