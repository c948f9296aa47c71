//! Why a database cannot be opened: one sentence that says what to do.

use super::file::FileError;
use crate::error::StoreError;
use std::path::{Path, PathBuf};

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A database that this version knows how to name, and not how to serve.
    #[error("This version serves from SQLite only; set database.url to a SQLite file.")]
    Postgres,
    /// Its folder or file cannot be made.
    #[error(transparent)]
    File(#[from] FileError),
    /// The disk does not take what opening it has to write, or another program holds it.
    #[error(
        "The database {} cannot be written ({source}); make room on its disk, close any other program that has it open, and start again.",
        file.display()
    )]
    Unwritable {
        /// The file of the database.
        file: PathBuf,
        /// The database's error.
        source: StoreError,
    },
    /// A later version of the program has changed its schema.
    #[error(
        "The database {} was written by a newer version of Parlour (it has step {step}); start that version, or restore a backup that this one made.",
        file.display()
    )]
    Newer {
        /// The file of the database.
        file: PathBuf,
        /// The first step this version does not know.
        step: String,
    },
    /// Not a database, or a broken one.
    #[error(
        "The database {} cannot be opened ({source}); if it is not a SQLite file, set database.url to another one, and if it is damaged, restore a backup.",
        file.display()
    )]
    Database {
        /// The file of the database.
        file: PathBuf,
        /// The database's error.
        source: StoreError,
    },
}

impl OpenError {
    /// The error of opening `file`, by the class of its source.
    pub(super) fn new(file: &Path, source: impl Into<StoreError>) -> Self {
        let (file, source) = (file.to_owned(), source.into());
        if source.is_transient() {
            Self::Unwritable { file, source }
        } else {
            Self::Database { file, source }
        }
    }
}
