//! The connection on which sends are committed, and the thread that it has for itself.
//!
//! The driver behind SeaORM takes each statement to another thread and back: ten such ways for a send,
//! which cost more than what it writes. Here all that was gathered changes threads once, and each of its
//! statements is a call. *Invariant:* bundles that come together are one transaction, and when they are
//! handed back their fate is known: all of it is on disk, or nothing. The writer waits for it before it
//! uses its other connection, so the two never write at once.

use super::job::{Finished, Lost};
use super::together::{self, Bundle};
use crate::db::trouble;
use rusqlite::{CachedStatement, Connection, Transaction, TransactionBehavior};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{io, thread};
use tokio::sync::{mpsc, oneshot};
use tracing::{Dispatch, dispatcher};

/// How the transactions ended: one, or one for each piece where they could not be written together.
pub(super) type Ends = Vec<Result<Vec<Finished>, Lost>>;

/// Why a transaction was rolled back.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// A bug in one piece of work must not end the thread.
    #[error("a piece of work panicked")]
    Panicked,
}

impl Failure {
    /// Whether the disk is to blame, and the same may well succeed later.
    pub(super) fn will_pass(&self) -> bool {
        matches!(self, Self::Sqlite(error) if trouble::will_pass(error))
    }
}

/// The way to the thread.
pub(super) struct Committer {
    orders: mpsc::UnboundedSender<Order>,
    ended: oneshot::Receiver<()>,
}

struct Order {
    bundles: Vec<Box<dyn Bundle>>,
    ends: oneshot::Sender<Ends>,
    /// Who listens to the task that the thread works for.
    listener: Dispatch,
}

impl Committer {
    pub(super) fn start(mut connection: Connection) -> io::Result<Self> {
        // Bounded by the writer, which waits for each order.
        let (orders, mut waiting) = mpsc::unbounded_channel::<Order>();
        let (end, ended) = oneshot::channel();
        thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || {
                while let Some(order) = waiting.blocking_recv() {
                    let ends = dispatcher::with_default(&order.listener, || {
                        together::commit(order.bundles, &mut connection)
                    });
                    // The writer may have been torn down with its runtime.
                    drop(order.ends.send(ends));
                }
                if let Err((_, error)) = connection.close() {
                    tracing::warn!(%error, "the committing connection did not close");
                }
                // Nobody may be waiting for it.
                let _ = end.send(());
            })?;
        Ok(Self { orders, ended })
    }

    /// Commits bundles. Nothing is said of those whose thread is gone: who waits for them hears that.
    pub(super) async fn commit(&self, bundles: Vec<Box<dyn Bundle>>) -> Ends {
        let (ends, ended) = oneshot::channel();
        let listener = dispatcher::get_default(Clone::clone);
        let order = Order {
            bundles,
            ends,
            listener,
        };
        if self.orders.send(order).is_err() {
            tracing::error!("nobody commits what is sent");
        }
        ended.await.unwrap_or_default()
    }

    /// Waits until the connection is closed.
    pub(super) async fn finish(self) {
        drop(self.orders);
        // An error: it has ended already.
        let _ = self.ended.await;
    }
}

/// Runs `work` in a transaction, and commits it. After an error nothing of it is left.
pub(super) fn in_transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
) -> Result<T, Failure> {
    let attempt = AssertUnwindSafe(|| {
        said("begin");
        // Dropping it rolls it back, unless SQLite has done that itself.
        let txn = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&txn)?;
        said("commit");
        txn.commit()?;
        Ok(done)
    });
    catch_unwind(attempt).unwrap_or(Err(Failure::Panicked))
}

/// A statement, prepared once and used again. Who asks for one runs it.
pub(crate) fn statement<'c>(
    db: &'c Connection,
    sql: &'static str,
) -> rusqlite::Result<CachedStatement<'c>> {
    said(sql);
    db.prepare_cached(sql)
}

/// The same, for who runs it many times in a row: looking it up costs as much as a small one takes.
pub(crate) struct Repeated<'c> {
    sql: &'static str,
    statement: CachedStatement<'c>,
}

impl<'c> Repeated<'c> {
    pub(crate) fn new(db: &'c Connection, sql: &'static str) -> rusqlite::Result<Self> {
        let statement = db.prepare_cached(sql)?;
        Ok(Self { sql, statement })
    }

    /// The statement. Who asks for it runs it.
    pub(crate) fn again(&mut self) -> &mut CachedStatement<'c> {
        said(self.sql);
        &mut self.statement
    }
}

/// For who counts what is said to the database.
fn said(sql: &'static str) {
    tracing::trace!(target: "sql", sql);
}
