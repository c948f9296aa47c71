//! Work in the writer's queue: kinds that are written in batches, and single pieces.
//!
//! *Invariant:* work that waits at the same time is written in one transaction, each kind as one batch in its
//! order. If that fails for another reason than the disk, each piece is tried in a transaction of its own, so
//! that one that cannot be written does not fail the others.

use super::transaction::in_transaction;
use crate::error::{ServiceError, StoreError};
use crate::events::Publication;
use crate::store::db::Db;
use crate::store::failure;
use smallvec::{SmallVec, smallvec};
use std::any::Any;
use tokio::sync::oneshot;

/// What a piece of work answers, and what is published once it is committed.
pub(in crate::store) struct Written<T> {
    /// The answer to the caller.
    pub(in crate::store) value: T,
    /// The publications, in order.
    pub(in crate::store) publish: Vec<Publication>,
}

impl<T> Written<T> {
    /// An answer without publications.
    pub(in crate::store) fn quietly(value: T) -> Self {
        Self {
            value,
            publish: Vec::new(),
        }
    }
}

/// What a piece wrote, or why it was refused; not a failure of the database.
type Outcome<T> = Result<Written<T>, ServiceError>;

/// One outcome for each piece, in their order. An error is about all of them.
pub(in crate::store) type Results<T> = Result<Vec<Outcome<T>>, StoreError>;

/// A piece of work that may be written in one go with others of its kind.
pub(in crate::store) trait BatchWrite: Sized + Send + Sync + 'static {
    /// What it answers.
    type Answer: Send + 'static;

    /// Does all of `pieces` as if one after the other, in a transaction that is open already. Every call
    /// blocks for as long as SQLite takes. What is refused has to leave nothing behind.
    fn write(pieces: &[Self], db: &Db) -> Results<Self::Answer>;
}

/// Work whose transaction ended: its publications, which are those it would have had if it was rolled back, and the way
/// to answer it.
pub(super) struct Finished {
    pub(super) publish: Vec<Publication>,
    pub(super) answer: Box<dyn FnOnce(Result<(), ServiceError>) + Send>,
}

/// A transaction that was rolled back.
pub(super) struct RolledBack {
    /// All that was in it.
    pub(super) work: Vec<Finished>,
    pub(super) cause: StoreError,
}

/// How the transactions ended: one, or one for each piece where they could not be written together.
pub(super) type Ends = Vec<End>;

/// How a transaction ended.
pub(super) type End = Result<Vec<Finished>, RolledBack>;

/// The channel of an answer.
pub(super) type Answer<T> = oneshot::Sender<Result<T, ServiceError>>;

/// Queued pieces of one kind.
pub(super) trait Batch: Any + Send {
    /// Whether a person waits for it; such work is committed before all other.
    fn is_urgent(&self) -> bool;

    /// Takes pieces of the same kind in, or gives those of another kind back.
    fn join(&mut self, next: Box<dyn Batch>) -> Option<Box<dyn Batch>>;

    /// The number of pieces.
    fn len(&self) -> usize;

    /// Writes all of them, in a transaction that is open already, and keeps the outcomes.
    fn write(&mut self, db: &Db) -> Result<(), StoreError>;

    /// The transaction was committed.
    fn done(self: Box<Self>) -> Vec<Finished>;

    /// The transaction was rolled back.
    fn lost(self: Box<Self>) -> Vec<Finished>;

    /// Splits it into batches of one piece.
    fn apart(self: Box<Self>) -> Vec<Box<dyn Batch>>;
}

/// Writes and commits batches in one transaction; or one for each of their pieces, where they cannot be
/// written together.
pub(super) fn commit(mut batches: Vec<Box<dyn Batch>>, connection: &Db) -> Ends {
    let written = in_transaction(connection, |txn| {
        batches.iter_mut().try_for_each(|batch| {
            batch.write(txn)?;
            // What is written after it would not be undone with the rest.
            if !txn.is_in_transaction() {
                return Err(failure::transaction_lost());
            }
            Ok(())
        })
    });
    let Err(error) = written else {
        return vec![Ok(batches.into_iter().flat_map(Batch::done).collect())];
    };
    let pieces: usize = batches.iter().map(|batch| batch.len()).sum();
    if error.is_transient() || pieces == 1 {
        return vec![Err(RolledBack {
            cause: error,
            work: batches.into_iter().flat_map(Batch::lost).collect(),
        })];
    }
    tracing::warn!(%error, "work that failed together is tried piece by piece");
    let pieces = batches.into_iter().flat_map(Batch::apart);
    pieces
        .flat_map(|piece| commit(vec![piece], connection))
        .collect()
}

/// Pieces of one kind with the channels of their answers; queued one by one and then joined.
pub(super) struct Pieces<P: BatchWrite> {
    pieces: SmallVec<[P; 1]>,
    answers: SmallVec<[Answer<P::Answer>; 1]>,
    /// The outcomes in the transaction under way.
    outcomes: Vec<Outcome<P::Answer>>,
}

