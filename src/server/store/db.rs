//! A connection to the database, whichever it is, with the few things that the store's verbs ask of one:
//! statements, values, rows.
//!
//! The verbs' SQL is the part that all back ends understand. Its placeholders are `?` in order, or `?1`, `?2`, …;
//! truth is `TRUE` and `FALSE`. *Invariant:* a statement is run with values that are bound, never written into it.

mod value;

pub(super) use value::{Value, values};

use super::failure;
use super::postgres::Session;
use crate::error::{ServiceError, StoreError};
use rusqlite::types::FromSql;
use rusqlite::{CachedStatement, Connection, Transaction, TransactionBehavior};
use std::ops::ControlFlow;

/// What the database answers, or how it failed.
pub(super) type Result<T> = std::result::Result<T, StoreError>;

/// A connection to one of the back ends.
pub(super) enum Db {
    /// To a file of SQLite, on which a statement is a call.
    Sqlite(Connection),
    /// To PostgreSQL, whose answers this thread waits for.
    Postgres(Box<Session>),
}

impl Db {
    /// Runs `work` in a transaction that writes, and commits it. After an error, or a panic, nothing of it is left.
    pub(super) fn write<T>(&self, work: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        match self {
            Self::Sqlite(connection) => {
                trace_sql("begin");
                // Dropping it rolls it back, unless SQLite has done that itself.
                let immediate = TransactionBehavior::Immediate;
                let transaction = Transaction::new_unchecked(connection, immediate)?;
                let done = work(self)?;
                trace_sql("commit");
                transaction.commit()?;
                Ok(done)
            }
            Self::Postgres(session) => session.write(|| work(self)),
        }
    }

    /// Runs `work` on one state of the database.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Self) -> std::result::Result<T, ServiceError>,
    ) -> std::result::Result<T, ServiceError> {
        match self {
            Self::Sqlite(connection) => {
                // Dropping it ends it; there is nothing to commit.
                let deferred = TransactionBehavior::Deferred;
                let _transaction = Transaction::new_unchecked(connection, deferred)?;
                work(self)
            }
            Self::Postgres(session) => session.read(|| work(self)),
        }
    }

    /// Whether the transaction that was begun is still under way.
    pub(super) fn is_in_transaction(&self) -> bool {
        match self {
            Self::Sqlite(connection) => !connection.is_autocommit(),
            Self::Postgres(session) => session.is_in_transaction(),
        }
    }

    /// Says what will be asked next, each once: a server is asked all of it in one round trip. To SQLite a statement
    /// is a call, and is asked when it is needed.
    pub(super) fn prefetch(&self, queries: &[(&'static str, &[Value<'_>])]) -> Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(session) => session.prefetch(queries),
        }
    }

    /// Whether it can be asked nothing more.
    pub(super) fn is_lost(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Postgres(session) => session.is_lost(),
        }
    }

    /// Closes the connection.
    pub(super) fn close(self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.close().map_err(|(_, error)| error)?),
            Self::Postgres(session) => {
                drop(session);
                Ok(())
            }
        }
    }

    /// Runs statements without values.
    pub(super) fn execute_batch(&self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Self::Postgres(session) => session.batch(sql),
        }
    }

    /// One column of all rows, counted from 0, of a statement that is not kept.
    pub(super) fn column<T: Column>(&self, sql: &str, column: usize) -> Result<Vec<T>> {
        match self {
            Self::Sqlite(connection) => {
                let mut rows = connection.prepare(sql)?;
                let rows = rows.query_map([], |row| row.get(column))?;
                Ok(rows.collect::<rusqlite::Result<_>>()?)
            }
            Self::Postgres(session) => {
                let rows = session.ask_once(sql)?;
                rows.iter()
                    .map(|row| Row::Postgres(row).get(column))
                    .collect()
            }
        }
    }

    /// A database of SQLite that no file has.
    #[cfg(test)]
    pub(super) fn in_memory() -> Self {
        Self::Sqlite(Connection::open_in_memory().expect("memory"))
    }
}

/// How a statement ends that answers the id of the row it makes. SQLite knows that id, and is not asked: it would put
/// what is returned into a table that it makes for each run.
const RETURNING_ID: &str = " RETURNING id";

/// A statement from the connection's cache of prepared ones. The caller runs it; it counts as run.
pub(super) fn statement<'d>(db: &'d Db, sql: &'static str) -> Result<Statement<'d>> {
    trace_sql(sql);
    Statement::prepared(db, sql)
}

/// A prepared statement.
pub(super) enum Statement<'d> {
    Sqlite(CachedStatement<'d>),
    Postgres(&'d Session, &'static str),
}

