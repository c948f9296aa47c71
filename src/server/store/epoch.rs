//! A new epoch by hand, where it cannot be seen that a database has another history than before.
//!
//! *Invariant:* no server uses the database meanwhile, so no client is told the numbers of one epoch under the name
//! of another.

use super::alone::alone;
use super::bootstrap::{EPOCH, draw_epoch};
use super::db::{statement, values};
use super::failure::is_no_database;
use super::lock::LockError;
use super::postgres::refuse_other_product;
use super::{OpenError, schema};
use crate::clock::Random;
use crate::config::{DatabaseSettings, DatabaseUrl};
use std::path::PathBuf;
use std::sync::Arc;

/// Why there is no new epoch. Displayed, it is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum EpochError {
    /// Nothing is there.
    #[error(
        "There is no database {}; name the one that is meant in database.url, or the file that does with --config.",
        file.display()
    )]
    NoDatabase {
        /// Where it was looked for.
        file: PathBuf,
    },
    /// It is none of Parlour.
    #[error("{place} is not a database of Parlour; nothing was changed.")]
    NotOurs {
        /// Where it is, without a password.
        place: String,
    },
    /// A server uses it.
    #[error(
        "The database {} is in use by a Parlour{}; stop it, draw the epoch, and start it again.",
        file.display(),
        process.map(|id| format!(" (process {id})")).unwrap_or_default()
    )]
    Served {
        /// The file of the database.
        file: PathBuf,
        /// The id of that process, if the lock names it.
        process: Option<u32>,
    },
    /// The lock cannot be written.
    #[error(transparent)]
    Lock(LockError),
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl From<LockError> for EpochError {
    fn from(refused: LockError) -> Self {
        match refused {
            LockError::Held { file, process } => Self::Served { file, process },
            other => Self::Lock(other),
        }
    }
}

/// Draws a new epoch for the database of `settings`, which no server may use meanwhile: all clients take their rooms
/// anew when they come back. What they have not yet sent stays, and is sent then.
///
/// # Errors
/// [`EpochError::NoDatabase`] and [`EpochError::NotOurs`] by what is there; [`EpochError::Served`] while a server of
/// this machine uses the file, [`EpochError::Open`] while one has the lease, or if the database cannot be written.
pub async fn renew(settings: &DatabaseSettings, random: Arc<dyn Random>) -> Result<(), EpochError> {
    let settings = settings.clone();
    let renewing = tokio::task::spawn_blocking(move || draw(&settings, &*random));
    match renewing.await {
        Ok(renewed) => renewed,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

fn draw(settings: &DatabaseSettings, random: &dyn Random) -> Result<(), EpochError> {
    const SET: &str = "UPDATE meta SET value = ? WHERE key = ?";
    if let DatabaseUrl::Sqlite(file) = &settings.url
        && !file.is_file()
    {
        let file = file.clone();
        return Err(EpochError::NoDatabase { file });
    }
    let failed = |source| OpenError::of(&settings.url, source);
    let not_ours = || EpochError::NotOurs {
        place: settings.url.to_string(),
    };
    let look = |session: &_| Ok(refuse_other_product(session).map_err(failed)?);
    alone(settings, random, look, |database| {
        let db = database
            .connect()
            .map_err(|error| match is_no_database(&error) {
                true => not_ours(),
                false => failed(error).into(),
            })?;
        if !schema::is_ours(&db).map_err(failed)? {
            return Err(not_ours());
        }
        let epoch = draw_epoch(random);
        let set = db.write(|db| statement(db, SET)?.execute(values![&epoch, EPOCH]));
        let set = set.map_err(failed)?;
        db.close().map_err(failed)?;
        match set {
            0 => Err(not_ours()),
            _ => Ok(()),
        }
    })
}
