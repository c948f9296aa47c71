//! Group commit: one task does all writing, and commits what waits together. Sends and marks of what was
//! read are one transaction, on a connection whose statements are plain calls; everything else is another,
//! through SeaORM. No timer: the previous fsync is the window in which the next group gathers.
//!
//! *Invariant:* work is answered `Ok` only after its COMMIT returned, and published before it is
//! answered; publications come in commit order. Work that is refused undoes only itself; a disk or a
//! COMMIT that fails undoes its whole transaction, publishes nothing, and is told to everybody in it.

mod committer;
mod job;
mod publisher;
mod together;
mod transaction;

pub use together::{Together, Verdicts};
pub(crate) use transaction::{Repeated, statement};

use super::failure;
use super::trouble::{self, Trouble};
use crate::clock::Clock;
use crate::error::{ServiceError, StoreError};
use crate::events::Publication;
use committer::Committer;
use job::{Alone, Finished, Job, Lost, Outcome};
use publisher::Publisher;
use rusqlite::Connection;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use together::{Batch, Bundle};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Work that may wait; more is told that the server is overloaded.
const QUEUE: usize = 1_024;
/// Work that is committed in one go.
const GROUP: usize = 512;

/// What a piece of work answers, and what the world hears of it once it is committed.
pub struct Written<T> {
    /// For the caller.
    pub value: T,
    /// For everybody, in order.
    pub publish: Vec<Publication>,
}

impl<T> Written<T> {
    /// Nothing that anybody needs to hear of.
    pub fn quietly(value: T) -> Self {
        Self {
            value,
            publish: Vec::new(),
        }
    }
}

/// A piece of work on the writer's transaction.
pub type Work<'t, T> = Pin<Box<dyn Future<Output = Result<Written<T>, ServiceError>> + Send + 't>>;

/// Hears of everything that was committed, in order. It takes publications for as long as there are
/// any, all of a group in one go if it likes; those that it did not take it is given again.
pub type Publish = Arc<dyn Fn(&mut dyn Iterator<Item = Publication>) + Send + Sync>;

/// Work in the queue.
enum Waiting {
    Alone(Box<dyn Job>),
    Together(Box<dyn Bundle>),
}

/// The way to the task.
pub(super) struct Writer {
    queue: mpsc::Sender<Waiting>,
    /// Transactions that ended, in whatever way.
    version: Arc<AtomicU64>,
    closing: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(super) fn start(
        connection: DatabaseConnection,
        committing: Connection,
        clock: Arc<dyn Clock>,
        publish: Publish,
    ) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let closing = CancellationToken::new();
        let version = Arc::new(AtomicU64::new(1));
        // They fail as the runtime's own threads do, when the system is out of them.
        let writing = Writing {
            connection,
            committer: Committer::start(committing).expect("a process that starts gets a thread"),
            publisher: Publisher::start(publish).expect("a process that starts gets a thread"),
            version: version.clone(),
            trouble: Trouble::default(),
            clock,
        };
        let task = tokio::spawn(run(writing, waiting, closing.clone()));
        Self {
            queue,
            version,
            closing,
            task: Mutex::new(Some(task)),
        }
    }

    pub(super) async fn write<T, W>(&self, work: W) -> Result<T, ServiceError>
    where
        T: Send + 'static,
        W: for<'t> FnOnce(&'t DatabaseTransaction) -> Work<'t, T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.queue(Waiting::Alone(Box::new(Alone { work, answer })))?;
        // The task answers everything it took, unless the whole runtime is torn down.
        answered.await.unwrap_or(Err(ServiceError::Draining))
    }

    pub(super) async fn write_together<P: Together>(
        &self,
        piece: P,
    ) -> Result<P::Answer, ServiceError> {
        let (answer, answered) = oneshot::channel();
        self.queue(Waiting::Together(Box::new(Batch::of(piece, answer))))?;
        answered.await.unwrap_or(Err(ServiceError::Draining))
    }

    fn queue(&self, work: Waiting) -> Result<(), ServiceError> {
        self.queue.try_send(work).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => ServiceError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => ServiceError::Draining,
        })
    }

    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    pub(super) fn is_open(&self) -> bool {
        !self.queue.is_closed()
    }

    /// Takes no more, finishes what is queued, closes the connection.
    pub(super) async fn drain(&self) {
        self.closing.cancel();
        let task = self
            .task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the writer ended badly");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

async fn run(
    mut writing: Writing,
    mut waiting: mpsc::Receiver<Waiting>,
    closing: CancellationToken,
) {
    let mut group = Vec::with_capacity(GROUP);
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
        }
    }
    writing.publisher.finish().await;
    writing.committer.finish().await;
    if let Err(error) = writing.connection.close().await {
        tracing::warn!(%error, "the writing connection did not close");
    }
}

