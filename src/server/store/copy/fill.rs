//! What is done with the copy, whichever database it is: fill it, compare it, and let it be served.

use super::failure::CopyError;
use super::lines::{self, Unlike};
use super::source::{self, Source, Sum};
use super::{Job, Progress, mark};
use crate::error::StoreError;
use crate::store::bootstrap::{EPOCH, draw_epoch};
use crate::store::db::{Db, Result as Stored, statement, values};
use crate::store::schema::{self, Table, quoted};
use bytes::Bytes;

/// Rows that are written in one transaction, at most.
const ROWS: usize = 5_000;
/// Bytes of lines that are written in one transaction, about.
const BYTES: usize = 1 << 20;

/// What went over.
pub(super) struct Filled {
    pub(super) tables: usize,
    pub(super) rows: u64,
}

/// The copy that is being made.
pub(super) struct Target<'t> {
    pub(super) db: &'t Db,
    pub(super) shown: &'t str,
}

impl Target<'_> {
    pub(super) fn failed(&self, source: StoreError) -> CopyError {
        let place = self.shown.to_owned();
        CopyError::Writing { place, source }
    }

    fn differs(&self, what: String) -> CopyError {
        let place = self.shown.to_owned();
        CopyError::Differs { place, what }
    }
}

/// Fills a database that has the schema and the mark, up to where only [`finish`] is left.
pub(super) fn fill(
    source: &Source<'_>,
    target: &Target<'_>,
    job: &mut Job<'_>,
) -> Result<Filled, CopyError> {
    let Target { db, .. } = target;
    let failed = |error| target.failed(error);
    // Before anything is thrown away: the steps of the schema may mean something else to each database.
    let tables = schema::tables(db).map_err(failed)?;
    let sorted = |tables: &[Table]| {
        let mut sorted = tables.to_vec();
        sorted.sort_by(|one, other| one.name.cmp(&other.name));
        sorted
    };
    if sorted(&tables) != sorted(&source.tables) {
        return Err(target.differs("its tables are others".to_owned()));
    }
    // A step of the schema may have put something in.
    for table in tables.iter().rev() {
        let delete = format!("DELETE FROM {}", quoted(&table.name));
        db.execute_batch(&delete).map_err(failed)?;
    }
    // A new index is made at once, and quicker than row by row.
    let indexes = schema::indexes(db).map_err(failed)?;
    for (name, _) in &indexes {
        let drop = format!("DROP INDEX {}", quoted(name));
        db.execute_batch(&drop).map_err(failed)?;
    }
    let mut sums = Vec::with_capacity(tables.len());
    let mut done = 0;
    for table in &tables {
        sums.push(pour(source, target, table, &mut done, job)?);
    }
    job.tell(Progress::Indexing);
    for (_, make) in &indexes {
        db.execute_batch(make).map_err(failed)?;
    }
    schema::set_counters(db, &source.counters).map_err(failed)?;
    let dangling = dangling(db).map_err(failed)?;
    if dangling {
        return Err(target.differs("something in it refers to nothing".to_owned()));
    }
    compare(target, &tables, sums, job)?;
    source.still_alone()?;
    Ok(Filled {
        tables: tables.len(),
        rows: done,
    })
}

/// Makes it a database like any other: with an epoch of its own, and without the mark.
pub(super) fn finish(db: &Db, job: &Job<'_>) -> Stored<()> {
    const RENEW: &str = "UPDATE meta SET value = ? WHERE key = ?";
    // Where the source was; the first start notes where the copy is.
    const FORGET: &str = "DELETE FROM meta WHERE key = 'cluster'";
    let epoch = draw_epoch(job.random);
    db.write(|db| {
        statement(db, RENEW)?.execute(values![&epoch, EPOCH])?;
        statement(db, FORGET)?.execute(values![])?;
        mark::end(db)
    })
}

/// Writes all rows of a table; their sum.
fn pour(
    source: &Source<'_>,
    target: &Target<'_>,
    table: &Table,
    done: &mut u64,
    job: &mut Job<'_>,
) -> Result<Sum, CopyError> {
    let mut sum = Sum::default();
    let (mut batch, mut rows) = (Vec::with_capacity(BYTES + BYTES / 4), 0);
    let mut put = |batch: &mut Vec<u8>, rows: &mut usize| {
        let count = std::mem::take(rows);
        let lines = Bytes::copy_from_slice(batch);
        batch.clear();
        put(target.db, table, lines).map_err(|error| target.failed(error))?;
        *done += count as u64;
        job.tell(Progress::Copying {
            rows: *done,
            of: source.rows,
        });
        Ok::<_, CopyError>(())
    };
    source.read(table, |line| {
        sum.add(line);
        batch.extend_from_slice(line);
        rows += 1;
        match rows >= ROWS || batch.len() >= BYTES {
            true => put(&mut batch, &mut rows),
            false => Ok(()),
        }
    })?;
    if rows > 0 {
        put(&mut batch, &mut rows)?;
    }
    Ok(sum)
}

/// Writes rows in one transaction.
fn put(db: &Db, table: &Table, lines: Bytes) -> Stored<()> {
    let (into, names) = (quoted(&table.name), table.names());
    db.write(|db| match db {
        Db::Sqlite(connection) => {
            let places = vec!["?"; table.columns.len()].join(", ");
            let insert = format!("INSERT INTO {into} ({names}) VALUES ({places})");
            let mut insert = connection.prepare_cached(&insert)?;
            for line in lines.split(|byte| *byte == b'\n') {
                if !line.is_empty() {
                    let row = lines::read(table, line)?;
                    insert.execute(rusqlite::params_from_iter(row))?;
                }
            }
            Ok(())
        }
        Db::Postgres(session) => {
            refuse_nul(table, &lines)?;
            session.copy_in(&format!("COPY {into} ({names}) FROM STDIN"), lines)
        }
    })
}

/// Refuses what PostgreSQL would, and says which row it is.
fn refuse_nul(table: &Table, lines: &[u8]) -> Result<(), Unlike> {
    if !lines.contains(&0) {
        return Ok(());
    }
    let mut lines = lines.split(|byte| *byte == b'\n');
    let line = lines.find(|line| line.contains(&0)).unwrap_or_default();
    let row = lines::named(table, line);
    Err(Unlike::Nul(table.name.clone(), row))
}

/// Whether something refers to a row that is not there. PostgreSQL has looked at each as it came.
fn dangling(db: &Db) -> Stored<bool> {
    const DANGLING: &str = "SELECT 1 FROM pragma_foreign_key_check";
    match db {
        Db::Sqlite(_) => statement(db, DANGLING)?.exists(values![]),
        Db::Postgres(_) => Ok(false),
    }
}

/// Reads the copy again.
fn compare(
    target: &Target<'_>,
    tables: &[Table],
    sums: Vec<Sum>,
    job: &mut Job<'_>,
) -> Result<(), CopyError> {
    let of = sums.iter().map(|sum| sum.rows).sum();
    let mut rows = 0;
    for (table, read) in tables.iter().zip(sums) {
        let mut written = Sum::default();
        let failed = |error| target.failed(error);
        source::read(target.db, table, failed, |line| {
            written.add(line);
            rows += 1;
            if rows % 1_000 == 0 {
                job.tell(Progress::Comparing { rows, of });
            }
            Ok(())
        })?;
        let (is, was) = (written.rows, read.rows);
        if !written.equals(read) {
            let name = &table.name;
            let what = match is == was {
                true => format!("rows of the table {name} are others"),
                false => format!("the table {name} has {is} rows instead of {was}"),
            };
            return Err(target.differs(what));
        }
    }
    Ok(())
}
