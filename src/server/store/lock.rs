//! The lock of a database: one process at a time may use its file.
//!
//! *Invariant:* a process that serves the database, or restores it, holds the lock from before it opens the file
//! until after it has closed it. The lock is a file beside the database that is never
//! removed; the system frees it when its holder ends, however that happens.

use crate::store::file::{self, FileError, beside, make_folder, not_writable};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How often a process that waits for the lock tries again.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Why the lock cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process uses it.
    #[error(
        "The database {} is in use by another Parlour{}; stop that one, or start with --replace to take over from it.",
        file.display(),
        process.map(|id| format!(" (process {id})")).unwrap_or_default()
    )]
    Held {
        /// The file of the database.
        file: PathBuf,
        /// The id of that process, if the lock names it.
        process: Option<u32>,
    },
    /// The lock cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The lock of a database, held until this is dropped.
#[derive(Debug)]
pub struct DatabaseLock {
    file: File,
}

impl DatabaseLock {
    /// Takes the lock of `database`. Its folder is made if it is missing.
    ///
    /// # Errors
    /// [`LockError::Held`] if another process has the lock, [`LockError::File`] if the folder or the lock's file
    /// cannot be made or written.
    pub fn take(database: &Path) -> Result<Self, LockError> {
        make_folder(database)?;
        let path = beside(database, "lock");
        file::tighten(&path);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true);
        let file = file::private(&mut options)
            .open(&path)
            .map_err(|source| not_writable(&path, source))?;
        match file.try_lock() {
            Ok(()) => {
                // The id is for error messages only: a full disk is no reason not to start.
                if let Err(error) = note_process(&file) {
                    tracing::debug!(%error, "the lock does not say whose it is");
                }
                Ok(Self { file })
            }
            Err(TryLockError::WouldBlock) => Err(LockError::Held {
                file: database.to_owned(),
                process: process_in(file),
            }),
            Err(TryLockError::Error(source)) => Err(not_writable(&path, source).into()),
        }
    }

    /// The same, waiting at most `timeout` for the process that has it.
    ///
    /// # Errors
    /// As [`DatabaseLock::take`], when the time is over.
    #[expect(
        clippy::disallowed_methods,
        reason = "another process ends by the machine's own time"
    )]
    pub async fn wait(database: &Path, timeout: Duration) -> Result<Self, LockError> {
        let end = Instant::now() + timeout;
        loop {
            match Self::take(database) {
                Err(LockError::Held { .. }) if Instant::now() < end => sleep(POLL_INTERVAL).await,
                taken => return taken,
            }
        }
    }

    /// Whether a process has the lock of `database` right now. Makes no file.
    pub fn is_held(database: &Path) -> bool {
        File::open(beside(database, "lock"))
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}

impl Drop for DatabaseLock {
    fn drop(&mut self) {
        // Closing the file frees the lock too, unless a child process has inherited the descriptor.
        if let Err(error) = self.file.unlock() {
            tracing::warn!(%error, "the lock of the database is freed when this process ends");
        }
    }
}

fn note_process(mut file: &File) -> std::io::Result<()> {
    file.set_len(0)?;
    writeln!(file, "{}", std::process::id())
}

fn process_in(mut file: File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_lock_is_exclusive_and_names_its_holder() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("deeper").join("parlour.db");
        assert!(!DatabaseLock::is_held(&database));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let first = DatabaseLock::take(&database).unwrap();
        assert!(DatabaseLock::is_held(&database));
        for _ in 0..2 {
            let refused = DatabaseLock::take(&database).unwrap_err();
            let LockError::Held { process, .. } = &refused else {
                panic!("{refused}");
            };
            assert_eq!(*process, Some(std::process::id()));
        }
        drop(first);
        assert!(!DatabaseLock::is_held(&database));
        DatabaseLock::take(&database).unwrap();
    }

    #[test]
    fn two_names_of_one_database_have_one_lock() {
        let folder = tempfile::tempdir().unwrap();
        let (database, other) = (folder.path().join("a.db"), folder.path().join("b.db"));
        fs::write(&database, "").unwrap();
        std::os::unix::fs::symlink(&database, &other).unwrap();
        let _first = DatabaseLock::take(&database).unwrap();
        assert!(DatabaseLock::take(&other).is_err());
    }

    #[tokio::test]
    async fn a_waiting_process_gets_the_lock_when_it_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("parlour.db");
        let first = DatabaseLock::take(&database).unwrap();
        let short = Duration::from_millis(30);
        assert!(DatabaseLock::wait(&database, short).await.is_err());
        let waiting = DatabaseLock::wait(&database, Duration::from_secs(10));
        let freed = async { drop(first) };
        let (second, ()) = tokio::join!(waiting, freed);
        second.unwrap();
    }
}
