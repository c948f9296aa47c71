//! A backup in the place of the database, and the old one beside it.
//!
//! *Invariant:* at every moment the database's name leads to the old one or to the new one, and
//! nothing is thrown away: the old one gets its second name before it loses the first.

use super::copy::{self, Folded, Source};
use super::unfinished::{self, Unfinished};
use super::{BackupError, Copied, Progress, absolutely};
use crate::clock::{Clock, Random};
use crate::config::Settings;
use crate::store::file::{self, beside};
use crate::store::lock::{DatabaseLock, LockError};
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

/// What SQLite keeps beside a database that was not closed, and must not find beside another one.
const SIDES: [&str; 2] = ["-wal", "-journal"];

/// The result of a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the database holds now.
    pub copied: Copied,
    /// The file of the database.
    pub database: PathBuf,
    /// The file of the old database, if there was one.
    pub aside: Option<PathBuf>,
}

/// Puts a copy of `file` in the place of the database that `settings` name. `file` stays as it is.
/// It holds the lock of the database, so no server runs or starts on it meanwhile.
///
/// # Errors
/// [`BackupError::NoBackup`] and [`BackupError::Itself`] by the file; [`BackupError::Served`], [`BackupError::InUse`]
/// and [`BackupError::Lock`] if the database is in use; [`BackupError::NotOurs`], [`BackupError::Damaged`] and
/// [`BackupError::Open`] by what the backup is; [`BackupError::NotCopied`] if reading or writing fails. The database
/// is then as it was. [`BackupError::Postgres`] where the settings name no file.
pub async fn restore(
    settings: &Settings,
    file: &Path,
    clock: &dyn Clock,
    random: &dyn Random,
    progress: impl FnMut(Progress),
) -> Result<Restored, BackupError> {
    let database = absolutely(settings.database.file().ok_or(BackupError::Postgres)?)?;
    // A link to the database stays one.
    let database = fs::canonicalize(&database).unwrap_or(database);
    let file = absolutely(file)?;
    if !file.is_file() {
        return Err(BackupError::NoBackup { file });
    }
    if fs::canonicalize(&file).is_ok_and(|file| file == database) {
        return Err(BackupError::Itself { file });
    }
    let failed = |cause| BackupError::NotCopied {
        from: file.clone(),
        to: database.clone(),
        cause,
    };
    let _lock = DatabaseLock::take(&database).map_err(|refused| match refused {
        LockError::Held { file, process } => BackupError::Served { file, process },
        other => BackupError::Lock(other),
    })?;

    let unfinished = Unfinished::begin(beside(&database, "restoring"), failed)?;
    let copied = copy::copy(&Source::kept(&file), &unfinished, random, progress).await?;
    hand_over(&unfinished, &database).map_err(failed)?;
    let aside = put_aside(&database, clock, failed).await?;
    unfinished.finish(&database).map_err(failed)?;
    Ok(Restored {
        copied,
        database,
        aside,
    })
}

/// Gives the new database and its lock to the owner of the old one, or of the folder: the user who restores is often
/// not the one who serves.
pub(in crate::store) fn hand_over(unfinished: &Unfinished, database: &Path) -> io::Result<()> {
    let folder = || fs::metadata(database.parent().unwrap_or(Path::new("/")));
    let like = match fs::metadata(database) {
        Ok(old) => {
            unfinished.permit(old.permissions())?;
            old
        }
        Err(_) => folder()?,
    };
    unfinished.belong(&like)?;
    let lock = beside(database, "lock");
    if fs::metadata(&lock)?.uid() != like.uid() {
        chown(lock, Some(like.uid()), Some(like.gid()))?;
    }
    Ok(())
}

/// Gives the old database, if there is one, a second name beside the first, and leaves nothing under
/// the first that SQLite would take for a part of the new one.
async fn put_aside(
    database: &Path,
    clock: &dyn Clock,
    failed: impl Fn(io::Error) -> BackupError,
) -> Result<Option<PathBuf>, BackupError> {
    if !database.exists() {
        return Ok(None);
    }
    if matches!(copy::fold(database).await, Folded::InUse) {
        return Err(BackupError::InUse {
            file: database.to_owned(),
        });
    }
    let aside = free_name(database, clock);
    let put = || {
        name_again(database, &aside)?;
        let sides = SIDES.map(|side| unfinished::named(database, side));
        for (side, file) in SIDES.iter().zip(&sides) {
            if file.exists() {
                name_again(file, &unfinished::named(&aside, side))?;
            }
        }
        unfinished::flush_folder(database)?;
        let index = unfinished::named(database, "-shm");
        for file in sides.iter().chain([&index]).filter(|file| file.exists()) {
            fs::remove_file(file)?;
        }
        unfinished::flush_folder(database)
    };
    put().map_err(failed)?;
    file::tighten_all(&aside);
    Ok(Some(aside))
}

/// `parlour.db.before-restore-20260103T140509Z`, with a number behind it when that is taken.
fn free_name(database: &Path, clock: &dyn Clock) -> PathBuf {
    let at = clock.now().civil(0);
    let (year, month, day) = (at.year, at.month, at.day);
    let (hour, minute, second) = (at.hour, at.minute, at.second);
    let name =
        format!(".before-restore-{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z");
    let first = unfinished::named(database, &name);
    let others = (2..).map(|number| unfinished::named(&first, &format!("-{number}")));
    std::iter::once(first.clone())
        .chain(others)
        .find(|name| !super::taken(name))
        .unwrap_or(first)
}

/// A second name for a file, or a copy of it where the file system knows no second names.
fn name_again(file: &Path, name: &Path) -> io::Result<()> {
    match fs::hard_link(file, name) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            let mut copy = OpenOptions::new().write(true).create_new(true).open(name)?;
            let copied = io::copy(&mut fs::File::open(file)?, &mut copy)
                .and_then(|_| copy.set_permissions(fs::metadata(file)?.permissions()))
                .and_then(|()| copy.sync_all());
            if copied.is_err() {
                let _ = fs::remove_file(name);
            }
            copied
        }
        linked => linked,
    }
}
