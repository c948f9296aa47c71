//! A connection to the database, whichever it is, with the few things that the store's verbs ask of one:
//! statements, values, rows.
//!
//! The verbs' SQL is the part that all back ends understand. Its placeholders are `?` in order, or `?1`, `?2`, …;
//! truth is `TRUE` and `FALSE`. *Invariant:* a statement is run with values that are bound, never written into it.

use super::failure;
use crate::error::{ServiceError, StoreError};
use parlour_protocol::{Number, RoomId, Seq, Timestamp, UserId};
use rusqlite::types::{FromSql, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, Transaction, TransactionBehavior};
use std::ops::ControlFlow;

/// What a piece of SQL answers, or how the database failed.
pub(super) type Result<T> = std::result::Result<T, StoreError>;

/// A connection.
pub(super) enum Db {
    /// To a file of SQLite, on which a statement is a call.
    Sqlite(Connection),
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
        }
    }

    /// Whether the transaction that was begun is still under way.
    pub(super) fn is_in_transaction(&self) -> bool {
        match self {
            Self::Sqlite(connection) => !connection.is_autocommit(),
        }
    }

    /// Closes the connection.
    pub(super) fn close(self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.close().map_err(|(_, error)| error)?),
        }
    }

    /// Runs statements without values.
    pub(super) fn execute_batch(&self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
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
        }
    }

    /// A database of SQLite that no file has.
    #[cfg(test)]
    pub(super) fn in_memory() -> Self {
        Self::Sqlite(Connection::open_in_memory().expect("memory"))
    }
}

/// A statement from the connection's cache of prepared ones. The caller runs it; it counts as run.
pub(super) fn statement<'d>(db: &'d Db, sql: &'static str) -> Result<Statement<'d>> {
    trace_sql(sql);
    Statement::prepared(db, sql)
}

/// A prepared statement.
pub(super) enum Statement<'d> {
    Sqlite(CachedStatement<'d>),
}

impl<'d> Statement<'d> {
    fn prepared(db: &'d Db, sql: &'static str) -> Result<Self> {
        match db {
            Db::Sqlite(connection) => Ok(Self::Sqlite(connection.prepare_cached(sql)?)),
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
        }
    }

    /// Whether there is a row.
    pub(super) fn exists(&mut self, values: &[Value<'_>]) -> Result<bool> {
        match self {
            Self::Sqlite(statement) => Ok(statement.exists(rusqlite::params_from_iter(values))?),
        }
    }

    /// Changes rows; how many.
    pub(super) fn execute(&mut self, values: &[Value<'_>]) -> Result<usize> {
        match self {
            Self::Sqlite(statement) => Ok(statement.execute(rusqlite::params_from_iter(values))?),
        }
    }

    /// The id of the row that it makes. It has `RETURNING id`.
    pub(super) fn insert(&mut self, values: &[Value<'_>]) -> Result<i64> {
        self.row(values, |row| row.get(0))?
            .ok_or_else(failure::no_row)
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

/// A value that is bound to a placeholder.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'v> {
    Null,
    Int(i64),
    Bool(bool),
    Text(&'v str),
    Bytes(&'v [u8]),
}

/// The values of a statement, in the order of its placeholders.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$($crate::store::db::Value::from($value)),*]
    };
}
pub(super) use values;

macro_rules! value_of {
    ($($type:ty: $from:ident => $value:expr,)*) => {
        $(impl<'v> From<$type> for Value<'v> {
            fn from($from: $type) -> Self {
                $value
            }
        })*
    };
}

value_of! {
    i64: value => Self::Int(value),
    bool: value => Self::Bool(value),
    &'v str: value => Self::Text(value),
    &'v String: value => Self::Text(value),
    &'v [u8]: value => Self::Bytes(value),
    &'v Vec<u8>: value => Self::Bytes(value),
    RoomId: id => Self::Int(id.0),
    UserId: id => Self::Int(id.0),
    Seq: seq => Self::Int(seq.0),
    Number: number => Self::Int(number.0),
    Timestamp: time => Self::Int(time.0),
}

impl<'v, T: Into<Value<'v>>> From<Option<T>> for Value<'v> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(value),
            Self::Bool(value) => ValueRef::Integer(value.into()),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// A row that was found.
pub(super) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
}

impl Row<'_> {
    /// The value of a column, counted from 0. Positions and not names, because a name is looked for among all of
    /// them each time.
    pub(super) fn get<T: Column>(&self, at: usize) -> Result<T> {
        match self {
            Self::Sqlite(row) => Ok(row.get(at)?),
        }
    }

    /// Whether `look` says so of the text in a column, which is not copied.
    pub(super) fn is_text(&self, at: usize, look: impl FnOnce(&str) -> bool) -> Result<bool> {
        match self {
            Self::Sqlite(row) => Ok(look(row.get_ref(at)?.as_str().map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(
                    at,
                    rusqlite::types::Type::Text,
                    error.into(),
                )
            })?)),
        }
    }
}

/// A type that a column can be read as.
pub trait Column: FromSql {}

impl<T: FromSql> Column for T {}
