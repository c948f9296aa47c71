//! One database as a file of its own: copied as it is at one moment, checked, with a new epoch.
//!
//! `VACUUM INTO` reads in one transaction of SQLite's write-ahead log, and takes no lock that a writer
//! waits for, in this process or another. The log only grows for as long as it reads.

use super::unfinished::Unfinished;
use super::{BackupError, Copied, Progress, unfinished};
use crate::clock::Random;
use crate::store::{EPOCH, OpenError, draw_epoch};
use parlour_migration::known_steps;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::io;
use std::path::Path;
use std::pin::pin;
use std::time::Duration;

/// Primary result codes of SQLite, <https://www.sqlite.org/rescode.html>.
mod code {
    pub const ERROR: u32 = 1;
    pub const BUSY: u32 = 5;
    pub const CORRUPT: u32 = 11;
    pub const NOT_A_DATABASE: u32 = 26;
}

/// How often progress is reported.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

/// The database to copy.
pub(super) struct Source<'f> {
    file: &'f Path,
    /// How it is inspected: without changing anything beside the file.
    looking: SqliteConnectOptions,
    /// How it is copied, once it is known to be a database of Parlour.
    copying: SqliteConnectOptions,
}

impl<'f> Source<'f> {
    /// A database that a server may be writing to. Copied through a connection like any other,
    /// because the last one to close tidies the log away; nothing is written through it.
    pub(super) fn served(file: &'f Path) -> Self {
        Self {
            file,
            looking: SqliteConnectOptions::new().filename(file).read_only(true),
            copying: SqliteConnectOptions::new().filename(file),
        }
    }

    /// A file that no process writes to, and beside which no file may appear.
    pub(super) fn kept(file: &'f Path) -> Self {
        let has_log = ["-wal", "-journal"]
            .iter()
            .any(|side| unfinished::named(file, side).exists());
        let looking = SqliteConnectOptions::new()
            .filename(file)
            .read_only(true)
            .immutable(!has_log);
        Self {
            file,
            copying: looking.clone(),
            looking,
        }
    }

    fn failed(&self, to: &Path, error: sqlx::Error) -> BackupError {
        let file = self.file.to_owned();
        match primary_code(&error) {
            Some(code::NOT_A_DATABASE) => BackupError::NotOurs { file },
            Some(code::CORRUPT) => self.damaged(sentence(&error)),
            _ => BackupError::NotCopied {
                from: file,
                to: to.to_owned(),
                cause: io::Error::other(sentence(&error)),
            },
        }
    }

    fn damaged(&self, found: impl Into<String>) -> BackupError {
        BackupError::Damaged {
            file: self.file.to_owned(),
            found: found.into(),
        }
    }
}

/// Copies `source` into `to`, which is on the disk only once it is finished.
pub(super) async fn copy(
    source: &Source<'_>,
    to: &Unfinished,
    random: &dyn Random,
    mut progress: impl FnMut(Progress),
) -> Result<Copied, BackupError> {
    let failed = |error| source.failed(&to.path, error);
    recognise(source, &to.path).await?;
    let copying = || Progress::Copying(to.length());
    reporting(write(source, &to.path), &mut progress, copying).await?;

    let options = SqliteConnectOptions::new()
        .filename(&to.path)
        // A copy that is cut short is thrown away, so there is nothing to roll back to.
        .journal_mode(SqliteJournalMode::Memory)
        .synchronous(SqliteSynchronous::Off);
    let checked = using(&options, async |copy| {
        if let Some(found) = check(copy).await? {
            return Ok(Err(found));
        }
        renew_epoch(copy, random).await?;
        let rooms = of_rooms(copy, ROOMS).await?;
        let rooms = count(copy, rooms).await?;
        let messages = count(copy, "SELECT COUNT(*) FROM messages").await?;
        Ok(Ok((rooms, messages)))
    });
    let checked = reporting(checked, &mut progress, || Progress::Checking).await;
    let (rooms, messages) = checked
        .map_err(failed)?
        .map_err(|found| source.damaged(found))?;
    Ok(Copied {
        bytes: to.length(),
        rooms,
        messages,
    })
}

/// Does `work` on a connection, and ends when the file is closed again.
async fn using<T>(
    options: &SqliteConnectOptions,
    work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, sqlx::Error>,
) -> Result<T, sqlx::Error> {
    let options = options.clone().disable_statement_logging();
    let mut connection = options.connect().await?;
    let done = work(&mut connection).await;
    let closed = connection.close().await;
    let done = done?;
    closed.map(|()| done)
}

/// Does `work`, and reports to `progress` once a second how far it `is`.
async fn reporting<T>(
    work: impl Future<Output = T>,
    progress: &mut impl FnMut(Progress),
    is: impl Fn() -> Progress,
) -> T {
    let mut work = pin!(work);
    loop {
        progress(is());
        if let Ok(done) = tokio::time::timeout(PROGRESS_INTERVAL, &mut work).await {
            return done;
        }
    }
}

