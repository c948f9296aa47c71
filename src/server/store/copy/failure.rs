//! Why a copy failed: one sentence that says what to do.

use crate::config::DatabaseUrl;
use crate::error::StoreError;
use crate::store::OpenError;
use crate::store::backup::BackupError;
use crate::store::lock::LockError;
use std::path::PathBuf;

/// Why a copy failed. Displayed, it is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// From and to are one.
    #[error("{place} is both what is to be copied and where to; give --to another place.")]
    SamePlace {
        /// Where it is, without a password.
        place: String,
    },
    /// Nothing to copy.
    #[error("There is no database {}; give --from one that is there.", file.display())]
    NoSource {
        /// Where it was looked for.
        file: PathBuf,
    },
    /// What is to be copied is something else.
    #[error("{place} is not a database of Parlour; give --from one that is.")]
    NotOurs {
        /// Where it is, without a password.
        place: String,
    },
    /// What is to be copied was last used by an older version.
    #[error(
        "The database {place} is of an older version of Parlour; start the server on it once, which brings it up to date, and copy it then."
    )]
    Older {
        /// Where it is, without a password.
        place: String,
    },
    /// There is something where the copy is to be.
    #[error(
        "{place} is not empty (there is {found}), and nothing of it was changed; give --to a place that is."
    )]
    NotEmpty {
        /// Where it is, without a password.
        place: String,
        /// Something that is there.
        found: String,
    },
    /// A server has one of the two open.
    #[error(
        "The database {} is in use by a Parlour{}; stop it, and copy then.",
        file.display(),
        process.map(|id| format!(" (process {id})")).unwrap_or_default()
    )]
    Served {
        /// The file of the database.
        file: PathBuf,
        /// The id of that process, if the lock names it.
        process: Option<u32>,
    },
    /// The one does not let itself be read.
    #[error(
        "The database {place} cannot be read to its end ({source}); there is no copy yet, see to that and copy again."
    )]
    Reading {
        /// Where it is, without a password.
        place: String,
        /// The database's error.
        source: StoreError,
    },
    /// The other does not let itself be written.
    #[error(
        "The copy {place} cannot be written to its end ({source}); it is not served like that, see to that and copy again."
    )]
    Writing {
        /// Where it is, without a password.
        place: String,
        /// The database's error.
        source: StoreError,
    },
    /// The copy is another than what was read.
    #[error(
        "The copy {place} is not what was read: {what}; it is not served like that, copy again, and if that ends the same way, look for what changes it."
    )]
    Differs {
        /// Where it is, without a password.
        place: String,
        /// What is different.
        what: String,
    },
    /// The file of the copy cannot be made.
    #[error(transparent)]
    File(BackupError),
    /// The lock of one of the two cannot be taken.
    #[error(transparent)]
    Lock(LockError),
    /// One of the two cannot be opened, as by a server.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl From<LockError> for CopyError {
    fn from(refused: LockError) -> Self {
        match refused {
            LockError::Held { file, process } => Self::Served { file, process },
            other => Self::Lock(other),
        }
    }
}

impl CopyError {
    pub(super) fn same(place: &DatabaseUrl) -> Self {
        let place = place.to_string();
        Self::SamePlace { place }
    }
}
