//! The database that is copied: one state of it, whatever happens meanwhile.

use super::failure::CopyError;
use super::{lines, mark};
use crate::config::DatabaseUrl;
use crate::error::StoreError;
use crate::store::OpenError;
use crate::store::alone::Alone;
use crate::store::db::Db;
use crate::store::failure;
use crate::store::postgres::{self, Session};
use crate::store::schema::{self, Counter, Table, quoted};
use parlour_migration::known_steps;
use sha2::{Digest, Sha256};

/// Rows and their sum.
#[derive(Clone, Debug, Default)]
pub(super) struct Sum {
    pub(super) rows: u64,
    hash: Sha256,
}

impl Sum {
    pub(super) fn add(&mut self, line: &[u8]) {
        self.rows += 1;
        self.hash.update(line);
    }

    /// Whether it is of the same rows.
    pub(super) fn equals(self, other: Self) -> bool {
        self.rows == other.rows && self.hash.finalize() == other.hash.finalize()
    }
}

/// What is copied.
pub(super) struct Source<'s> {
    place: &'s Alone<'s>,
    url: &'s DatabaseUrl,
    db: Db,
    pub(super) tables: Vec<Table>,
    pub(super) counters: Vec<Counter>,
    /// Rows of all tables.
    pub(super) rows: u64,
}

/// Refuses a server's database that has tables of something else.
pub(super) fn refuse_other_product(url: &DatabaseUrl, session: &Session) -> Result<(), CopyError> {
    let place = || url.to_string();
    postgres::refuse_other_product(session).map_err(|_| CopyError::NotOurs { place: place() })
}

impl<'s> Source<'s> {
    /// Looks at it, and begins to read.
    pub(super) fn open(place: &'s Alone<'s>, url: &'s DatabaseUrl) -> Result<Self, CopyError> {
        let shown = || url.to_string();
        let failed = |source| match failure::is_no_database(&source) {
            true => CopyError::NotOurs { place: shown() },
            false => CopyError::Reading {
                place: shown(),
                source,
            },
        };
        let db = place.connect().map_err(failed)?;
        db.execute_batch(match &db {
            Db::Sqlite(_) => "BEGIN",
            // So that it writes bytes as they are read here, whatever the database is set to.
            Db::Postgres(_) => {
                "SET bytea_output = 'hex'; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            }
        })
        .map_err(failed)?;
        if mark::is_there(&db).map_err(failed)? {
            return Err(OpenError::of(url, mark::marked()).into());
        }
        if !schema::is_ours(&db).map_err(failed)? {
            return Err(CopyError::NotOurs { place: shown() });
        }
        let (taken, known) = (schema::steps(&db).map_err(failed)?, known_steps());
        if let Some(step) = taken.iter().find(|step| !known.contains(step)) {
            let (file, step) = (shown().into(), step.clone());
            return Err(OpenError::Newer { file, step }.into());
        }
        if taken.len() < known.len() {
            return Err(CopyError::Older { place: shown() });
        }
        let tables = schema::tables(&db).map_err(failed)?;
        let counted = tables.iter().map(|table| count(&db, table));
        let rows = counted.sum::<Result<u64, _>>().map_err(failed)?;
        Ok(Self {
            rows,
            counters: schema::counters(&db).map_err(failed)?,
            tables,
            place,
            url,
            db,
        })
    }

    /// Hands all rows of a table to `look`, as lines.
    pub(super) fn read(
        &self,
        table: &Table,
        look: impl FnMut(&[u8]) -> Result<(), CopyError>,
    ) -> Result<(), CopyError> {
        read(&self.db, table, |source| self.failed(source), look)
    }

    /// Fails when another one has got at it meanwhile. After all has been read.
    pub(super) fn still_alone(&self) -> Result<(), CopyError> {
        let ended = self.db.execute_batch("COMMIT");
        let still = ended.and_then(|()| self.place.still(&self.db));
        still.map_err(|source| self.failed(source))
    }

    pub(super) fn failed(&self, source: StoreError) -> CopyError {
        let place = self.url.to_string();
        CopyError::Reading { place, source }
    }

    /// Where it is, without a password.
    pub(super) fn shown(&self) -> String {
        self.url.to_string()
    }

    /// Which database of which server it is; none for a file.
    pub(super) fn identity(&self) -> Result<Option<String>, CopyError> {
        match &self.db {
            Db::Sqlite(_) => Ok(None),
            Db::Postgres(session) => {
                let identity = postgres::identity(session);
                identity.map(Some).map_err(|source| self.failed(source))
            }
        }
    }
}

fn count(db: &Db, table: &Table) -> Result<u64, StoreError> {
    let sql = format!("SELECT count(*) FROM {}", quoted(&table.name));
    let counted: Vec<i64> = db.column(&sql, 0)?;
    Ok(counted.first().map_or(0, |rows| rows.unsigned_abs()))
}

/// Hands all rows of a table to `look`, as lines with their ends, in the order of its primary key.
pub(super) fn read(
    db: &Db,
    table: &Table,
    failed: impl Fn(StoreError) -> CopyError,
    mut look: impl FnMut(&[u8]) -> Result<(), CopyError>,
) -> Result<(), CopyError> {
    let (names, from, order) = (table.names(), quoted(&table.name), table.order(db));
    let select = format!("SELECT {names} FROM {from} ORDER BY {order}");
    match db {
        Db::Sqlite(connection) => {
            let sqlite = |error: rusqlite::Error| failed(error.into());
            let mut statement = connection.prepare(&select).map_err(sqlite)?;
            let mut rows = statement.query([]).map_err(sqlite)?;
            let mut line = Vec::new();
            while let Some(row) = rows.next().map_err(sqlite)? {
                line.clear();
                lines::write(&mut line, table, row).map_err(&failed)?;
                look(&line)?;
            }
        }
        Db::Postgres(session) => {
            let sql = format!("COPY ({select}) TO STDOUT");
            let mut out = session.copy_out(&sql).map_err(&failed)?;
            let mut rest = Vec::new();
            while let Some(parts) = out.next().map_err(&failed)? {
                // Mostly each is a line; nothing says that it must be.
                for part in parts {
                    let mut part = &part[..];
                    while let Some(end) = part.iter().position(|byte| *byte == b'\n') {
                        let (line, more) = part.split_at(end + 1);
                        part = more;
                        if rest.is_empty() {
                            look(line)?;
                            continue;
                        }
                        rest.extend_from_slice(line);
                        look(&rest)?;
                        rest.clear();
                    }
                    rest.extend_from_slice(part);
                }
            }
        }
    }
    Ok(())
}
