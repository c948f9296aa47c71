//! The files of a database: their folder, the files beside them, and their permissions.
//!
//! They hold all messages and the hashes of all session tokens. *Invariant:* a file is readable for its owner
//! only from the moment it is made; SQLite gives its files beside a database the database's permissions.

use std::ffi::OsString;
use std::fs::{self, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The mode: read and write for the owner only.
const PRIVATE: u32 = 0o600;

/// What SQLite keeps beside a database.
const SIDES: [&str; 3] = ["-wal", "-shm", "-journal"];

/// What a copy of another database is called, behind the name that it has in the end, until it is whole.
pub(crate) const UNFINISHED_COPY: &str = "copying";

/// What is wrong with the place of a database.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The folder is not there and cannot be made.
    #[error(
        "The folder {} for the database cannot be created ({source}); make its parent writable for this user, or set database.url to a file elsewhere.",
        folder.display()
    )]
    Folder {
        /// The folder that is missing.
        folder: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The file cannot be written.
    #[error(
        "The database {} cannot be written ({source}); make the file and its folder writable for this user, or set database.url to a file elsewhere.",
        file.display()
    )]
    NotWritable {
        /// The file of the database or of its lock.
        file: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
}

/// The path of `database` with `.suffix` appended, beside the file that a symbolic link points to, so that two
/// names of one database have one lock.
pub(crate) fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = fs::canonicalize(database)
        .unwrap_or_else(|_| database.to_owned())
        .into_os_string();
    name.push(".");
    name.push(suffix);
    name.into()
}

/// Makes the folder of `database`, so that its error names the folder and not the file.
pub(crate) fn make_folder(database: &Path) -> Result<(), FileError> {
    let Some(folder) = database
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    else {
        return Ok(());
    };
    fs::create_dir_all(folder).map_err(|source| FileError::Folder {
        folder: folder.to_owned(),
        source,
    })
}

/// The error for a file that cannot be opened or made.
pub(crate) fn not_writable(path: &Path, source: std::io::Error) -> FileError {
    FileError::NotWritable {
        file: path.to_owned(),
        source,
    }
}

/// Files made with these options are readable for their owner only.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(PRIVATE)
}

/// Removes the permissions of other users from the files of a database, which an earlier version or a copy may
/// have left.
pub(crate) fn tighten_all(database: &Path) {
    let beside = |side: &&str| {
        let mut name = database.as_os_str().to_owned();
        name.push(side);
        PathBuf::from(name)
    };
    tighten(database);
    for file in SIDES.iter().map(beside) {
        tighten(&file);
    }
}

/// The same for one file. A file of another user is left as it is, with a warning.
pub(crate) fn tighten(file: &Path) {
    let tightened = fs::metadata(file).and_then(|found| {
        if found.permissions().mode() & 0o777 & !PRIVATE == 0 {
            return Ok(());
        }
        fs::set_permissions(file, Permissions::from_mode(PRIVATE))
    });
    match tightened {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            tracing::warn!(?file, %error, "others may read a file of the database");
        }
        _ => {}
    }
}
