//! Group commit: one task does all writing, and commits what waits together. Sends and read receipts are one
//! transaction, everything else is another one after it. No timer: the previous fsync is the window in which
//! the next group gathers.
//!
//! *Invariant:* work is answered `Ok` only after its COMMIT returned, and published before it is
//! answered; publications come in commit order. Work that is refused has written nothing. When the disk fails the
//! whole transaction is rolled back, nothing of it is published, and all work in it is answered with the error.

mod batch;
mod committer;
mod publisher;
mod transaction;

pub(super) use batch::{BatchWrite, Results, Written};

use super::db::{Db, statement, values};
use super::failure;
use super::kept::Kept;
use super::outage::{self, WriteOutage};
use super::postgres::{self, RENEWAL, Served};
use crate::clock::Clock;
use crate::error::ServiceError;
use crate::events::Publication;
use crate::invalidation::Invalidations;
use batch::{Batch, Finished, Pieces, RolledBack, SingleWrite};
use committer::Committer;
use publisher::Publisher;
use std::ops::ControlFlow;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Pieces of work in the queue. This bound is the backpressure of writing: more is refused as overloaded.
const QUEUE: usize = 1_024;
/// The most pieces of work in one group commit.
const GROUP: usize = 512;

/// Called with everything that was committed, in order. It takes publications from the iterator, several at once if
/// it likes; if it panics it is called again with those it has not taken.
pub type Publish = Arc<dyn Fn(&mut dyn Iterator<Item = Publication>) + Send + Sync>;

/// The queue of the writer's task.
pub(super) struct Writer {
    queue: mpsc::Sender<Box<dyn Batch>>,
    closing: CancellationToken,
    task: TaskTracker,
}

