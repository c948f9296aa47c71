//! The thread on which everything is committed, and its connection.
//!
//! A group changes threads once, and each of its statements is a plain call. *Invariant:* batches that come together
//! are one transaction; when they are handed back, all of it is on disk or nothing.

use super::batch::{self, Batch, End, Ends, Finished, RolledBack};
use crate::events::Publication;
use crate::invalidation::{Invalidations, Source};
use crate::store::db::{Db, Result};
use crate::store::kept::Kept;
use crate::store::postgres::Served;
use std::mem::take;
use std::sync::Arc;
use std::{io, thread};
use tokio::sync::{mpsc, oneshot};
use tracing::{Dispatch, dispatcher};

/// The queue of the committer's thread.
pub(super) struct Committer {
    orders: mpsc::UnboundedSender<Order>,
    ended: oneshot::Receiver<()>,
}

struct Order {
    batches: Vec<Box<dyn Batch>>,
    ends: oneshot::Sender<Ends>,
    /// The tracing subscriber of the task that the thread works for.
    listener: Dispatch,
}

impl Committer {
    pub(super) fn start(
        mut connection: Kept,
        served: Option<Arc<Served>>,
        invalidations: Arc<Invalidations>,
    ) -> io::Result<Self> {
        // Bounded by the writer, which waits for each order.
        let (orders, mut waiting) = mpsc::unbounded_channel::<Order>();
        let (end, ended) = oneshot::channel();
        thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || {
                while let Some(order) = waiting.blocking_recv() {
                    let ends = dispatcher::with_default(&order.listener, || {
                        let served = served.as_deref();
                        commit(order.batches, &mut connection, served, &invalidations)
                    });
                    // The writer may have been torn down with its runtime.
                    drop(order.ends.send(ends));
                }
                if let Some(db) = connection.into_db() {
                    if let Some(served) = served {
                        served.release(&db);
                    }
                    if let Err(error) = db.close() {
                        tracing::warn!(%error, "the committing connection did not close");
                    }
                }
                // An error: the receiver is gone.
                let _ = end.send(());
            })?;
        Ok(Self { orders, ended })
    }

    /// Commits batches. Without its thread it answers nothing, and the channels of the answers are dropped.
    pub(super) async fn commit(&self, batches: Vec<Box<dyn Batch>>) -> Ends {
        let (ends, ended) = oneshot::channel();
        let listener = dispatcher::get_default(Clone::clone);
        let order = Order {
            batches,
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

/// Commits batches; before them, on a connection that is another one than before, comes what was not told of what the
/// last one did.
fn commit(
    batches: Vec<Box<dyn Batch>>,
    connection: &mut Kept,
    served: Option<&Served>,
    invalidations: &Invalidations,
) -> Ends {
    let (db, untold) = match ready(connection, served, invalidations) {
        Ok(ready) => ready,
        Err(cause) => {
            let work = batches.into_iter().flat_map(Batch::lost).collect();
            return vec![Err(RolledBack { work, cause })];
        }
    };
    let mut ends: Ends = Vec::new();
    if !untold.is_empty() {
        ends.push(Ok(vec![Finished::told(untold)]));
    }
    for end in batch::commit(batches, db) {
        invalidate(&end, invalidations);
        ends.push(match served {
            Some(served) => noted(end, served),
            None => end,
        });
    }
    ends
}

/// A transaction that ended, of which is noted what it tells, or would have told.
fn noted(end: End, served: &Served) -> End {
    match end {
        Ok(done) => {
            served.tells(done.iter().flat_map(|finished| &finished.publish));
            Ok(done)
        }
        Err(mut failed) => {
            let work = failed.work.iter_mut();
            served.doubts(
                work.flat_map(|finished| take(&mut finished.publish))
                    .collect(),
            );
            Err(failed)
        }
    }
}

fn ready<'k>(
    connection: &'k mut Kept,
    served: Option<&Served>,
    invalidations: &Invalidations,
) -> Result<(&'k Db, Vec<Publication>)> {
    let (db, is_new) = connection.ready()?;
    if is_new {
        // What the last one did after it was lost is not all told: of renewed sessions nothing is.
        invalidations.ended([Source::Everything]);
    }
    let untold = match served {
        Some(served) if is_new => served.untold(db),
        _ => Ok(Vec::new()),
    };
    let untold = untold.inspect_err(|_| connection.discard())?;
    Ok((connection.ready()?.0, untold))
}

/// Before any answer. A failure may have come after the commit.
fn invalidate(end: &End, invalidations: &Invalidations) {
    let Ok(done) = end else {
        return invalidations.ended([Source::Everything]);
    };
    let publications = done.iter().flat_map(|finished| &finished.publish);
    invalidations.ended(publications.flat_map(Publication::changes));
}
