//! When the database cannot be written: what those who are refused are told, and what the log says of it.
//!
//! *Invariant:* one line when it begins and one when it is over, however many are refused meanwhile.

use crate::error::ServiceError;
use std::fmt::Display;
use std::time::{Duration, Instant};

/// How long it has to go well before it counts as over: everybody who was refused has tried again.
const OVER: Duration = Duration::from_secs(2);

/// What somebody is told who was `place`th in a group that could not be written: they come back
/// spread over a second, and not in one breath.
pub(super) fn refusal(place: usize) -> ServiceError {
    ServiceError::Unwritable {
        retry_after_ms: 1_000 + (place as u64 * 2) % 1_000,
    }
}

/// Whether writing fails at the moment.
#[derive(Default)]
pub(super) struct WriteOutage(Option<Ongoing>);

struct Ongoing {
    begun: Instant,
    last: Instant,
    refused: usize,
}

impl WriteOutage {
    /// A group of so many was not written.
    pub(super) fn failed(&mut self, error: &dyn Display, refused: usize, now: Instant) {
        let ongoing = self.0.get_or_insert_with(|| {
            tracing::error!(
                %error,
                "the database cannot be written: senders are told to try again, reading goes on"
            );
            Ongoing {
                begun: now,
                last: now,
                refused: 0,
            }
        });
        ongoing.last = now;
        ongoing.refused += refused;
    }

    /// Something was written. A disk that is almost full takes one thing and refuses the next: that
    /// is not the end of it yet.
    pub(super) fn wrote(&mut self, now: Instant) {
        let is_over = |ongoing: &mut Ongoing| now - ongoing.last >= OVER;
        let Some(ongoing) = self.0.take_if(is_over) else {
            return;
        };
        tracing::info!(
            refused = ongoing.refused,
            seconds = (now - ongoing.begun).as_secs(),
            "the database can be written again"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_are_refused_together_come_back_one_after_the_other() {
        let mut waits: Vec<u64> = (0..500)
            .map(|place| match refusal(place) {
                ServiceError::Unwritable { retry_after_ms } => retry_after_ms,
                other => panic!("{other}"),
            })
            .collect();
        assert!(waits.iter().all(|wait| (1_000..2_000).contains(wait)));
        waits.dedup();
        assert_eq!(waits.len(), 500);
    }
}
