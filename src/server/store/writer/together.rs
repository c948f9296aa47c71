//! Work that costs less when it is done together, and without a way between threads for each statement.
//!
//! *Invariant:* what waits at the same time is written in one transaction, each kind as one bundle in its
//! order. Where that fails, other than by the disk, each piece is tried alone: one that cannot be written
//! harms no other.

use super::Written;
use super::job::{Answer, Finished, Lost};
use super::transaction::in_transaction;
use crate::error::ServiceError;
use rusqlite::Connection;
use smallvec::{SmallVec, smallvec};
use std::any::Any;

/// One verdict for each piece, in their order. An error is about all of them.
pub type Verdicts<T> = rusqlite::Result<Vec<Result<Written<T>, ServiceError>>>;

/// A piece of work that may be done in one go with others of its kind.
pub trait Together: Sized + Send + Sync + 'static {
    /// What it answers.
    type Answer: Send + 'static;

    /// Does all of `pieces` as if one after the other, in a transaction that is open already. Every call
    /// blocks for as long as SQLite takes. What is refused has to leave nothing behind.
    fn write(pieces: &[Self], db: &Connection) -> Verdicts<Self::Answer>;
}

/// How the transactions ended: one, or one for each piece where they could not be written together.
pub(super) type Ends = Vec<Result<Vec<Finished>, Lost>>;

/// Pieces of some kind.
pub(super) trait Bundle: Any + Send {
    /// Takes in pieces of the same kind, or gives them back.
    fn join(&mut self, next: Box<dyn Bundle>) -> Option<Box<dyn Bundle>>;

    /// How many they are.
    fn len(&self) -> usize;

    /// Writes all of them, in a transaction that is open already, and keeps the verdicts.
    fn write(&mut self, db: &Connection) -> rusqlite::Result<()>;

    /// What was written is on disk.
    fn done(self: Box<Self>) -> Vec<Finished>;

    /// What was written is lost.
    fn lost(self: Box<Self>) -> Vec<Finished>;

    /// Each piece for itself.
    fn apart(self: Box<Self>) -> Vec<Box<dyn Bundle>>;
}

/// Writes and commits bundles in one transaction; or one for each of their pieces, where they cannot be
/// written together.
pub(super) fn commit(mut bundles: Vec<Box<dyn Bundle>>, connection: &mut Connection) -> Ends {
    let written = in_transaction(connection, |txn| {
        bundles.iter_mut().try_for_each(|bundle| bundle.write(txn))
    });
    let Err(error) = written else {
        return vec![Ok(bundles.into_iter().flat_map(Bundle::done).collect())];
    };
    let pieces: usize = bundles.iter().map(|bundle| bundle.len()).sum();
    if error.is_transient() || pieces == 1 {
        return vec![Err(Lost {
            cause: error,
            work: bundles.into_iter().flat_map(Bundle::lost).collect(),
        })];
    }
    tracing::warn!(%error, "work that failed together is tried piece by piece");
    let pieces = bundles.into_iter().flat_map(Bundle::apart);
    pieces
        .flat_map(|piece| commit(vec![piece], connection))
        .collect()
}

/// Pieces of one kind, and where their answers go. Each comes alone.
pub(super) struct Batch<P: Together> {
    pieces: SmallVec<[P; 1]>,
    answers: SmallVec<[Answer<P::Answer>; 1]>,
    /// Of the transaction under way.
    verdicts: Vec<Result<Written<P::Answer>, ServiceError>>,
}

impl<P: Together> Batch<P> {
    pub(super) fn of(piece: P, answer: Answer<P::Answer>) -> Self {
        Self {
            pieces: smallvec![piece],
            answers: smallvec![answer],
            verdicts: Vec::new(),
        }
    }
}

impl<P: Together> Bundle for Batch<P> {
    fn join(&mut self, next: Box<dyn Bundle>) -> Option<Box<dyn Bundle>> {
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

    fn write(&mut self, db: &Connection) -> rusqlite::Result<()> {
        self.verdicts = P::write(&self.pieces, db)?;
        assert_eq!(self.verdicts.len(), self.len(), "one verdict for each");
        Ok(())
    }

    fn done(self: Box<Self>) -> Vec<Finished> {
        let ends = self.answers.into_iter().zip(self.verdicts);
        ends.map(|(answer, verdict)| match verdict {
            Ok(written) => Finished::done(answer, written),
            Err(refusal) => Finished::refused(answer, refusal),
        })
        .collect()
    }

    fn lost(self: Box<Self>) -> Vec<Finished> {
        self.answers.into_iter().map(Finished::unwritten).collect()
    }

    fn apart(self: Box<Self>) -> Vec<Box<dyn Bundle>> {
        let parts = self.pieces.into_iter().zip(self.answers);
        parts
            .map(|(piece, answer)| Box::new(Self::of(piece, answer)) as Box<dyn Bundle>)
            .collect()
    }
}
