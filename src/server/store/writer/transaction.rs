//! Transactions of the writer, and prepared statements.
//!
//! *Invariant:* a transaction that ended with an error or a panic is rolled back.

use crate::error::StoreError;
use crate::store::failure;
use rusqlite::{CachedStatement, Connection, Transaction, TransactionBehavior};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work` in a transaction, and commits it. After an error nothing of it is left.
pub(super) fn in_transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let attempt = AssertUnwindSafe(|| {
        trace_sql("begin");
        // Dropping it rolls it back, unless SQLite has done that itself.
        let txn = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&txn)?;
        trace_sql("commit");
        txn.commit()?;
        Ok(done)
    });
    catch_unwind(attempt).unwrap_or_else(|_| Err(failure::panicked()))
}

/// A statement from the connection's cache of prepared ones. The caller runs it; it counts as run.
pub(in crate::store) fn statement<'c>(
    db: &'c Connection,
    sql: &'static str,
) -> rusqlite::Result<CachedStatement<'c>> {
    trace_sql(sql);
    db.prepare_cached(sql)
}

/// A statement that is run many times in a row: looking it up in the cache each time would cost as much as it does.
pub(in crate::store) struct Repeated<'c> {
    sql: &'static str,
    statement: CachedStatement<'c>,
}

impl<'c> Repeated<'c> {
    pub(in crate::store) fn new(db: &'c Connection, sql: &'static str) -> rusqlite::Result<Self> {
        let statement = db.prepare_cached(sql)?;
        Ok(Self { sql, statement })
    }

    /// The statement, which the caller runs; it counts as run.
    pub(in crate::store) fn again(&mut self) -> &mut CachedStatement<'c> {
        trace_sql(self.sql);
        &mut self.statement
    }
}

/// Traces a statement, for tests that count them.
fn trace_sql(sql: &'static str) {
    tracing::trace!(target: "sql", sql);
}
