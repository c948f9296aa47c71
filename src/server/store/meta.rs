//! The table `meta`: values that belong to the database as a whole, by key.

use sea_orm::{ConnectionTrait, DbErr, Statement};

pub(super) async fn value(db: &impl ConnectionTrait, key: &str) -> Result<Option<String>, DbErr> {
    const VALUE: &str = "SELECT value FROM meta WHERE key = ?";
    let value = Statement::from_sql_and_values(db.get_database_backend(), VALUE, [key.into()]);
    let row = db.query_one_raw(value).await?;
    row.map(|row| row.try_get_by_index(0)).transpose()
}

pub(super) async fn set(db: &impl ConnectionTrait, key: &str, value: &str) -> Result<(), DbErr> {
    const SET: &str = "INSERT INTO meta (key, value) VALUES (?, ?) \
        ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    let values = [key.into(), value.into()];
    let set = Statement::from_sql_and_values(db.get_database_backend(), SET, values);
    db.execute_raw(set).await.map(drop)
}
