//! The table `meta`: values that belong to the database as a whole, by key.

use super::postgres::numbered;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

pub(super) async fn value(db: &impl ConnectionTrait, key: &str) -> Result<Option<String>, DbErr> {
    const VALUE: &str = "SELECT value FROM meta WHERE key = ?";
    let value = once(db, VALUE, [key.into()]);
    let row = db.query_one_raw(value).await?;
    row.map(|row| row.try_get_by_index(0)).transpose()
}

/// A statement with the placeholders that the back end has.
pub(super) fn once(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = sea_orm::Value>,
) -> Statement {
    let backend = db.get_database_backend();
    match backend {
        DbBackend::Postgres => Statement::from_sql_and_values(backend, numbered(sql), values),
        _ => Statement::from_sql_and_values(backend, sql, values),
    }
}

pub(super) async fn set(db: &impl ConnectionTrait, key: &str, value: &str) -> Result<(), DbErr> {
    const SET: &str = "INSERT INTO meta (key, value) VALUES (?, ?) \
        ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    let values = [key.into(), value.into()];
    let set = once(db, SET, values);
    db.execute_raw(set).await.map(drop)
}