/// What took part in the writing of a group.
struct Writing {
    connection: DatabaseConnection,
    committer: Committer,
    publisher: Publisher,
    version: Arc<AtomicU64>,
    trouble: Trouble,
    clock: Arc<dyn Clock>,
}

impl Writing {
    /// What is done together first, for sends have somebody's eyes on them; then everything else.
    async fn group(&mut self, group: impl Iterator<Item = Waiting>) {
        let Sorted { bundles, jobs } = sorted(group);
        if !bundles.is_empty() {
            for end in self.committer.commit(bundles).await {
                self.settle(end).await;
            }
        }
        if !jobs.is_empty() {
            let end = commit(&self.connection, jobs).await;
            self.settle(end).await;
        }
    }

    /// Tells how a transaction ended.
    async fn settle(&mut self, end: Result<Vec<Finished>, Lost>) {
        // Before anybody hears of it; also after a failure, of which nobody knows how far it came.
        self.version.fetch_add(1, Ordering::Release);
        match end {
            Ok(done) => {
                // What is heard of was written; a repeat, say, was only read.
                if done.iter().any(|finished| !finished.publish.is_empty()) {
                    self.trouble.wrote(self.clock.monotonic());
                }
                self.publisher.take(done).await;
            }
            Err(lost) if lost.cause.is_transient() => {
                let now = self.clock.monotonic();
                self.trouble.failed(&lost.cause, lost.work.len(), now);
                for (place, finished) in lost.work.into_iter().enumerate() {
                    (finished.answer)(Err(trouble::refusal(place)));
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

/// A group, by how it is written.
#[derive(Default)]
struct Sorted {
    bundles: Vec<Box<dyn Bundle>>,
    jobs: Vec<Box<dyn Job>>,
}

/// What is of one kind is one bundle; the order stays.
fn sorted(group: impl Iterator<Item = Waiting>) -> Sorted {
    let Sorted {
        mut bundles,
        mut jobs,
    } = Sorted::default();
    for waiting in group {
        match waiting {
            Waiting::Alone(job) => jobs.push(job),
            Waiting::Together(bundle) => {
                let left = bundles.iter_mut().try_fold(bundle, |bundle, earlier| {
                    match earlier.join(bundle) {
                        Some(bundle) => ControlFlow::Continue(bundle),
                        None => ControlFlow::Break(()),
                    }
                });
                bundles.extend(left.continue_value());
            }
        }
    }
    Sorted { bundles, jobs }
}

/// One transaction: all of `jobs` that succeeds, or nothing.
async fn commit(
    connection: &DatabaseConnection,
    jobs: Vec<Box<dyn Job>>,
) -> Result<Vec<Finished>, Lost> {
    let mut done = Vec::with_capacity(jobs.len());
    let committed: Result<(), StoreError> = async {
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let begun = connection.begin_with_options(immediate).await;
        let mut broken = None;
        for job in jobs {
            match (&begun, &broken) {
                (Ok(txn), None) => match attempt(txn, job).await {
                    Outcome::Kept(finished) | Outcome::Undone(finished) => done.push(finished),
                    Outcome::Broken(finished, error) => {
                        done.push(finished);
                        broken = Some(error);
                    }
                },
                _ => done.push(job.skip()),
            }
        }
        match (begun?, broken) {
            // Dropping the transaction rolls it back.
            (_, Some(error)) => Err(error),
            (txn, None) => Ok(txn.commit().await?),
        }
    }
    .await;
    match committed {
        Ok(()) => Ok(done),
        Err(cause) => Err(Lost { work: done, cause }),
    }
}

/// Runs one job in a savepoint of its own. It is broken when the disk or the savepoint itself failed:
/// SQLite may have rolled everything back already, and nothing of the transaction is to be trusted
/// any more.
async fn attempt(txn: &DatabaseTransaction, job: Box<dyn Job>) -> Outcome {
    let savepoint = match txn.begin().await {
        Ok(savepoint) => savepoint,
        Err(error) => return Outcome::Broken(job.skip(), error.into()),
    };
    let outcome = job.run(&savepoint).await;
    let closed = match &outcome {
        Outcome::Kept(_) => savepoint.commit().await,
        Outcome::Undone(_) => savepoint.rollback().await,
        // Dropping it is all that can be done.
        Outcome::Broken(..) => Ok(()),
    };
    match closed {
        Ok(()) => outcome,
        Err(error) => outcome.broken(error.into()),
    }
}
