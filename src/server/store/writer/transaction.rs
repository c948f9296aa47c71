//! A transaction in which every statement is a call, and the statements.
//!
//! *Invariant:* what ended with an error, or a panic, has left nothing behind.

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

/// A statement, prepared once and used again. Who asks for one runs it.
pub(in crate::store) fn statement<'c>(
    db: &'c Connection,
    sql: &'static str,
) -> rusqlite::Result<CachedStatement<'c>> {
    trace_sql(sql);
    db.prepare_cached(sql)
}

/// The same, for who runs it many times in a row: looking it up costs as much as a small one takes.
pub(in crate::store) struct Repeated<'c> {
    sql: &'static str,
    statement: CachedStatement<'c>,
}

impl<'c> Repeated<'c> {
    pub(in crate::store) fn new(db: &'c Connection, sql: &'static str) -> rusqlite::Result<Self> {
        let statement = db.prepare_cached(sql)?;
        Ok(Self { sql, statement })
    }

    /// The statement. Who asks for it runs it.
    pub(in crate::store) fn again(&mut self) -> &mut CachedStatement<'c> {
        trace_sql(self.sql);
        &mut self.statement
    }
}

/// For whoever counts what is asked of the database.
fn trace_sql(sql: &'static str) {
    tracing::trace!(target: "sql", sql);
}
