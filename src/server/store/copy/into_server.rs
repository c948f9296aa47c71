//! A copy in a database of PostgreSQL, with a mark in it until it is whole.

use super::Job;
use super::failure::CopyError;
use super::fill::{self, Filled, Target};
use super::mark;
use super::source::Source;
use crate::error::StoreError;
use crate::store::alone::{Alone, alone};
use crate::store::db::{Db, Row};
use crate::store::postgres::{Session, identity};
use crate::store::schema::{Table, quoted};
use parlour_migration::{Migrator, MigratorTrait};

pub(super) fn copy(source: Source<'_>, job: &mut Job<'_>) -> Result<Filled, CopyError> {
    let (to, random) = (job.to, job.random);
    let shown = to.url.to_string();
    let known = source.identity()?;
    let look = |session: &Session| {
        let failed = |error| failed(&shown, error);
        if known.is_some() && known == Some(identity(session).map_err(failed)?) {
            return Err(CopyError::same(&to.url));
        }
        match found(session, true).map_err(failed)? {
            None => Ok(()),
            Some(table) => Err(not_empty(&shown, &table)),
        }
    };
    alone(to, random, look, |place| {
        let source = source;
        write(&source, place, &shown, job)
    })
}

fn failed(shown: &str, source: StoreError) -> CopyError {
    let place = shown.to_owned();
    CopyError::Writing { place, source }
}

fn not_empty(shown: &str, table: &str) -> CopyError {
    CopyError::NotEmpty {
        place: shown.to_owned(),
        found: format!("the table {table}"),
    }
}

/// Something that is in the way: anything but the lease, and, where that may be, what has the mark of an unfinished
/// copy.
fn found(session: &Session, unfinished_may_be: bool) -> Result<Option<String>, StoreError> {
    const FOUND: &str = "SELECT relname::text FROM pg_class \
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f') \
        AND relname <> 'lease' AND NOT (?1 AND to_regclass('unfinished_copy') IS NOT NULL) \
        ORDER BY relname LIMIT 1";
    let answer = session.ask(FOUND, &[unfinished_may_be.into()])?;
    let row = answer.rows.first();
    row.map(|row| Row::Postgres(row).get(0)).transpose()
}

fn write(
    source: &Source<'_>,
    place: &Alone<'_>,
    shown: &str,
    job: &mut Job<'_>,
) -> Result<Filled, CopyError> {
    let failed = |error| failed(shown, error);
    let db = place.connect().map_err(failed)?;
    let (Db::Postgres(session), Alone::Server { endpoint, .. }) = (&db, place) else {
        return Err(CopyError::same(&job.to.url));
    };
    // As it is read again.
    db.execute_batch("SET bytea_output = 'hex'")
        .map_err(failed)?;
    if mark::is_there(&db).map_err(failed)? {
        throw_away(&db, &source.tables).map_err(failed)?;
    }
    if let Some(table) = found(session, false).map_err(failed)? {
        return Err(not_empty(shown, &table));
    }
    mark::begin(&db).map_err(failed)?;
    let migrated = job.runtime.block_on(async {
        let schema = endpoint.schema().await?;
        let migrated = Migrator::up(&schema, None).await;
        schema.close().await?;
        migrated.map_err(StoreError::from)
    });
    migrated.map_err(failed)?;
    let filled = fill::fill(source, &Target { db: &db, shown }, job)?;
    // How the tables look is else learned in the course of a minute, in which questions are answered the long way.
    db.execute_batch("ANALYZE").map_err(failed)?;
    fill::finish(&db, job).map_err(failed)?;
    db.close().map_err(failed)?;
    Ok(filled)
}

/// Throws an unfinished copy away, the mark last of all: together with the rest.
fn throw_away(db: &Db, tables: &[Table]) -> Result<(), StoreError> {
    let names = tables.iter().map(|table| quoted(&table.name));
    let names = names.collect::<Vec<_>>().join(", ");
    db.write(|db| {
        db.execute_batch(&format!(
            "DROP TABLE IF EXISTS {names}, seaql_migrations CASCADE"
        ))?;
        mark::end(db)
    })
}
