//! Transactions of the writer.
//!
//! *Invariant:* a transaction that ended with an error or a panic is rolled back.

use crate::error::StoreError;
use crate::store::db::Db;
use crate::store::failure;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work` in a transaction, and commits it. After an error nothing of it is left.
pub(super) fn in_transaction<T>(
    connection: &Db,
    work: impl FnOnce(&Db) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(|| connection.write(work)))
        .unwrap_or_else(|_| Err(failure::panicked()))
}