impl<'d> Statement<'d> {
    fn prepared(db: &'d Db, sql: &'static str) -> Result<Self> {
        match db {
            Db::Sqlite(connection) => {
                let sql = sql.strip_suffix(RETURNING_ID).unwrap_or(sql);
                Ok(Self::Sqlite(connection.prepare_cached(sql)?))
            }
            Db::Postgres(session) => Ok(Self::Postgres(session, sql)),
        }
    }

    /// What `read` makes of each row, in their order.
    pub(super) fn rows<T>(
        &mut self,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut all = Vec::new();
        self.each(values, |row| {
            all.push(read(row)?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(all)
    }

    /// The same of the first row, if there is one.
    pub(super) fn row<T>(
        &mut self,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut first = None;
        self.each(values, |row| {
            first = Some(read(row)?);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(first)
    }

    /// Hands the rows to `look`, until it has seen enough. What comes after them is not read.
    pub(super) fn each(
        &mut self,
        values: &[Value<'_>],
        mut look: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        match self {
            Self::Sqlite(statement) => {
                let mut rows = statement.query(rusqlite::params_from_iter(values))?;
                while let Some(row) = rows.next()? {
                    if look(&Row::Sqlite(row))?.is_break() {
                        break;
                    }
                }
                Ok(())
            }
            Self::Postgres(session, sql) => {
                for row in session.ask(sql, values)?.rows {
                    if look(&Row::Postgres(&row))?.is_break() {
                        break;
                    }
                }
                Ok(())
            }
        }
    }

    /// The same of rows that may be many, of which few are looked at.
    pub(super) fn scan(
        &mut self,
        values: &[Value<'_>],
        mut look: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        match self {
            Self::Sqlite(_) => self.each(values, look),
            Self::Postgres(session, sql) => {
                session.scan(sql, values, |row| look(&Row::Postgres(row)))
            }
        }
    }

    /// Whether there is a row.
    pub(super) fn exists(&mut self, values: &[Value<'_>]) -> Result<bool> {
        match self {
            Self::Sqlite(statement) => Ok(statement.exists(rusqlite::params_from_iter(values))?),
            Self::Postgres(session, sql) => Ok(session.ask(sql, values)?.count > 0),
        }
    }

    /// Changes rows; how many.
    pub(super) fn execute(&mut self, values: &[Value<'_>]) -> Result<usize> {
        match self {
            Self::Sqlite(statement) => Ok(statement.execute(rusqlite::params_from_iter(values))?),
            Self::Postgres(session, sql) => {
                Ok(usize::try_from(session.ask(sql, values)?.count).unwrap_or(usize::MAX))
            }
        }
    }

    /// The id of the row that it makes. It ends with `RETURNING id`.
    pub(super) fn insert(&mut self, values: &[Value<'_>]) -> Result<i64> {
        match self {
            Self::Sqlite(statement) => Ok(statement.insert(rusqlite::params_from_iter(values))?),
            Self::Postgres(session, sql) => {
                let rows = session.ask(sql, values)?.rows;
                let row = rows.first().ok_or_else(failure::no_row)?;
                Row::Postgres(row).get(0)
            }
        }
    }
}

/// A statement that is run many times in a row: looking it up in the cache each time would cost as much as it does.
pub(super) struct Repeated<'d> {
    sql: &'static str,
    statement: Statement<'d>,
}

impl<'d> Repeated<'d> {
    pub(super) fn new(db: &'d Db, sql: &'static str) -> Result<Self> {
        let statement = Statement::prepared(db, sql)?;
        Ok(Self { sql, statement })
    }

    /// The statement, which the caller runs; it counts as run.
    pub(super) fn again(&mut self) -> &mut Statement<'d> {
        trace_sql(self.sql);
        &mut self.statement
    }
}

/// Traces a statement, for tests that count them.
pub(super) fn trace_sql(sql: &'static str) {
    tracing::trace!(target: "sql", sql);
}

/// A row that was found.
pub(super) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl Row<'_> {
    /// The value of a column, counted from 0. Positions and not names, because a name is looked for among all of
    /// them each time.
    pub(super) fn get<T: Column>(&self, at: usize) -> Result<T> {
        match self {
            Self::Sqlite(row) => Ok(row.get(at)?),
            Self::Postgres(row) => row.try_get(at).map_err(failure::unreadable),
        }
    }

    /// Whether `look` says so of the text in a column, which is not copied.
    pub(super) fn is_text(&self, at: usize, look: impl FnOnce(&str) -> bool) -> Result<bool> {
        match self {
            Self::Sqlite(row) => {
                let text = row.get_ref(at)?.as_str();
                Ok(look(text.map_err(rusqlite::Error::from)?))
            }
            Self::Postgres(row) => Ok(look(row.try_get(at).map_err(failure::unreadable)?)),
        }
    }
}

/// A type that a column can be read as.
pub trait Column: FromSql + for<'a> postgres_types::FromSql<'a> {}

impl<T: FromSql + for<'a> postgres_types::FromSql<'a>> Column for T {}
