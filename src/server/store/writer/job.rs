//! A piece of work on its way through the writer.

use super::{Work, Written};
use crate::error::{ServiceError, StoreError};
use crate::events::Publication;
use crate::store::failure;
use futures::FutureExt;
use sea_orm::DatabaseTransaction;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use tokio::sync::oneshot;

/// Work of some type, queued.
pub(super) trait Job: Send {
    /// Runs it in a savepoint.
    fn run<'t>(
        self: Box<Self>,
        savepoint: &'t DatabaseTransaction,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 't>>;

    /// Not run: its group is lost already.
    fn skip(self: Box<Self>) -> Finished;
}

/// What became of a job, and what is to become of what it did.
pub(super) enum Outcome {
    /// It stays.
    Kept(Finished),
    /// It is undone, and nothing else is.
    Undone(Finished),
    /// It cannot be undone alone: the whole transaction is lost.
    Broken(Finished, StoreError),
}

impl Outcome {
    /// The same, in a transaction that was lost afterwards.
    pub(super) fn broken(self, error: StoreError) -> Self {
        match self {
            Self::Kept(finished) | Self::Undone(finished) => Self::Broken(finished, error),
            Self::Broken(finished, cause) => Self::Broken(finished, cause),
        }
    }
}

/// Work that ran, or was skipped, and waits for the fate of its group.
pub(super) struct Finished {
    pub(super) publish: Vec<Publication>,
    pub(super) answer: Box<dyn FnOnce(Result<(), ServiceError>) + Send>,
}

/// A transaction that was rolled back.
pub(super) struct Lost {
    /// All that was in it.
    pub(super) work: Vec<Finished>,
    pub(super) cause: StoreError,
}

/// Where an answer goes.
pub(super) type Answer<T> = oneshot::Sender<Result<T, ServiceError>>;

impl Finished {
    /// Work that did what it was asked for.
    pub(super) fn done<T: Send + 'static>(answer: Answer<T>, written: Written<T>) -> Self {
        let Written { value, publish } = written;
        // Whoever asked may be gone, here and below: what is written stays written.
        let answer = Box::new(move |fate: Result<(), _>| {
            drop(answer.send(fate.map(|()| value)));
        });
        Self { publish, answer }
    }

    /// Work that has done nothing.
    pub(super) fn refused<T: Send + 'static>(answer: Answer<T>, refusal: ServiceError) -> Self {
        // What it was refused for may be undone with the group.
        let answer = Box::new(move |fate: Result<(), _>| {
            drop(answer.send(Err(fate.err().unwrap_or(refusal))));
        });
        Self {
            publish: Vec::new(),
            answer,
        }
    }

    /// Work of a group that will be lost, and hears why.
    pub(super) fn unwritten<T: Send + 'static>(answer: Answer<T>) -> Self {
        Self::refused(answer, ServiceError::Overloaded)
    }
}

/// A bug in one piece of work must not end the writer of all: a panic becomes an error.
async fn caught<T>(work: impl Future<Output = Result<T, ServiceError>>) -> Result<T, ServiceError> {
    let caught = AssertUnwindSafe(work).catch_unwind().await;
    caught.unwrap_or_else(|_| Err(failure::panicked().into()))
}

/// Work that has nothing in common with what stands next to it.
pub(super) struct Alone<W, T> {
    pub(super) work: W,
    pub(super) answer: Answer<T>,
}

impl<W, T> Job for Alone<W, T>
where
    T: Send + 'static,
    W: for<'t> FnOnce(&'t DatabaseTransaction) -> Work<'t, T> + Send + 'static,
{
    fn run<'t>(
        self: Box<Self>,
        savepoint: &'t DatabaseTransaction,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 't>> {
        Box::pin(async move {
            let Self { work, answer } = *self;
            match caught(async { work(savepoint).await }).await {
                Ok(written) => Outcome::Kept(Finished::done(answer, written)),
                Err(ServiceError::Store(error)) if error.is_transient() => {
                    Outcome::Broken(Finished::unwritten(answer), error)
                }
                Err(refusal) => Outcome::Undone(Finished::refused(answer, refusal)),
            }
        })
    }

    fn skip(self: Box<Self>) -> Finished {
        Finished::unwritten(self.answer)
    }
}
