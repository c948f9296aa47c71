//! Work that costs less when it is done together, and without a way between threads for each statement.
//!
//! *Invariant:* what waits at the same time is handed over as one bundle, in its order, and written in one
//! transaction. Where that fails, other than by the disk, each piece is tried alone: one that cannot be
//! written harms no other.

use super::Written;
use super::committer::{Ends, Failure, in_transaction};
use super::job::{Answer, Finished, Lost};
use crate::error::ServiceError;
use rusqlite::Connection;
use sea_orm::DbErr;
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

/// Pieces of some kind.
pub(super) trait Bundle: Any + Send {
    /// Takes in pieces of the same kind, or gives them back.
    fn join(&mut self, next: Box<dyn Bundle>) -> Option<Box<dyn Bundle>>;

    /// Writes all of them.
    fn commit(self: Box<Self>, connection: &mut Connection) -> Ends;
}

/// Pieces of one kind, and where their answers go.
pub(super) struct Batch<P: Together> {
    pieces: Vec<P>,
    answers: Vec<Answer<P::Answer>>,
}

impl<P: Together> Batch<P> {
    pub(super) fn of(piece: P, answer: Answer<P::Answer>) -> Self {
        Self {
            pieces: vec![piece],
            answers: vec![answer],
        }
    }

    fn apart(self) -> impl Iterator<Item = Self> {
        let parts = self.pieces.into_iter().zip(self.answers);
        parts.map(|(piece, answer)| Self::of(piece, answer))
    }

    fn lost(self, error: &Failure) -> Lost {
        Lost {
            is_passing: error.will_pass(),
            cause: DbErr::Custom(error.to_string()),
            work: self.answers.into_iter().map(Finished::unwritten).collect(),
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

    fn commit(self: Box<Self>, connection: &mut Connection) -> Ends {
        let written = in_transaction(connection, |txn| {
            let verdicts = P::write(&self.pieces, txn)?;
            assert_eq!(verdicts.len(), self.pieces.len(), "one verdict for each");
            Ok(verdicts)
        });
        let error = match written {
            Ok(verdicts) => {
                let ends = self.answers.into_iter().zip(verdicts);
                let finished = ends.map(|(answer, verdict)| match verdict {
                    Ok(written) => Finished::done(answer, written),
                    Err(refusal) => Finished::refused(answer, refusal),
                });
                return vec![Ok(finished.collect())];
            }
            Err(error) => error,
        };
        if error.will_pass() || self.pieces.len() == 1 {
            return vec![Err(self.lost(&error))];
        }
        tracing::warn!(%error, "work that failed together is tried piece by piece");
        let parts = self.apart();
        parts
            .flat_map(|part| Box::new(part).commit(connection))
            .collect()
    }
}
