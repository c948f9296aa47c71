//! A file that is being written under a name that says so, until it is whole and on the disk.
//!
//! *Invariant:* one process at a time writes it. It goes away when the writing fails; after a kill it
//! stays, and the next one who writes begins it anew.

use super::BackupError;
use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

/// `file` with more at the end of its name.
pub(super) fn named(file: &Path, more: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(more);
    name.into()
}

/// Makes what happened in the folder of `file`, such as a rename, survive a power cut.
pub(super) fn flush_folder(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// The file that is being written, empty at first.
pub(in crate::store) struct Unfinished {
    pub(in crate::store) path: PathBuf,
    /// Locked, and for as long as it is open the same file as `path`.
    file: File,
}

impl Unfinished {
    /// Begins it, readable for its owner only. What an earlier one left there is emptied.
    pub(in crate::store) fn begin(
        path: PathBuf,
        failed: impl Fn(io::Error) -> BackupError,
    ) -> Result<Self, BackupError> {
        loop {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            let file = options.mode(0o600).open(&path).map_err(&failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(BackupError::BeingWritten { file: path });
                }
                // A file system without locks: then it is for its owner to run one at a time.
                Err(TryLockError::Error(_)) => {}
            }
            // The process that had the lock until now may have given the file its final name.
            let opened = file.metadata().map_err(&failed)?;
            if !fs::metadata(&path).is_ok_and(|named| same(&named, &opened)) {
                continue;
            }
            let begun = Self { path, file };
            let private = Permissions::from_mode(0o600);
            begun
                .file
                .set_permissions(private)
                .and_then(|()| begun.file.set_len(0))
                .and_then(|()| begun.remove_journal())
                .map_err(&failed)?;
            return Ok(begun);
        }
    }

    /// SQLite keeps one while it fills the file, and a killed one's must not meet the next.
    fn remove_journal(&self) -> io::Result<()> {
        match fs::remove_file(named(&self.path, "-journal")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Bytes written so far.
    pub(super) fn length(&self) -> u64 {
        self.file.metadata().map_or(0, |metadata| metadata.len())
    }

    /// Gives it to the owner of `like`, so that a server of another user can use it.
    pub(super) fn belong(&self, like: &Metadata) -> io::Result<()> {
        let own = self.file.metadata()?;
        if (own.uid(), own.gid()) != (like.uid(), like.gid()) {
            fchown(&self.file, Some(like.uid()), Some(like.gid()))?;
        }
        Ok(())
    }

    /// Sets its permissions.
    pub(super) fn permit(&self, permissions: Permissions) -> io::Result<()> {
        self.file.set_permissions(permissions)
    }

    /// Puts it on the disk and then in the place of `file`, in one step.
    pub(in crate::store) fn finish(self, file: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, file)?;
        flush_folder(file)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After `finish` the name is free, or already another process's.
        let own = self.file.metadata();
        let named = fs::metadata(&self.path);
        if let (Ok(own), Ok(named)) = (own, named)
            && same(&own, &named)
        {
            // What cannot be removed is overwritten by the next.
            let _ = self.remove_journal();
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn same(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}
