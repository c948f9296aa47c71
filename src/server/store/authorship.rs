//! Whose a message is now: its author as they are called, or the account that they have signed in to since.
//!
//! *Invariant:* it is read in the statement that reads the message, and nothing of it is stored there: what was written
//! stays as it was.

use super::db::{Result, Row};
use super::message_ids::MessageIds;
use super::tables::MessageRow;
use parlour_protocol::{Message, Person, UserId};

/// A message, and what of its author is another since. Both are absent for nearly all.
#[derive(Clone, Debug)]
pub(super) struct Authored {
    /// As it was written.
    pub(super) row: MessageRow,
    account: Option<i64>,
    name: Option<String>,
}

/// The columns of its author, which stand behind those of a message, and the tables that both are read from. `id`, `name`
/// and `seq` have to be said to be of `messages`. What else is asked for stands behind them.
macro_rules! authored {
    ($($more:literal)?) => {
        concat!(
            ", account.id, nullif(coalesce(account.name, author.name), messages.author_name)",
            $($more,)?
            " FROM messages LEFT JOIN users AS author ON author.id = messages.author_id \
            LEFT JOIN users AS account ON account.id = author.merged_into "
        )
    };
}
pub(super) use authored;

impl Authored {
    /// How many columns there are.
    pub(super) const COUNT: usize = MessageRow::COUNT + 2;

    /// Reads a row that begins with all the columns.
    pub(super) fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            row: MessageRow::read(row)?,
            account: row.get(MessageRow::COUNT)?,
            name: row.get(MessageRow::COUNT + 1)?,
        })
    }

    /// The message of the protocol.
    pub(super) fn into_message(self, ids: MessageIds) -> Message {
        let message = self.row.into_message(ids);
        let is_another = self.account.is_some() || self.name.is_some();
        let author = is_another.then(|| Person {
            id: self.account.map_or(message.user_id, UserId),
            name: self.name.unwrap_or_else(|| message.username.clone()),
        });
        Message { author, ..message }
    }
}
