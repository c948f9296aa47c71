//! A write outage: the error of work that cannot be written because the disk fails, and the log lines about it.
//!
//! *Invariant:* one line when it begins and one when it is over, however many are refused meanwhile.

use crate::error::ServiceError;
use std::fmt::Display;
use std::time::{Duration, Instant};

/// How long writes have to succeed before the outage counts as over: by then all who were refused have retried.
const OVER: Duration = Duration::from_secs(2);

/// The error of the `place`th piece of work in a group that could not be written. The retry times are spread over
/// a second, so that not all come back at once.
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
    fn retry_times_of_a_refused_group_are_spread() {
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
