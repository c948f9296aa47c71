//! What PostgreSQL's errors mean: the only place that knows its codes.

use crate::error::{Class, StoreError};
use tokio_postgres::error::SqlState;

/// Why a session is not one any more.
#[derive(Debug, thiserror::Error)]
pub(in crate::store) enum Lost {
    /// The system gave no runtime.
    #[error("no runtime for a connection to the database: {0}")]
    Runtime(#[source] std::io::Error),
    /// It did not answer in time.
    #[error("the database does not answer")]
    NoAnswer,
    /// It went away between the `COMMIT` and its answer.
    #[error("the database went away while it was committing")]
    InDoubt,
    /// It was tried a moment ago.
    #[error("the database was away a moment ago")]
    Away,
    /// Another node serves the database.
    #[error("another server has the lease of the database")]
    Lease,
}

pub(in crate::store) fn lost(how: Lost) -> StoreError {
    StoreError::new(Class::Transient, how)
}

/// Whether the right to serve the database is gone.
pub(in crate::store) fn is_lease_lost(error: &StoreError) -> bool {
    matches!(cause(error), Some(Lost::Lease))
}

fn cause(error: &StoreError) -> Option<&Lost> {
    std::error::Error::source(error)?.downcast_ref()
}

/// The first two characters of a code are its class
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn class(code: &SqlState) -> Class {
    // A statement that took too long, or waited too long for a lock.
    const TOO_LONG: [&str; 2] = ["57014", "55P03"];
    // A read-only transaction: a standby, or a server that was made one.
    const READ_ONLY: &str = "25006";
    // An idle transaction that the server has ended.
    const IDLE: &str = "25P03";
    let code = code.code();
    match code.get(..2) {
        Some("23") => Class::Conflict,
        // Connections, transactions that ran into each other, resources, what an operator does, the system.
        Some("08" | "40" | "53" | "57" | "58") => Class::Transient,
        _ if TOO_LONG.contains(&code) || code == READ_ONLY || code == IDLE => Class::Transient,
        _ => Class::Broken,
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let class = match error.code() {
            Some(code) => class(code),
            // The connection.
            None => Class::Transient,
        };
        match error.as_db_error() {
            Some(told) => Self::new(class, told.clone()),
            None => Self::new(class, Connection(error)),
        }
    }
}

/// An error of the connection, which says of itself only where it happened.
#[derive(Debug, thiserror::Error)]
#[error("{}", with_causes(.0))]
struct Connection(#[source] tokio_postgres::Error);

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |all, cause| format!("{all}: {cause}"))
}