/// Checks that it is a database of Parlour, and of no later version.
async fn recognise(source: &Source<'_>, to: &Path) -> Result<(), BackupError> {
    let steps = using(&source.looking, async |db| {
        let steps = "SELECT seaql_migrations.version FROM seaql_migrations, meta \
            WHERE meta.key = ?1 ORDER BY seaql_migrations.version";
        let steps = sqlx::query_scalar::<_, String>(steps).bind(EPOCH);
        steps.fetch_all(db).await
    });
    let not_ours = || BackupError::NotOurs {
        file: source.file.to_owned(),
    };
    let steps = steps.await.map_err(|error| match primary_code(&error) {
        // No such table.
        Some(code::ERROR) => not_ours(),
        _ => source.failed(to, error),
    })?;
    let known = known_steps();
    if steps.is_empty() {
        return Err(not_ours());
    }
    match steps.into_iter().find(|step| !known.contains(step)) {
        None => Ok(()),
        Some(step) => Err(BackupError::Open(OpenError::Newer {
            file: source.file.to_owned(),
            step,
        })),
    }
}

async fn write(source: &Source<'_>, to: &Path) -> Result<(), BackupError> {
    let failed = |error| source.failed(to, error);
    let path = to
        .to_str()
        .ok_or_else(|| failed(sqlx::Error::Protocol("the path is no Unicode".into())))?;
    let written = using(&source.copying, async |db| {
        let copied = sqlx::query("VACUUM INTO ?1").bind(path);
        copied.execute(db).await.map(drop)
    });
    written.await.map_err(failed)
}

/// The first thing that is wrong: SQLite's own check of every page and index, references to rows that
/// are not there, and rooms whose counters disagree with their messages.
async fn check(copy: &mut SqliteConnection) -> Result<Option<String>, sqlx::Error> {
    let found: String = sqlx::query_scalar("PRAGMA integrity_check(1)")
        .fetch_one(&mut *copy)
        .await?;
    if found != "ok" {
        return Ok(Some(found.replace('\n', ": ")));
    }
    let dangling = "SELECT COUNT(*) FROM pragma_foreign_key_check";
    if count(copy, dangling).await? > 0 {
        return Ok(Some("something in it refers to nothing".to_owned()));
    }
    let disagreeing = of_rooms(copy, DISAGREEING).await?;
    if count(copy, disagreeing).await? > 0 {
        return Ok(Some("a room has lost messages".to_owned()));
    }
    Ok(None)
}

/// A question about the rooms that are not deleted: what is left of the others is on its way out. The second
/// is for a database in which a deleted room leaves nothing.
type OfRooms = [&'static str; 2];

async fn of_rooms(
    copy: &mut SqliteConnection,
    [question, without_tombstones]: OfRooms,
) -> Result<&'static str, sqlx::Error> {
    let column = "SELECT COUNT(*) FROM pragma_table_info('rooms') WHERE name = 'deleted_at'";
    Ok(match count(copy, column).await? {
        0 => without_tombstones,
        _ => question,
    })
}

macro_rules! of_rooms {
    ($question:literal) => {
        [concat!($question, " AND deleted_at IS NULL"), $question]
    };
}

const ROOMS: OfRooms = of_rooms!("SELECT COUNT(*) FROM rooms WHERE TRUE");

const DISAGREEING: OfRooms = of_rooms!(
    "SELECT COUNT(*) FROM rooms LEFT JOIN (\
        SELECT room_id, COUNT(*) AS posts, MAX(seq) AS seq FROM messages GROUP BY room_id\
    ) AS held ON held.room_id = rooms.id \
    WHERE (rooms.posts <> COALESCE(held.posts, 0) OR rooms.seq < COALESCE(held.seq, 0))"
);

async fn renew_epoch(copy: &mut SqliteConnection, random: &dyn Random) -> Result<(), sqlx::Error> {
    let renewed = sqlx::query("UPDATE meta SET value = ?1 WHERE key = ?2");
    let renewed = renewed.bind(draw_epoch(random)).bind(EPOCH);
    renewed.execute(copy).await.map(drop)
}

async fn count(db: &mut SqliteConnection, query: &'static str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(query).fetch_one(db).await
}

/// What SQLite calls it, without the finer kind in the upper bits.
fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let extended: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(extended & 0xff)
}

fn sentence(error: &sqlx::Error) -> String {
    match error.as_database_error() {
        Some(error) => error.message().to_owned(),
        None => error.to_string(),
    }
}

/// How folding the log of a database into it ended.
pub(super) enum Folded {
    /// The file alone is all of it.
    Whole,
    /// Another program has it open.
    InUse,
    /// It cannot be read as a database: its files mean something together only.
    Unreadable,
}

/// Makes one file of a database and its log.
pub(super) async fn fold(database: &Path) -> Folded {
    let looking = SqliteConnectOptions::new()
        .filename(database)
        .read_only(true);
    let folding = looking.clone().read_only(false);
    let folded = async {
        // Opened for writing, a log that SQLite makes nothing of would be removed with the closing.
        using(&looking, async |db| {
            count(db, "SELECT COUNT(*) FROM sqlite_schema").await
        })
        .await?;
        using(&folding, async |db| {
            // Busy, frames of the log, frames that were folded.
            sqlx::query_as::<_, (i64, i64, i64)>("PRAGMA wal_checkpoint(TRUNCATE)")
                .fetch_one(db)
                .await
        })
        .await
    };
    match folded.await {
        // The last one to close removes the log.
        Ok((0, ..)) if !unfinished::named(database, "-wal").exists() => Folded::Whole,
        Ok(_) => Folded::InUse,
        Err(error) if primary_code(&error) == Some(code::BUSY) => Folded::InUse,
        Err(_) => Folded::Unreadable,
    }
}
