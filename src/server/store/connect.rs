//! How SQLite is opened.
//!
//! WAL, so that readers and the writer do not wait for each other; `synchronous = FULL`, because an
//! acknowledged message must survive a power cut; foreign keys on; and what is deleted is overwritten,
//! because a text that somebody took back is not to be found in the file.

use super::file::{self, make_folder, not_writable};
use super::{OpenError, log};
use parlour_migration::{Migrator, MigratorTrait, known_steps};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use sea_orm::DatabaseConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection as _};
use std::fs::{OpenOptions, metadata};
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::Duration;

/// Connections that read at once. SQLite's readers do not block each other, but more of them than
/// cores only queue elsewhere.
const READERS: u32 = 4;

/// KiB of pages that the writer keeps: all that a group of commits changes, else they would be written
/// before its end, and then once more.
const WRITER_CACHE: u32 = 16 * 1024;

/// Pages of 4 KiB in the log before they are carried over into the file, inside of a commit. The same
/// leaves of the indexes change in group after group, and are carried over once: four times as often, and
/// two hundred who write at once are a third slower. 32 MB are soon read when a server starts that was
/// killed.
const CHECKPOINT: u32 = 8_000;

/// Rows that a connection reads ahead of who takes them: all of a page, so that it never stops half-way.
const ROWS: usize = 128;

/// How long to wait for a lock of some other program, such as a backup.
const BUSY: Duration = Duration::from_secs(5);

/// Those that the writer has, and those that read.
pub struct Connections {
    pub(super) writer: DatabaseConnection,
    /// Where a statement is a call, and not a way to another thread: for what is written all the time.
    pub(super) committing: Connection,
    pub(super) readers: DatabaseConnection,
    /// The same for those who read all the time.
    pub(super) reading: Vec<Connection>,
    /// Carries the log over into the file, beside the writer.
    pub(super) checkpointing: Connection,
    /// A log was there that nobody has folded in: it may hold anything.
    pub(super) has_log: bool,
}

pub(super) async fn open(file: &Path) -> Result<Connections, OpenError> {
    prepare(file)?;
    let has_log = metadata(wal(file)).is_ok_and(|log| log.len() > 0);
    let failed = |cause: sqlx::Error| OpenError::said(file, cause);
    let writing = options(file)
        .pragma("cache_size", format!("-{WRITER_CACHE}"))
        .pragma("wal_autocheckpoint", CHECKPOINT.to_string())
        .pragma("secure_delete", "ON");
    let writer = pool(writing, 1).await.map_err(failed)?;
    refuse_newer(&writer, file).await?;
    let reading = options(file).pragma("query_only", "ON");
    let readers = pool(reading, READERS).await.map_err(failed)?;
    let plain = |cause: rusqlite::Error| OpenError::said(file, cause);
    let committing = committing(file).map_err(plain)?;
    let checkpointing = self::checkpointing(file).map_err(plain)?;
    let threads = available_parallelism().map_or(2, |threads| threads.get().clamp(2, 4));
    let reading = (0..threads).map(|_| self::reading(file));
    let reading = reading.collect::<rusqlite::Result<_>>().map_err(plain)?;
    Ok(Connections {
        writer,
        committing,
        readers,
        reading,
        checkpointing,
        has_log,
    })
}

/// As [`options`] has it for the others; the journal's mode is the file's.
fn committing(file: &Path) -> rusqlite::Result<Connection> {
    let connection = plain(file)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "cache_size", -i64::from(WRITER_CACHE))?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT)?;
    // It answers with what it is now.
    connection.query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
    Ok(connection)
}

fn reading(file: &Path) -> rusqlite::Result<Connection> {
    let connection = plain(file)?;
    connection.pragma_update(None, "query_only", "ON")?;
    Ok(connection)
}

/// It waits for nobody for long: those who write would wait with it.
fn checkpointing(file: &Path) -> rusqlite::Result<Connection> {
    let connection = plain(file)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.busy_timeout(log::PATIENCE)?;
    Ok(connection)
}

/// A connection whose statements are calls.
fn plain(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY)?;
    // Without it, a statement that is kept and has a `LIMIT ?` is planned anew each time it is used, in
    // case the limit says something about the best way: https://sqlite.org/queryplanner-ng.html#qpsg
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

/// Makes the folder and the file, so that what is wrong with either is said in its own words.
fn prepare(file: &Path) -> Result<(), OpenError> {
    make_folder(file)?;
    file::tighten_all(file);
    file::private(OpenOptions::new().create(true).append(true))
        .open(file)
        .map(drop)
        .map_err(|source| not_writable(file, source).into())
}

/// Where SQLite has the log.
fn wal(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// A database with steps that this version does not know is not this version's to touch.
async fn refuse_newer(db: &DatabaseConnection, file: &Path) -> Result<(), OpenError> {
    let taken = Migrator::get_migration_models(db)
        .await
        .map_err(|source| OpenError::said(file, source))?;
    let known = known_steps();
    match taken
        .into_iter()
        .find(|step| !known.contains(&step.version))
    {
        None => Ok(()),
        Some(step) => Err(OpenError::Newer {
            file: file.to_owned(),
            step: step.version,
        }),
    }
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .statement_cache_capacity(200)
        .row_buffer_size(ROWS)
        .disable_statement_logging()
}

async fn pool(
    options: SqliteConnectOptions,
    connections: u32,
) -> Result<DatabaseConnection, sqlx::Error> {
    let pool: SqlitePool = SqlitePoolOptions::new()
        .min_connections(connections)
        .max_connections(connections)
        // A local file's connection does not go stale: nothing to test, nothing to renew.
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        // SQLite ends a transaction by itself when the disk fails, and the driver goes on counting
        // it: such a connection would begin savepoints for ever, and a reader never let go of what
        // it once read. It is opened anew instead.
        .after_release(|connection, _| {
            Box::pin(async move {
                if connection.is_in_transaction() {
                    // A rollback may be queued still; this waits for it.
                    connection.ping().await?;
                }
                Ok(!connection.is_in_transaction())
            })
        })
        .connect_with(options)
        .await?;
    Ok(pool.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus;

    #[test]
    fn a_kept_statement_is_planned_once() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let connection = plain(file.path()).unwrap();
        connection
            .execute_batch("CREATE TABLE letters (letter TEXT)")
            .unwrap();
        for limit in 1..=3 {
            let mut few = connection
                .prepare_cached("SELECT letter FROM letters LIMIT ?")
                .unwrap();
            assert!(!few.exists([limit]).unwrap());
            assert_eq!(few.get_status(StatementStatus::RePrepare), 0, "{limit}");
        }
    }
}
