//! A database that no server has open, as SQLite itself judges it.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use std::path::Path;

/// Everything that is wrong with the file: pages, indexes, rows that point nowhere. Empty when it is
/// sound. The error is a sentence that says why it cannot be told.
pub async fn damage(file: &Path) -> Result<Vec<String>, String> {
    let failed = |error: sqlx::Error| format!("{} cannot be read: {error}", file.display());
    // Written to, if a killed server left a WAL: what is in it is the database's.
    let options = SqliteConnectOptions::new().filename(file);
    let mut db = options.connect().await.map_err(failed)?;
    let found: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_all(&mut db)
        .await
        .map_err(failed)?;
    let lost: Vec<String> = sqlx::query_scalar("PRAGMA foreign_key_check")
        .fetch_all(&mut db)
        .await
        .map_err(failed)?;
    db.close().await.map_err(failed)?;
    let lost = lost
        .into_iter()
        .map(|table| format!("a row of {table} points nowhere"));
    Ok(found
        .into_iter()
        .filter(|line| line != "ok")
        .chain(lost)
        .collect())
}
