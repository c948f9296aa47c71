//! A database that no server has open: made from SQL, and as SQLite itself judges it.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::path::Path;

/// Makes a database of what these statements write, as `.dump` of the `sqlite3` program does, or adds it to
/// one that is there.
///
/// # Errors
/// A sentence that says why it cannot be written.
pub async fn write(file: &Path, sql: &str) -> Result<(), String> {
    let written = async {
        let mut db = open(file).await?;
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut db).await?;
        db.close().await
    };
    written.await.map_err(|error| failed(file, &error))
}

/// What the schema consists of: the statement of each table and index, with single spaces, ordered.
///
/// # Errors
/// A sentence that says why it cannot be read.
pub async fn schema(file: &Path) -> Result<Vec<String>, String> {
    let read = async {
        let mut db = open(file).await?;
        let statements = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name";
        let statements: Vec<String> = sqlx::query_scalar(statements).fetch_all(&mut db).await?;
        db.close().await?;
        Ok(statements)
    };
    let words = |statement: String| statement.split_whitespace().collect::<Vec<_>>().join(" ");
    let statements: Vec<String> = read.await.map_err(|error| failed(file, &error))?;
    Ok(statements.into_iter().map(words).collect())
}

/// Everything that is wrong with the file: pages, indexes, rows that point nowhere. Empty when it is
/// sound. The error is a sentence that says why it cannot be judged.
///
/// # Errors
/// That sentence.
pub async fn damage(file: &Path) -> Result<Vec<String>, String> {
    let judged = async {
        let mut db = open(file).await?;
        let check = sqlx::query_scalar("PRAGMA integrity_check");
        let found: Vec<String> = check.fetch_all(&mut db).await?;
        let check = sqlx::query_scalar("PRAGMA foreign_key_check");
        let lost: Vec<String> = check.fetch_all(&mut db).await?;
        db.close().await?;
        Ok((found, lost))
    };
    let (found, lost) = judged.await.map_err(|error| failed(file, &error))?;
    let lost = lost
        .into_iter()
        .map(|table| format!("a row of {table} points nowhere"));
    Ok(found
        .into_iter()
        .filter(|line| line != "ok")
        .chain(lost)
        .collect())
}

/// Written to, if a killed server left a WAL: what is in it is the database's.
async fn open(file: &Path) -> sqlx::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(file);
    options.create_if_missing(true).connect().await
}

fn failed(file: &Path, error: &sqlx::Error) -> String {
    format!("{} cannot be used: {error}", file.display())
}
