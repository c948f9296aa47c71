//! Token buckets, kept as the one time at which a bucket will be full again (GCRA).
//!
//! *Invariant:* a bucket that is full again is as good as none; such buckets are swept once a minute, so the map
//! holds only keys that took a token lately.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How fast a bucket fills, and how much it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    /// The time in which one token is added.
    interval: Duration,
    /// The time in which an empty bucket is filled, less one token.
    tolerance: Duration,
}

impl Rate {
    /// `count` per `period`, `burst` at once; `None` is no limit.
    pub(super) fn new(count: u32, period: Duration, burst: u32) -> Option<Self> {
        (count > 0).then(|| {
            let interval = period / count;
            let tolerance = interval * burst.saturating_sub(1);
            Self {
                interval,
                tolerance,
            }
        })
    }

    /// When the bucket that is full at `full_at` will be full after one more token is taken, or how
    /// long to wait for that token.
    fn next(self, full_at: Option<Instant>, now: Instant) -> Result<Instant, Duration> {
        let full_at = full_at.map_or(now, |at| at.max(now));
        let wait = full_at.duration_since(now).saturating_sub(self.tolerance);
        if wait.is_zero() {
            Ok(full_at + self.interval)
        } else {
            Err(wait)
        }
    }
}

/// A bucket for each key.
#[derive(Debug)]
pub(super) struct Buckets<K> {
    full_at: Mutex<Swept<K>>,
}

#[derive(Debug)]
struct Swept<K> {
    rate: Option<Rate>,
    buckets: HashMap<K, Instant>,
    next_sweep: Option<Instant>,
}

const SWEEP: Duration = Duration::from_secs(60);

impl<K: Hash + Eq + Clone> Buckets<K> {
    pub(super) fn new(rate: Option<Rate>) -> Self {
        let full_at = Mutex::new(Swept {
            rate,
            buckets: HashMap::new(),
            next_sweep: None,
        });
        Self { full_at }
    }

    /// From now on they fill at this rate, and are full.
    pub(super) fn set(&self, rate: Option<Rate>) {
        let mut swept = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if swept.rate != rate {
            swept.rate = rate;
            swept.buckets.clear();
        }
    }

    /// Whether [`Buckets::take`] would take a token; takes none.
    pub(super) fn look(&self, key: &K, now: Instant) -> Result<(), Duration> {
        let swept = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(rate) = swept.rate else {
            return Ok(());
        };
        let full_at = swept.buckets.get(key).copied();
        rate.next(full_at, now).map(|_| ())
    }

    /// Takes a token, or says how long to wait for one.
    pub(super) fn take(&self, key: &K, now: Instant) -> Result<(), Duration> {
        let mut swept = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(rate) = swept.rate else {
            return Ok(());
        };
        if swept.next_sweep.is_none_or(|at| now >= at) {
            swept.buckets.retain(|_, full_at| *full_at > now);
            swept.next_sweep = Some(now + SWEEP);
        }
        let next = rate.next(swept.buckets.get(key).copied(), now)?;
        swept.buckets.insert(key.clone(), next);
        Ok(())
    }
}

impl<K: Hash + Eq> Buckets<K> {
    /// Gives a token back.
    pub(super) fn give_back(&self, key: &K) {
        let mut swept = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(rate) = swept.rate else { return };
        if let Some(full_at) = swept.buckets.get_mut(key) {
            // A process that began less than a token's time ago has a full bucket.
            *full_at = full_at.checked_sub(rate.interval).unwrap_or(*full_at);
        }
    }
}

/// One bucket, with one owner; the rate at which it fills is kept once for all that fill alike.
#[derive(Debug, Default)]
pub struct Bucket {
    full_at: Option<Instant>,
}

impl Bucket {
    /// Takes a token, or says how long to wait for one.
    pub(super) fn take(&mut self, rate: Option<Rate>, now: Instant) -> Result<(), Duration> {
        let Some(rate) = rate else { return Ok(()) };
        self.full_at = Some(rate.next(self.full_at, now)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, SystemClock};

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_token_that_is_given_back_may_be_taken_again() {
        let buckets = Buckets::new(Rate::new(5, SECOND, 2));
        let now = SystemClock.monotonic();
        let take = || buckets.take(&"a", now).is_ok();
        assert!(take() && take() && !take());
        buckets.give_back(&"a");
        buckets.give_back(&"b");
        assert!(take() && !take());
    }

    #[test]
    fn another_rate_begins_with_full_buckets_and_the_same_one_changes_nothing() {
        let buckets = Buckets::new(Rate::new(5, SECOND, 2));
        let now = SystemClock.monotonic();
        let taken = || (0..100).filter(|_| buckets.take(&"a", now).is_ok()).count();
        assert_eq!(taken(), 2);
        buckets.set(Rate::new(5, SECOND, 2));
        assert_eq!(taken(), 0);
        buckets.set(Rate::new(5, SECOND, 3));
        assert_eq!(taken(), 3);
        buckets.set(None);
        assert_eq!(taken(), 100);
    }

    #[test]
    fn a_bucket_fills_at_its_rate() {
        let buckets = Buckets::new(Rate::new(5, SECOND, 20));
        let start = SystemClock.monotonic();
        let taken = |at| (0..100).filter(|_| buckets.take(&"a", at).is_ok()).count();
        assert_eq!(taken(start), 20);
        assert_eq!(taken(start), 0);
        assert_eq!(taken(start + SECOND), 5);
        assert_eq!(taken(start + 3 * SECOND), 10);
        assert_eq!(taken(start + 100 * SECOND), 20);
    }

    #[test]
    fn a_refusal_has_the_time_to_wait() {
        let buckets = Buckets::new(Rate::new(4, SECOND, 1));
        let start = SystemClock.monotonic();
        assert_eq!(buckets.take(&1, start), Ok(()));
        let wait = buckets.take(&1, start).unwrap_err();
        assert_eq!(wait, Duration::from_millis(250));
        assert_eq!(buckets.take(&1, start + wait), Ok(()));
    }

    #[test]
    fn full_buckets_are_forgotten() {
        let buckets = Buckets::new(Rate::new(1, SECOND, 1));
        let start = SystemClock.monotonic();
        for key in 0..1_000 {
            assert_eq!(buckets.take(&key, start), Ok(()));
        }
        assert_eq!(buckets.take(&0, start + 2 * SWEEP), Ok(()));
        assert_eq!(buckets.full_at.lock().unwrap().buckets.len(), 1);
    }
}
