//! Group commit: one task owns the writing connection and commits everything that waits as one
//! transaction. No timer: the previous fsync is the window in which the next group gathers.
//!
//! *Invariant:* work is answered `Ok` only after its COMMIT returned, and published before it is
//! answered; publications come in commit order. Work that is refused undoes only itself; a disk or a
//! COMMIT that fails undoes the whole group, publishes nothing, and is told to everybody in it.

mod job;
mod publisher;
mod together;

pub use together::{Together, Verdicts};

use super::trouble::{self, Trouble};
use crate::error::ServiceError;
use crate::realtime::Publication;
use job::{Alone, Job, Outcome};
use publisher::Publisher;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Work that may wait; more is told that the server is overloaded.
const QUEUE: usize = 1_024;
/// Work in one transaction.
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

/// The way to the task.
pub(super) struct Writer {
    queue: mpsc::Sender<Box<dyn Job>>,
    /// Groups that ended, in whatever way.
    version: Arc<AtomicU64>,
    closing: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(super) fn start(connection: DatabaseConnection, publish: Publish) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let closing = CancellationToken::new();
        // It fails as the runtime's own threads do, when the system is out of them.
        let publisher = Publisher::start(publish).expect("a process that starts gets a thread");
        let version = Arc::new(AtomicU64::new(1));
        let writing = run(
            connection,
            waiting,
            closing.clone(),
            publisher,
            version.clone(),
        );
        let task = tokio::spawn(writing);
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
        self.queue(Box::new(Alone { work, answer }))?;
        // The task answers everything it took, unless the whole runtime is torn down.
        answered.await.unwrap_or(Err(ServiceError::Draining))
    }

    pub(super) async fn write_together<P: Together>(
        &self,
        piece: P,
    ) -> Result<P::Answer, ServiceError> {
        let (answer, answered) = oneshot::channel();
        self.queue(Box::new(together::Batch::of(piece, answer)))?;
        answered.await.unwrap_or(Err(ServiceError::Draining))
    }

    fn queue(&self, job: Box<dyn Job>) -> Result<(), ServiceError> {
        self.queue.try_send(job).map_err(|refused| match refused {
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
    connection: DatabaseConnection,
    mut waiting: mpsc::Receiver<Box<dyn Job>>,
    closing: CancellationToken,
    publisher: Publisher,
    version: Arc<AtomicU64>,
) {
    let mut group = Vec::with_capacity(GROUP);
    let mut trouble = Trouble::default();
    loop {
        tokio::select! {
            biased;
            () = closing.cancelled(), if !waiting.is_closed() => waiting.close(),
            taken = waiting.recv_many(&mut group, GROUP) => {
                if taken == 0 {
                    break;
                }
                commit(&connection, group.drain(..), &publisher, &version, &mut trouble).await;
            }
        }
    }
    publisher.finish().await;
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "the writing connection did not close");
    }
}

/// One transaction: all of `group` that succeeds, or nothing.
async fn commit(
    connection: &DatabaseConnection,
    group: impl ExactSizeIterator<Item = Box<dyn Job>>,
    publisher: &Publisher,
    version: &AtomicU64,
    trouble: &mut Trouble,
) {
    let size = group.len();
    let mut done = Vec::with_capacity(size);
    let committed = async {
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let begun = connection.begin_with_options(immediate).await;
        let mut broken = None;
        let mut jobs = joined(group);
        while let Some(job) = jobs.pop_front() {
            match (&begun, &broken) {
                (Ok(txn), None) => match attempt(txn, job).await {
                    Outcome::Kept(finished) | Outcome::Undone(finished) => done.extend(finished),
                    Outcome::Apart(parts) => {
                        parts
                            .into_iter()
                            .rev()
                            .for_each(|part| jobs.push_front(part));
                    }
                    Outcome::Broken(finished, error) => {
                        done.extend(finished);
                        broken = Some(error);
                    }
                },
                _ => done.extend(job.skip()),
            }
        }
        match (begun?, broken) {
            // Dropping the transaction rolls it back.
            (_, Some(error)) => Err(error),
            (txn, None) => txn.commit().await,
        }
    }
    .await;

    // Before anybody hears of it; also after a failure, of which nobody knows how far it came.
    version.fetch_add(1, Ordering::Release);
    match committed {
        Ok(()) => {
            tracing::trace!(size, "committed");
            // What is heard of was written; a repeat, say, was only read.
            if done.iter().any(|finished| !finished.publish.is_empty()) {
                trouble.wrote();
            }
            publisher.take(done).await;
        }
        Err(error) if trouble::is_passing(&error) => {
            trouble.failed(&error, size);
            for (place, finished) in done.into_iter().enumerate() {
                (finished.answer)(Err(trouble::refusal(place)));
            }
        }
        Err(error) => {
            tracing::error!(size, %error, "a group of writes was rolled back");
            for finished in done {
                let cause = format!("rolled back with its group: {error}");
                (finished.answer)(Err(ServiceError::Database(DbErr::Custom(cause))));
            }
        }
    }
}

/// What is of one kind and stands side by side is one job; the order stays.
fn joined(group: impl Iterator<Item = Box<dyn Job>>) -> VecDeque<Box<dyn Job>> {
    let mut jobs = VecDeque::<Box<dyn Job>>::new();
    for job in group {
        let left = match jobs.back_mut() {
            Some(last) => last.join(job),
            None => Some(job),
        };
        jobs.extend(left);
    }
    jobs
}

/// Runs one job in a savepoint of its own. It is broken when the disk or the savepoint itself failed:
/// SQLite may have rolled everything back already, and nothing of the transaction is to be trusted
/// any more.
async fn attempt(txn: &DatabaseTransaction, job: Box<dyn Job>) -> Outcome {
    let savepoint = match txn.begin().await {
        Ok(savepoint) => savepoint,
        Err(error) => return Outcome::Broken(job.skip(), error),
    };
    let outcome = job.run(&savepoint).await;
    let closed = match &outcome {
        Outcome::Kept(_) => savepoint.commit().await,
        Outcome::Undone(_) | Outcome::Apart(_) => savepoint.rollback().await,
        // Dropping it is all that can be done.
        Outcome::Broken(..) => Ok(()),
    };
    match closed {
        Ok(()) => outcome,
        Err(error) => outcome.broken(error),
    }
}
