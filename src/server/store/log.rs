//! The write-ahead log (WAL), and emptying it of texts that were edited or deleted.
//!
//! A text that was deleted or edited is overwritten in the file by SQLite (`secure_delete`), but the log
//! still has the pages as they were, until it is carried over and cut. *Invariant:* that is done beside
//! the writer, never by it; what it keeps others waiting for is the little that was written meanwhile.

use crate::error::ServiceError;
use rusqlite::Connection;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a checkpoint waits for readers of the log, while all writes wait for the checkpoint. Only a backup
/// reads for longer, and then the checkpoint is tried again.
pub(super) const CHECKPOINT_TIMEOUT: Duration = Duration::from_millis(50);

/// The log, and the connection that empties it.
pub(super) struct Log {
    connection: Arc<Mutex<Option<Connection>>>,
    /// A text that was edited or deleted may be in it.
    is_stale: AtomicBool,
}

impl Log {
    pub(super) fn new(connection: Connection, is_stale: bool) -> Self {
        Self {
            connection: Arc::new(Mutex::new(Some(connection))),
            is_stale: AtomicBool::new(is_stale),
        }
    }

    /// Notes that a text was edited or deleted.
    pub(super) fn is_stale(&self) {
        self.is_stale.store(true, Ordering::Release);
    }

    /// Empties the log if an edited or deleted text may be in it. False: a reader still uses it.
    pub(super) async fn clear(&self) -> Result<bool, ServiceError> {
        if !self.is_stale.swap(false, Ordering::AcqRel) {
            return Ok(true);
        }
        let connection = self.connection.clone();
        let cut = tokio::task::spawn_blocking(move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            connection.as_ref().map_or(Ok(true), cut)
        });
        let cut = match cut.await {
            Ok(cut) => cut.map_err(ServiceError::from),
            // The runtime is torn down.
            Err(_) => Err(ServiceError::Draining),
        };
        if !matches!(cut, Ok(true)) {
            self.is_stale();
        }
        cut
    }

    pub(super) async fn close(&self) {
        let connection = self.connection.clone();
        let closing = tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            drop(connection.take());
        });
        let _ = closing.await;
    }
}

/// Checkpoints and truncates the log; whether it is empty.
fn cut(connection: &Connection) -> rusqlite::Result<bool> {
    // Most of it without a lock, then the rest with one that writers wait for.
    for how in ["PASSIVE", "TRUNCATE"] {
        let pragma = format!("PRAGMA wal_checkpoint({how})");
        let is_busy: bool = connection.query_row(&pragma, [], |row| row.get(0))?;
        if is_busy {
            return Ok(false);
        }
    }
    Ok(true)
}
