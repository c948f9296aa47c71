//! The settings of the house that were changed while it served, by key.
//!
//! *Invariant:* only what was changed is kept: a key that is not there is as the file or the default has it.

use super::Store;
use super::db::{self, Db, statement, values};
use super::rooms::is_closed_to_guests;
use super::writer::Written;
use crate::config::StoredSettings;
use crate::error::ServiceError;
use std::collections::BTreeMap;

/// What stands before their keys in `meta`.
const PREFIX: &str = "setting.";

impl Store {
    /// What is kept.
    ///
    /// # Errors
    /// The database failed.
    pub async fn house_settings(&self) -> Result<StoredSettings, ServiceError> {
        self.read(|db| Ok(stored(db)?)).await
    }

    /// From now on the house is closed to who has no account, or is not: then there is no open room for them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn close_to_guests(&self, is_closed: bool) -> Result<(), ServiceError> {
        if self
            .read(|db| Ok(statement(db, IS_CLOSED)?.exists(values![])?))
            .await?
            == is_closed
        {
            return Ok(());
        }
        self.write(move |db| {
            let sql = if is_closed { CLOSE } else { REOPEN };
            statement(db, sql)?.execute(values![])?;
            Ok(Written::quietly(()))
        })
        .await
    }

    /// Keeps these, and forgets those without a value; answers all that is kept then.
    ///
    /// # Errors
    /// The database failed.
    pub async fn keep_house_settings(
        &self,
        changes: BTreeMap<String, Option<String>>,
    ) -> Result<StoredSettings, ServiceError> {
        self.write(move |db| {
            for (key, value) in &changes {
                let key = format!("{PREFIX}{key}");
                match value {
                    Some(value) => statement(db, KEEP)?.execute(values![&key, value])?,
                    None => statement(db, FORGET)?.execute(values![&key])?,
                };
            }
            Ok(Written::quietly(stored(db)?))
        })
        .await
    }
}

pub(super) fn stored(db: &Db) -> db::Result<StoredSettings> {
    let rows = statement(db, STORED)?.rows(values![], |row| {
        let key: String = row.get(0)?;
        Ok((key[PREFIX.len()..].to_owned(), row.get(1)?))
    })?;
    Ok(rows.into_iter().collect())
}

const IS_CLOSED: &str = concat!("SELECT 1 WHERE ", is_closed_to_guests!());

const CLOSE: &str = "INSERT INTO meta (key, value) VALUES ('closed_to_guests', '') \
    ON CONFLICT (key) DO NOTHING";

const REOPEN: &str = "DELETE FROM meta WHERE key = 'closed_to_guests'";

const STORED: &str = "SELECT key, value FROM meta WHERE substr(key, 1, 8) = 'setting.'";

const KEEP: &str = "INSERT INTO meta (key, value) VALUES (?, ?) \
    ON CONFLICT (key) DO UPDATE SET value = excluded.value";

const FORGET: &str = "DELETE FROM meta WHERE key = ?";
