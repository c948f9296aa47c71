//! What the drivers' errors mean: the only place that knows their codes.
//!
//! *Invariant:* an error keeps its source on its way up.

use crate::error::{Class, ServiceError, StoreError};
use sea_orm::{DbErr, RuntimeErr};

/// SQLite's primary result codes (<https://www.sqlite.org/rescode.html>) for failures of the machine, such as a full
/// disk, with which nothing is wrong with what is stored.
const TRANSIENT: [i32; 6] = [
    // BUSY: another program holds the lock.
    5,  // NOMEM.
    7,  // READONLY: the system took the disk away.
    8,  // IOERR: a write, a sync or the growth of a file failed.
    10, // FULL.
    13, // CANTOPEN: no room for a file beside the database.
    14,
];

/// What is read is no database of SQLite.
const NOT_A_DATABASE: i32 = 26;

/// A unique key is taken, or a row is missing that another one refers to.
const CONSTRAINT: i32 = 19;

/// A transaction failed for what is not in this piece of it.
#[derive(Debug, thiserror::Error)]
#[error("rolled back with its group: {0}")]
struct RolledBackWithItsGroup(#[source] StoreError);

/// A bug in one piece of work.
#[derive(Debug, thiserror::Error)]
#[error("a piece of work panicked")]
struct Panicked;

/// SQLite ended a transaction by itself.
#[derive(Debug, thiserror::Error)]
#[error("the transaction was ended under way")]
struct TransactionLost;

/// A statement that always answers a row answered none.
#[derive(Debug, thiserror::Error)]
#[error("a statement answered no row")]
struct NoRow;

/// The error of all work in a transaction that failed.
pub(super) fn rolled_back(cause: &StoreError) -> StoreError {
    StoreError::new(cause.class, RolledBackWithItsGroup(cause.clone()))
}

/// A statement that always answers a row answered none.
pub(super) fn no_row() -> StoreError {
    StoreError::new(Class::Broken, NoRow)
}

/// A column is not what it is read as.
pub(super) fn unreadable(error: tokio_postgres::Error) -> StoreError {
    StoreError::new(Class::Broken, error)
}

/// A piece of work panicked.
pub(super) fn panicked() -> StoreError {
    StoreError::new(Class::Broken, Panicked)
}

/// A transaction was ended by what was done in it.
pub(super) fn transaction_lost() -> StoreError {
    StoreError::new(Class::Broken, TransactionLost)
}

/// Whether what was read is no database at all.
pub(super) fn is_no_database(error: &StoreError) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    let code = cause.and_then(rusqlite::Error::sqlite_error);
    code.is_some_and(|code| code.extended_code & 0xff == NOT_A_DATABASE)
}

fn class(extended_code: i32) -> Class {
    // The low byte of an extended code is the primary one.
    match extended_code & 0xff {
        CONSTRAINT => Class::Conflict,
        code if TRANSIENT.contains(&code) => Class::Transient,
        _ => Class::Broken,
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error().map(|error| error.extended_code);
        Self::new(code.map_or(Class::Broken, class), error)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::new(class_of(&error), error)
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        let class = match &error {
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => class_of(cause),
            // The connection is being opened again, and that takes too long.
            DbErr::ConnectionAcquire(_) => Class::Transient,
            _ => Class::Broken,
        };
        Self::new(class, error)
    }
}

fn class_of(error: &sqlx::Error) -> Class {
    let code = error.as_database_error().and_then(|error| error.code());
    let code = code.and_then(|code| code.parse().ok());
    code.map_or(Class::Broken, class)
}

impl From<rusqlite::Error> for ServiceError {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<DbErr> for ServiceError {
    fn from(error: DbErr) -> Self {
        StoreError::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error;

    fn sqlite(extended_code: i32) -> StoreError {
        rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(extended_code), None).into()
    }

    #[test]
    fn a_full_disk_is_transient_a_taken_key_a_conflict_and_a_wrong_statement_broken() {
        // FULL, IOERR_WRITE, CONSTRAINT_UNIQUE, ERROR.
        let classes = [13, 778, 2_067, 1].map(|code| sqlite(code).class);
        let expected = [
            Class::Transient,
            Class::Transient,
            Class::Conflict,
            Class::Broken,
        ];
        assert_eq!(classes, expected);
        assert!(StoreError::from(rusqlite::Error::QueryReturnedNoRows).class == Class::Broken);
    }

    #[test]
    fn work_that_was_rolled_back_with_others_still_has_the_cause() {
        let error = rolled_back(&sqlite(13));
        assert_eq!(error.class, Class::Transient);
        let mut causes = std::iter::successors(error.source(), |error| (*error).source());
        assert!(causes.any(|cause| cause.is::<rusqlite::Error>()));
    }
}