impl<P: BatchWrite> Pieces<P> {
    pub(super) fn of(piece: P, answer: Answer<P::Answer>) -> Self {
        Self {
            pieces: smallvec![piece],
            answers: smallvec![answer],
            outcomes: Vec::new(),
        }
    }
}

impl<P: BatchWrite> Batch for Pieces<P> {
    fn is_urgent(&self) -> bool {
        true
    }

    fn join(&mut self, next: Box<dyn Batch>) -> Option<Box<dyn Batch>> {
        if !(&*next as &dyn Any).is::<Self>() {
            return Some(next);
        }
        let next: Box<dyn Any> = next;
        if let Ok(mut next) = next.downcast::<Self>() {
            self.pieces.append(&mut next.pieces);
            self.answers.append(&mut next.answers);
        }
        None
    }

    fn len(&self) -> usize {
        self.pieces.len()
    }

    fn write(&mut self, db: &Db) -> Result<(), StoreError> {
        self.outcomes = P::write(&self.pieces, db)?;
        assert_eq!(self.outcomes.len(), self.len(), "one outcome for each");
        Ok(())
    }

    fn done(self: Box<Self>) -> Vec<Finished> {
        let ends = self.answers.into_iter().zip(self.outcomes);
        ends.map(|(answer, outcome)| Finished::of(answer, outcome))
            .collect()
    }

    fn lost(self: Box<Self>) -> Vec<Finished> {
        let outcomes = self.outcomes.into_iter().map(Some);
        let outcomes = outcomes.chain(std::iter::repeat_with(|| None));
        let ends = self.answers.into_iter().zip(outcomes);
        ends.map(|(answer, outcome)| Finished::unwritten(answer, outcome))
            .collect()
    }

    fn apart(self: Box<Self>) -> Vec<Box<dyn Batch>> {
        let parts = self.pieces.into_iter().zip(self.answers);
        parts
            .map(|(piece, answer)| Box::new(Self::of(piece, answer)) as Box<dyn Batch>)
            .collect()
    }
}

/// A single piece of work. It may run again, if other work in its transaction failed.
pub(super) struct SingleWrite<W, T> {
    work: W,
    answer: Answer<T>,
    /// The outcome in the transaction under way.
    outcome: Option<Outcome<T>>,
}

impl<W, T> SingleWrite<W, T> {
    pub(super) fn of(work: W, answer: Answer<T>) -> Self {
        Self {
            work,
            answer,
            outcome: None,
        }
    }
}

impl<W, T> Batch for SingleWrite<W, T>
where
    T: Send + 'static,
    W: Fn(&Db) -> Outcome<T> + Send + 'static,
{
    fn is_urgent(&self) -> bool {
        false
    }

    fn join(&mut self, next: Box<dyn Batch>) -> Option<Box<dyn Batch>> {
        Some(next)
    }

    fn len(&self) -> usize {
        1
    }

    fn write(&mut self, db: &Db) -> Result<(), StoreError> {
        self.outcome = match (self.work)(db) {
            Err(ServiceError::Store(error)) => return Err(error),
            outcome => Some(outcome),
        };
        Ok(())
    }

    fn done(self: Box<Self>) -> Vec<Finished> {
        let Self {
            answer, outcome, ..
        } = *self;
        outcome
            .map(|outcome| Finished::of(answer, outcome))
            .into_iter()
            .collect()
    }

    fn lost(self: Box<Self>) -> Vec<Finished> {
        vec![Finished::unwritten(self.answer, self.outcome)]
    }

    fn apart(self: Box<Self>) -> Vec<Box<dyn Batch>> {
        vec![self]
    }
}

impl Finished {
    /// What nobody waits for.
    pub(super) fn told(publish: Vec<Publication>) -> Self {
        Self {
            publish,
            answer: Box::new(drop),
        }
    }

    fn of<T: Send + 'static>(answer: Answer<T>, outcome: Outcome<T>) -> Self {
        match outcome {
            Ok(written) => Self::done(answer, written),
            Err(refusal) => Self::refused(answer, refusal),
        }
    }

    /// Work that did what it was asked for.
    fn done<T: Send + 'static>(answer: Answer<T>, written: Written<T>) -> Self {
        let Written { value, publish } = written;
        // The caller may be gone, here and below: what is written stays written.
        let answer = Box::new(move |fate: Result<(), _>| {
            drop(answer.send(fate.map(|()| value)));
        });
        Self { publish, answer }
    }

    /// Work that has done nothing.
    fn refused<T: Send + 'static>(answer: Answer<T>, refusal: ServiceError) -> Self {
        // The rows it was refused for may be rolled back with the group.
        let answer = Box::new(move |fate: Result<(), _>| {
            drop(answer.send(Err(fate.err().unwrap_or(refusal))));
        });
        Self {
            publish: Vec::new(),
            answer,
        }
    }

    /// Work of a group that was rolled back, and hears why.
    fn unwritten<T: Send + 'static>(answer: Answer<T>, outcome: Option<Outcome<T>>) -> Self {
        let written = outcome.and_then(Result::ok);
        Self {
            publish: written.map(|written| written.publish).unwrap_or_default(),
            ..Self::refused(answer, ServiceError::Overloaded)
        }
    }
}