impl Writer {
    pub(super) fn start(
        connection: Kept,
        served: Option<Arc<Served>>,
        invalidations: Arc<Invalidations>,
        clock: Arc<dyn Clock>,
        publish: Publish,
    ) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let closing = CancellationToken::new();
        // Starting a thread fails only where the runtime's own threads fail too.
        let writing = Writing {
            committer: Committer::start(connection, served.clone(), invalidations)
                .expect("a process that starts gets a thread"),
            publisher: Publisher::start(publish).expect("a process that starts gets a thread"),
            outage: WriteOutage::default(),
            clock,
            served,
        };
        let task = TaskTracker::new();
        task.spawn(run(writing, waiting, closing.clone()));
        Self {
            queue,
            closing,
            task,
        }
    }

    /// Runs `work` in the next transaction. After `Ok` it is on disk and was published; after an error it has
    /// changed nothing. `work` must refuse before it writes anything, and may be run again if other work in its
    /// transaction failed.
    pub(super) async fn write<T, W>(&self, work: W) -> Result<T, ServiceError>
    where
        T: Send + 'static,
        W: Fn(&Db) -> Result<Written<T>, ServiceError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.queue(Box::new(SingleWrite::of(work, answer)))?;
        // The task answers everything it took, unless the whole runtime is torn down.
        answered.await.unwrap_or(Err(ServiceError::Draining))
    }

    /// The same for work that is batched with others of its kind. In a group it comes before single work: between
    /// pieces of work that are not answered yet there is no order.
    pub(super) async fn write_batched<P: BatchWrite>(
        &self,
        piece: P,
    ) -> Result<P::Answer, ServiceError> {
        let (answer, answered) = oneshot::channel();
        self.queue(Box::new(Pieces::of(piece, answer)))?;
        answered.await.unwrap_or(Err(ServiceError::Draining))
    }

    fn queue(&self, work: Box<dyn Batch>) -> Result<(), ServiceError> {
        self.queue.try_send(work).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => ServiceError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => ServiceError::Draining,
        })
    }

    pub(super) fn is_open(&self) -> bool {
        !self.queue.is_closed()
    }

    /// Takes no more work, finishes what is queued, closes the connection.
    pub(super) async fn drain(&self) {
        self.closing.cancel();
        self.task.close();
        self.task.wait().await;
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

async fn run(
    mut writing: Writing,
    mut waiting: mpsc::Receiver<Box<dyn Batch>>,
    closing: CancellationToken,
) {
    let mut group = Vec::with_capacity(GROUP);
    let (clock, is_served) = (Arc::clone(&writing.clock), writing.served.is_some());
    loop {
        tokio::select! {
            biased;
            () = closing.cancelled(), if !waiting.is_closed() => waiting.close(),
            taken = waiting.recv_many(&mut group, GROUP) => {
                if taken == 0 {
                    break;
                }
                writing.group(group.drain(..)).await;
            }
            () = Writing::renewal(&*clock, is_served) => writing.renew().await,
        }
    }
    writing.publisher.finish().await;
    writing.committer.finish().await;
}

/// The state of the writer's task.
struct Writing {
    committer: Committer,
    publisher: Publisher,
    outage: WriteOutage,
    clock: Arc<dyn Clock>,
    /// The server of the database, whose lease is renewed by each group, and in between.
    served: Option<Arc<Served>>,
}

impl Writing {
    /// The time after which the lease is to be renewed, if nothing is written meanwhile.
    async fn renewal(clock: &dyn Clock, is_served: bool) {
        match is_served {
            true => clock.sleep(RENEWAL).await,
            false => std::future::pending().await,
        }
    }

    /// Writes nothing, which renews the lease.
    async fn renew(&mut self) {
        let (answer, _) = oneshot::channel();
        let nothing = |db: &Db| {
            statement(db, "SELECT 1")?.exists(values![])?;
            Ok(Written::quietly(()))
        };
        self.group(std::iter::once(
            Box::new(SingleWrite::of(nothing, answer)) as _
        ))
        .await;
    }

    /// Commits a group: urgent work first, since people wait for sends, then everything else.
    async fn group(&mut self, group: impl Iterator<Item = Box<dyn Batch>>) {
        let (urgent, rest): (Vec<_>, Vec<_>) = group.partition(|batch| batch.is_urgent());
        for batches in [joined(urgent), rest] {
            if batches.is_empty() {
                continue;
            }
            for end in self.committer.commit(batches).await {
                self.finish(end).await;
            }
        }
    }

    /// Publishes and answers a transaction that ended.
    async fn finish(&mut self, end: Result<Vec<Finished>, RolledBack>) {
        if let (Err(lost), Some(served)) = (&end, &self.served)
            && postgres::is_lease_lost(&lost.cause)
        {
            served.lost().cancel();
        }
        match end {
            Ok(done) => {
                // Only work that publishes has written something; a repeat, for one, has not.
                if done.iter().any(|finished| !finished.publish.is_empty()) {
                    self.outage.wrote(self.clock.monotonic());
                }
                self.publisher.take(done).await;
            }
            Err(lost) if lost.cause.is_transient() => {
                let now = self.clock.monotonic();
                self.outage.failed(&lost.cause, lost.work.len(), now);
                for (place, finished) in lost.work.into_iter().enumerate() {
                    (finished.answer)(Err(outage::refusal(place)));
                }
            }
            Err(lost) => {
                let error = lost.cause;
                tracing::error!(size = lost.work.len(), %error, "writes were rolled back");
                for finished in lost.work {
                    (finished.answer)(Err(failure::rolled_back(&error).into()));
                }
            }
        }
    }
}

/// Joins pieces of one kind into one batch, in their order.
fn joined(pieces: Vec<Box<dyn Batch>>) -> Vec<Box<dyn Batch>> {
    let mut batches: Vec<Box<dyn Batch>> = Vec::new();
    for piece in pieces {
        let left = batches
            .iter_mut()
            .try_fold(piece, |piece, batch| match batch.join(piece) {
                Some(piece) => ControlFlow::Continue(piece),
                None => ControlFlow::Break(()),
            });
        batches.extend(left.continue_value());
    }
    batches
}

#[cfg(test)]
mod tests;
