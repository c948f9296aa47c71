//! Backup and restore: a checked copy of the database while it is served, and a copy in the database's place.
//!
//! *Invariant:* under its final name a backup, and a database, is always whole: it is written under
//! another name, checked, flushed to the disk, and renamed. Every copy has an epoch of its own, so
//! that no client takes the numbers of one life of the database for those of another.

mod copy;
mod restore;
mod unfinished;

pub(super) use restore::hand_over;
pub use restore::{Restored, restore};

use crate::clock::Random;
use crate::config::Settings;
use crate::store::OpenError;
use crate::store::lock::LockError;
use copy::Source;
use std::io;
use std::path::{Path, PathBuf, absolute};
pub(super) use unfinished::Unfinished;

/// What a copy holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Bytes of the file.
    pub bytes: u64,
    /// Rooms in it.
    pub rooms: i64,
    /// Messages in it, deleted ones included.
    pub messages: i64,
}

/// How far a copy has come; reported once a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many bytes are written.
    Copying(u64),
    /// All is written and being checked.
    Checking,
}

/// Why a backup or restore failed. Displayed, it is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Not a file that could be copied.
    #[error(
        "database.url names a PostgreSQL database, whose backups are PostgreSQL's own: make them with pg_dump or pg_basebackup, as OPERATIONS.md says."
    )]
    Postgres,
    /// Nothing to copy.
    #[error(
        "There is no database {} to back up; name the one that is meant in database.url, or the file that does with --config.",
        file.display()
    )]
    NoDatabase {
        /// Where it was looked for.
        file: PathBuf,
    },
    /// Nothing to restore.
    #[error("There is no file {}; give the path of a backup.", file.display())]
    NoBackup {
        /// Where it was looked for.
        file: PathBuf,
    },
    /// The file exists; a backup never replaces one.
    #[error("There is a file {} already; choose another name, or move it away.", file.display())]
    Taken {
        /// The file that was to be written.
        file: PathBuf,
    },
    /// Two at once into one file.
    #[error("Another process is writing {}; wait until it is done.", file.display())]
    BeingWritten {
        /// The file with the unfinished copy.
        file: PathBuf,
    },
    /// Restoring a file over itself.
    #[error("{} is the database itself; give the path of a backup.", file.display())]
    Itself {
        /// The file of the database.
        file: PathBuf,
    },
    /// The file is not a database of Parlour.
    #[error(
        "{} is not a database of Parlour; nothing was changed, give the path of one that is.",
        file.display()
    )]
    NotOurs {
        /// The file that was to be copied.
        file: PathBuf,
    },
    /// The file or its copy does not pass the check.
    #[error(
        "The database {} is damaged ({found}); nothing was changed, restore the newest backup that is whole.",
        file.display()
    )]
    Damaged {
        /// The file that was to be copied.
        file: PathBuf,
        /// What the check found first.
        found: String,
    },
    /// The copy did not get to its end.
    #[error(
        "{} cannot be copied to {} ({cause}); nothing was changed, see to it that there is room and that this user may read the one and write the other.",
        from.display(),
        to.display()
    )]
    NotCopied {
        /// The file that was to be copied.
        from: PathBuf,
        /// The file that was to be written.
        to: PathBuf,
        /// The system's error.
        cause: io::Error,
    },
    /// A server has the database open.
    #[error(
        "The database {} is in use by a Parlour{}; stop it, restore, and start it again.",
        file.display(),
        process.map(|id| format!(" (process {id})")).unwrap_or_default()
    )]
    Served {
        /// The file of the database.
        file: PathBuf,
        /// The id of that process, if the lock names it.
        process: Option<u32>,
    },
    /// Another program than a server has the database open.
    #[error(
        "Another program has the database {} open; nothing was changed, close it and restore again.",
        file.display()
    )]
    InUse {
        /// The file of the database.
        file: PathBuf,
    },
    /// The lock of the database cannot be taken.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The database cannot be opened, as by a server.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// Copies the database that `settings` name to `file`, checks the copy, and answers when it is on
/// the disk. Works beside a serving process without holding it up, and without one. The file is readable for its
/// owner only: it has all messages and the hashes of all session tokens.
///
/// # Errors
/// [`BackupError::NoDatabase`], [`BackupError::Taken`] and [`BackupError::BeingWritten`] by the files that are there;
/// [`BackupError::NotOurs`], [`BackupError::Damaged`] and [`BackupError::Open`] by what the database is;
/// [`BackupError::NotCopied`] if reading or writing fails. `file` is then not there. [`BackupError::Postgres`] where the
/// settings name no file.
pub async fn backup(
    settings: &Settings,
    file: &Path,
    random: &dyn Random,
    progress: impl FnMut(Progress),
) -> Result<Copied, BackupError> {
    let database = absolutely(settings.database.file().ok_or(BackupError::Postgres)?)?;
    let file = absolutely(file)?;
    if !database.is_file() {
        return Err(BackupError::NoDatabase { file: database });
    }
    if taken(&file) {
        return Err(BackupError::Taken { file });
    }
    let failed = |cause| BackupError::NotCopied {
        from: database.clone(),
        to: file.clone(),
        cause,
    };
    let partial = Unfinished::begin(unfinished::named(&file, ".partial"), failed)?;
    let source = Source::served(&database);
    let copied = copy::copy(&source, &partial, random, progress).await?;
    if taken(&file) {
        return Err(BackupError::Taken { file });
    }
    partial.finish(&file).map_err(failed)?;
    Ok(copied)
}

/// Whether there is anything under this name, be it a link to nowhere.
fn taken(file: &Path) -> bool {
    file.symlink_metadata().is_ok()
}

/// The same file from the root on: SQLite takes other beginnings, such as `file:`, for its own.
fn absolutely(file: &Path) -> Result<PathBuf, BackupError> {
    absolute(file).map_err(|_| BackupError::NoBackup {
        file: file.to_owned(),
    })
}
