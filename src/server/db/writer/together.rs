//! Work that costs less when it is done together.
//!
//! *Invariant:* what stands side by side in a group is handed over as one, in its order. Where that
//! fails, other than by the disk, each piece is tried alone: one that cannot be written harms no other.

use super::Written;
use super::job::{Answer, Finished, Job, Outcome, caught};
use crate::db::trouble;
use crate::error::ServiceError;
use sea_orm::{DatabaseTransaction, DbErr};
use std::any::Any;
use std::pin::Pin;

/// One verdict for each piece, in their order. An error is about all of them.
pub type Verdicts<'t, T> =
    Pin<Box<dyn Future<Output = Result<Vec<Result<Written<T>, ServiceError>>, DbErr>> + Send + 't>>;

/// A piece of work that may be done in one go with others of its kind.
pub trait Together: Sized + Send + Sync + 'static {
    /// What it answers.
    type Answer: Send + 'static;

    /// Does all of `pieces` as if one after the other. What is refused has to leave nothing behind.
    fn write<'t>(pieces: &'t [Self], txn: &'t DatabaseTransaction) -> Verdicts<'t, Self::Answer>;
}

/// Pieces that will be done in one go.
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

    fn parts(self) -> Vec<Box<dyn Job>> {
        self.pieces
            .into_iter()
            .zip(self.answers)
            .map(|(piece, answer)| Box::new(Self::of(piece, answer)) as Box<dyn Job>)
            .collect()
    }
}

impl<P: Together> Job for Batch<P> {
    fn run<'t>(
        self: Box<Self>,
        savepoint: &'t DatabaseTransaction,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 't>> {
        Box::pin(async move {
            let verdicts = caught(async {
                let verdicts = P::write(&self.pieces, savepoint).await?;
                assert_eq!(verdicts.len(), self.pieces.len(), "one verdict for each");
                Ok(verdicts)
            });
            match verdicts.await {
                Ok(verdicts) => Outcome::Kept(
                    self.answers
                        .into_iter()
                        .zip(verdicts)
                        .map(|(answer, verdict)| match verdict {
                            Ok(written) => Finished::done(answer, written),
                            Err(refusal) => Finished::refused(answer, refusal),
                        })
                        .collect(),
                ),
                Err(error) if trouble::is_passing(&error) => Outcome::Broken(self.skip(), error),
                Err(error) if self.pieces.len() > 1 => {
                    tracing::warn!(%error, "work that failed together is tried piece by piece");
                    Outcome::Apart(self.parts())
                }
                Err(error) => {
                    let refused = |answer| {
                        let cause = DbErr::Custom(error.to_string());
                        Finished::refused(answer, ServiceError::Database(cause))
                    };
                    Outcome::Undone(self.answers.into_iter().map(refused).collect())
                }
            }
        })
    }

    fn skip(self: Box<Self>) -> Vec<Finished> {
        self.answers.into_iter().map(Finished::unwritten).collect()
    }

    fn join(&mut self, next: Box<dyn Job>) -> Option<Box<dyn Job>> {
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
}
