//! Why a database cannot be opened: one sentence that says what to do.

use super::copy::MarkedUnfinished;
use super::file::FileError;
use super::postgres::Leased;
use crate::config::DatabaseUrl;
use crate::error::StoreError;
use std::error::Error;
use std::path::{Path, PathBuf};

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
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
    /// A copy of another database was begun there.
    #[error(
        "The database {} is a copy that is not finished; run parlour copy once more, to its end, or throw {leftover} away.",
        place.display()
    )]
    UnfinishedCopy {
        /// Where it is, without a password.
        place: PathBuf,
        /// What there is of it.
        leftover: String,
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
    /// The server of a database does not answer, or cannot be written.
    #[error(
        "The database {place} cannot be used now ({source}); see that its server runs and takes writes, and start again."
    )]
    Unreachable {
        /// Where it is, without a password.
        place: String,
        /// The server's or the network's error.
        source: StoreError,
    },
    /// Another server has the lease of the database.
    #[error("The database {place} is served by another Parlour ({node}); stop that one first.")]
    Leased {
        /// Where it is, without a password.
        place: String,
        /// What the other one is called.
        node: String,
    },
    /// The settings of TLS cannot be used.
    #[error("The database {place} cannot be used: {reason}.")]
    Tls {
        /// Where it is, without a password.
        place: String,
        /// What is wrong with them.
        reason: String,
    },
    /// The server refuses, or is not one that keeps what it acknowledges.
    #[error("The database {place} cannot be used: {source}.")]
    Unfit {
        /// Where it is, without a password.
        place: String,
        /// What is wrong with it.
        source: StoreError,
    },
}

/// A step of the schema that this version does not know.
#[derive(Debug, thiserror::Error)]
#[error("it has step {0}, which this version does not know")]
pub(super) struct NewerStep(pub(super) String);

impl OpenError {
    /// The error of opening the database at `url`, by its source.
    pub(super) fn of(url: &DatabaseUrl, source: StoreError) -> Self {
        match url {
            DatabaseUrl::Sqlite(file) => Self::new(file, source),
            DatabaseUrl::Postgres(url) => Self::of_server(&url.to_string(), source),
        }
    }

    /// The error of opening the database of a server at `place`, by its source.
    pub(super) fn of_server(place: &str, source: StoreError) -> Self {
        let place = place.to_owned();
        let cause = source.source();
        if let Some(Leased { node }) = cause.and_then(|cause| cause.downcast_ref()) {
            let node = node.clone();
            return Self::Leased { place, node };
        }
        if let Some(NewerStep(step)) = cause.and_then(|cause| cause.downcast_ref()) {
            let (file, step) = (place.into(), step.clone());
            return Self::Newer { file, step };
        }
        if cause.is_some_and(|cause| cause.is::<MarkedUnfinished>()) {
            let (place, leftover) = (place.into(), "all that is in it".to_owned());
            return Self::UnfinishedCopy { place, leftover };
        }
        if source.is_transient() {
            Self::Unreachable { place, source }
        } else {
            Self::Unfit { place, source }
        }
    }

    /// The error of opening `file`, by the class of its source.
    pub(super) fn new(file: &Path, source: impl Into<StoreError>) -> Self {
        let (file, source) = (file.to_owned(), source.into());
        if let Some(NewerStep(step)) = source.source().and_then(|cause| cause.downcast_ref()) {
            let step = step.clone();
            return Self::Newer { file, step };
        }
        if source
            .source()
            .is_some_and(|cause| cause.is::<MarkedUnfinished>())
        {
            let leftover = "the file".to_owned();
            return Self::UnfinishedCopy {
                place: file,
                leftover,
            };
        }
        if source.is_transient() {
            Self::Unwritable { file, source }
        } else {
            Self::Database { file, source }
        }
    }
}
