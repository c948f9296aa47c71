//! The mark of a copy that is not finished: a table that is made before all others and goes last.

use crate::error::{Class, StoreError};
use crate::store::db::{Db, Result, statement, values};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

const BEGIN: &str = "CREATE TABLE unfinished_copy (id BIGINT PRIMARY KEY)";
const END: &str = "DROP TABLE unfinished_copy";
const IN_SQLITE: &str = "SELECT 1 FROM sqlite_schema WHERE name = 'unfinished_copy'";
const IN_POSTGRES: &str = "SELECT 1 WHERE to_regclass('unfinished_copy') IS NOT NULL";

/// The database is a copy that is not finished.
#[derive(Debug, thiserror::Error)]
#[error("it is a copy that is not finished")]
pub(in crate::store) struct MarkedUnfinished;

pub(super) fn begin(db: &Db) -> Result<()> {
    db.execute_batch(BEGIN)
}

pub(super) fn end(db: &Db) -> Result<()> {
    db.execute_batch(END)
}

/// Whether the mark is there.
pub(super) fn is_there(db: &Db) -> Result<bool> {
    let sql = match db {
        Db::Sqlite(_) => IN_SQLITE,
        Db::Postgres(_) => IN_POSTGRES,
    };
    statement(db, sql)?.exists(values![])
}

/// Refuses to serve a database that has the mark.
pub(in crate::store) async fn refuse(schema: &DatabaseConnection) -> Result<()> {
    let backend = schema.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => IN_POSTGRES,
        _ => IN_SQLITE,
    };
    let found = schema.query_one_raw(Statement::from_string(backend, sql));
    match found.await? {
        None => Ok(()),
        Some(_) => Err(marked()),
    }
}

/// The error of it.
pub(super) fn marked() -> StoreError {
    StoreError::new(Class::Broken, MarkedUnfinished)
}
