//! How SQLite is opened.
//!
//! WAL, so that readers and the writer do not wait for each other; `synchronous = FULL`, because an
//! acknowledged message must survive a power cut; foreign keys on; and what is deleted is overwritten,
//! because the text of a deleted message must not be found in the file.

use super::db::Db;
use super::file::{self, make_folder, not_writable};
use super::kept::Kept;
use super::log::Log;
use super::postgres::Served;
use super::{OpenError, log};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use sea_orm::DatabaseConnection;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::fs::{OpenOptions, metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

/// KiB of the writer's page cache: room for all pages that a group commit changes, else they would be written
/// before its end, and then once more.
const WRITER_CACHE: u32 = 16 * 1024;

/// Pages of 4 KiB in the log before they are carried over into the file, inside of a commit. The same
/// leaves of the indexes change in group after group, and are carried over once: four times as often, and
/// two hundred who write at once are a third slower. 32 MB are soon read when a server starts that was
/// killed.
const CHECKPOINT: u32 = 8_000;

/// How long a statement waits for a lock of another program, such as a backup.
const BUSY: Duration = Duration::from_secs(5);

/// The connections of the writer and of the readers.
pub struct Connections {
    pub(super) writing: Kept,
    pub(super) reading: Vec<Kept>,
    /// The write-ahead log, where the database is a file.
    pub(super) log: Option<Log>,
    /// The server of the database, where it is none.
    pub(super) served: Option<Arc<Served>>,
}

/// The database, with a schema of no newer version, and a connection on which that is brought up to date.
pub(super) async fn open(file: &Path) -> Result<(DatabaseConnection, Connections), OpenError> {
    prepare(file)?;
    let has_log = metadata(wal(file)).is_ok_and(|log| log.len() > 0);
    let failed = |cause: rusqlite::Error| OpenError::new(file, cause);
    let schema = schema(file).await;
    let schema = schema.map_err(|cause| OpenError::new(file, cause))?;
    let threads = available_parallelism().map_or(2, |threads| threads.get().clamp(2, 4));
    let reading = (0..threads)
        .map(|_| self::reading(file).map(|reading| Kept::for_good(Db::Sqlite(reading))));
    let connections = Connections {
        writing: Kept::for_good(Db::Sqlite(writing(file).map_err(failed)?)),
        reading: reading.collect::<rusqlite::Result<_>>().map_err(failed)?,
        log: Some(Log::new(checkpointing(file).map_err(failed)?, has_log)),
        served: None,
    };
    Ok((schema, connections))
}

/// The journal's mode is the file's.
pub(super) fn writing(file: &Path) -> rusqlite::Result<Connection> {
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

/// With a short timeout, since writes wait for a checkpoint that waits.
fn checkpointing(file: &Path) -> rusqlite::Result<Connection> {
    let connection = plain(file)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.busy_timeout(log::CHECKPOINT_TIMEOUT)?;
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

/// Makes the folder and the file, so that an error names the one that is at fault.
fn prepare(file: &Path) -> Result<(), OpenError> {
    make_folder(file)?;
    refuse_unfinished(file)?;
    file::tighten_all(file);
    file::private(OpenOptions::new().create(true).append(true))
        .open(file)
        .map(drop)
        .map_err(|source| not_writable(file, source).into())
}

/// Refuses to make a new database where one was to come by a copy: nobody would know that it is not the old one.
fn refuse_unfinished(file: &Path) -> Result<(), OpenError> {
    let leftover = file::beside(file, file::UNFINISHED_COPY);
    let is_empty = metadata(file).map_or(true, |found| found.len() == 0);
    match is_empty && leftover.exists() {
        true => Err(OpenError::UnfinishedCopy {
            place: file.to_owned(),
            leftover: format!("the file {}", leftover.display()),
        }),
        false => Ok(()),
    }
}

/// Where SQLite has the log.
fn wal(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// The one on which the schema is brought up to date.
pub(super) async fn schema(file: &Path) -> Result<DatabaseConnection, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .pragma("cache_size", format!("-{WRITER_CACHE}"))
        .pragma("wal_autocheckpoint", CHECKPOINT.to_string())
        .pragma("secure_delete", "ON")
        .disable_statement_logging();
    let pool = SqlitePoolOptions::new().max_connections(1);
    Ok(pool.connect_with(options).await?.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus;

    async fn opened() -> (tempfile::TempDir, Connections) {
        let folder = tempfile::tempdir().unwrap();
        let (schema, connections) = open(&folder.path().join("parlour.db")).await.unwrap();
        schema.close().await.unwrap();
        (folder, connections)
    }

    #[tokio::test]
    async fn an_acknowledged_write_survives_a_power_cut() {
        let (_folder, mut connections) = opened().await;
        let pragma = |name: &str| {
            let value = format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}");
            connections
                .writing
                .ready()
                .unwrap()
                .0
                .column::<String>(&value, 0)
                .unwrap()
                .remove(0)
        };
        let found: [String; 3] = ["synchronous", "journal_mode", "foreign_keys"].map(pragma);
        assert_eq!(found, ["2", "wal", "1"]);
    }

    #[tokio::test]
    async fn readers_cannot_write() {
        let (_folder, mut connections) = opened().await;
        for reader in &mut connections.reading {
            let written = reader
                .ready()
                .unwrap()
                .0
                .execute_batch("CREATE TABLE letters (letter TEXT)");
            assert!(written.unwrap_err().to_string().contains("readonly"));
        }
    }

    #[test]
    fn sqlite_is_compiled_as_the_build_says() {
        let connection = Connection::open_in_memory().unwrap();
        let mut statement = connection.prepare("PRAGMA compile_options").unwrap();
        let options = statement.query_map([], |row| row.get(0)).unwrap();
        let options: Vec<String> = options.map(Result::unwrap).collect();
        let has = |option: &str| options.iter().any(|one| one == option);
        // The third flag, for `fdatasync`, is one that SQLite does not list.
        assert!(has("DEFAULT_MEMSTATUS=0"), "{options:?}");
        assert!(!has("ENABLE_MEMORY_MANAGEMENT"), "{options:?}");
    }

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
