//! A copy as a file: written beside the database's name, which it gets when it is whole and on the disk.

use super::Job;
use super::failure::CopyError;
use super::fill::{self, Filled, Target};
use super::mark;
use super::source::Source;
use crate::error::StoreError;
use crate::store::alone::alone;
use crate::store::backup::{BackupError, Unfinished, hand_over};
use crate::store::db::Db;
use crate::store::file::{UNFINISHED_COPY, beside};
use parlour_migration::{Migrator, MigratorTrait};
use rusqlite::Connection;
use sea_orm::DatabaseConnection;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::fs;
use std::path::{Path, PathBuf, absolute};

/// KiB of the page cache, so that indexes are sorted in memory.
const CACHE: i64 = 64 * 1024;

pub(super) fn copy(
    source: Source<'_>,
    file: &Path,
    job: &mut Job<'_>,
) -> Result<Filled, CopyError> {
    let absolute = absolute(file).unwrap_or_else(|_| file.to_owned());
    // A link to where the database is to be stays one.
    let database = fs::canonicalize(&absolute).unwrap_or(absolute);
    refuse_full(&database)?;
    let (to, random) = (job.to, job.random);
    alone(
        to,
        random,
        |_| Ok(()),
        |_| {
            let source = source;
            write(&source, &database, job)
        },
    )
}

/// Refuses a place where something is.
fn refuse_full(database: &Path) -> Result<(), CopyError> {
    let side = |side: &str| {
        let mut name = database.as_os_str().to_owned();
        name.push(side);
        PathBuf::from(name)
    };
    let mut files = ["", "-wal", "-journal"].map(side).into_iter();
    let is_full = |file: &PathBuf| fs::metadata(file).is_ok_and(|found| found.len() > 0);
    match files.find(is_full) {
        None => Ok(()),
        Some(found) => Err(CopyError::NotEmpty {
            place: format!("sqlite://{}", database.display()),
            found: format!("the file {}", found.display()),
        }),
    }
}

fn write(source: &Source<'_>, database: &Path, job: &mut Job<'_>) -> Result<Filled, CopyError> {
    let shown = job.to.url.to_string();
    let broken = |cause| BackupError::NotCopied {
        from: PathBuf::from(source.shown()),
        to: database.to_owned(),
        cause,
    };
    let unfinished = Unfinished::begin(beside(database, UNFINISHED_COPY), broken);
    let unfinished = unfinished.map_err(CopyError::File)?;
    let failed = |source: StoreError| CopyError::Writing {
        place: shown.clone(),
        source,
    };
    let path = &unfinished.path;
    let db = open(path).map_err(|error| failed(error.into()))?;
    mark::begin(&db).map_err(failed)?;
    let migrated = job.runtime.block_on(async {
        let schema = schema(path).await?;
        let migrated = Migrator::up(&schema, None).await;
        schema.close().await?;
        migrated.map_err(StoreError::from)
    });
    migrated.map_err(failed)?;
    let target = Target {
        db: &db,
        shown: &shown,
    };
    let filled = fill::fill(source, &target, job)?;
    fill::finish(&db, job).map_err(failed)?;
    db.close().map_err(failed)?;
    let finished = hand_over(&unfinished, database).and_then(|()| unfinished.finish(database));
    finished.map_err(|cause| CopyError::File(broken(cause)))?;
    Ok(filled)
}

/// What is cut short is thrown away, so there is nothing to roll back to after a crash, and nothing to flush before
/// the end.
fn open(path: &Path) -> rusqlite::Result<Db> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "MEMORY")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "cache_size", -CACHE)?;
    // Looked at once, at the end.
    connection.pragma_update(None, "foreign_keys", "OFF")?;
    Ok(Db::Sqlite(connection))
}

async fn schema(path: &Path) -> Result<DatabaseConnection, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Memory)
        .synchronous(SqliteSynchronous::Off)
        .disable_statement_logging();
    let pool = SqlitePoolOptions::new().max_connections(1);
    Ok(pool.connect_with(options).await?.into())
}
