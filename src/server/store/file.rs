//! The files of a database: their folder, what stands beside them, and who may read them: whom they
//! belong to, and nobody else.
//!
//! They hold all that was said, and the hashes of all sessions. *Invariant:* a file is private from the
//! moment it is made; SQLite gives what it keeps beside a database the database's own permissions.

use std::ffi::OsString;
use std::fs::{self, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// For its owner, to read and write.
const PRIVATE: u32 = 0o600;

/// What SQLite keeps beside a database.
const SIDES: [&str; 3] = ["-wal", "-shm", "-journal"];

/// What is wrong with the place of a database.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The folder is not there and cannot be made.
    #[error(
        "The folder {} for the database cannot be created ({source}); make its parent writable for this user, or set database.url to a file elsewhere.",
        folder.display()
    )]
    Folder {
        /// Which.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file cannot be written.
    #[error(
        "The database {} cannot be written ({source}); make the file and its folder writable for this user, or set database.url to a file elsewhere.",
        file.display()
    )]
    NotWritable {
        /// Which.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// `database` with `.suffix` after its name, beside the file that a link points to: two names of
/// one database have one lock.
pub(crate) fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = fs::canonicalize(database)
        .unwrap_or_else(|_| database.to_owned())
        .into_os_string();
    name.push(".");
    name.push(suffix);
    name.into()
}

/// Makes the folder of `database`, so that what is wrong with it is said in its own words.
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

/// That it cannot be opened or made.
pub(crate) fn not_writable(path: &Path, source: std::io::Error) -> FileError {
    FileError::NotWritable {
        file: path.to_owned(),
        source,
    }
}

/// Makes private whatever is made with these.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(PRIVATE)
}

/// Takes from everybody else what an earlier version, or somebody's copying, let them do.
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

/// The same for one file. Where it is somebody else's, that is theirs to decide.
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
