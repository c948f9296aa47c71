//! Who may read the files of a database: whom they belong to, and nobody else.
//!
//! They hold all that was said, and the hashes of all sessions. *Invariant:* a file is private from the
//! moment it is made; SQLite gives what it keeps beside a database the database's own permissions.

use std::fs::{self, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// For its owner, to read and write.
const PRIVATE: u32 = 0o600;

/// What SQLite keeps beside a database.
const SIDES: [&str; 3] = ["-wal", "-shm", "-journal"];

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
