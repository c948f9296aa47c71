//! A connection that is kept open: one that is lost is opened anew, by the next who needs it.
//!
//! *Invariant:* a connection in an unknown state is not used again. After one could not be opened, the next try is
//! some moments later (backoff with jitter), and all who ask meanwhile are refused at once.

use super::db::{Db, Result};
use super::postgres::{Lost, lost};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long after a failed try the next one is, the first time; then twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// Opens a connection; it may block.
pub(super) type Open = Arc<dyn Fn() -> Result<Db> + Send + Sync>;

/// A connection, and how to open another one in its place.
pub(super) struct Kept {
    db: Option<Db>,
    open: Option<Open>,
    failures: u32,
    /// When the next try may be.
    not_before: Option<Instant>,
}

impl Kept {
    /// One that cannot be lost.
    pub(super) fn for_good(db: Db) -> Self {
        Self {
            db: Some(db),
            open: None,
            failures: 0,
            not_before: None,
        }
    }

    /// One that may be.
    pub(super) fn reopened(db: Db, open: Open) -> Self {
        Self {
            open: Some(open),
            ..Self::for_good(db)
        }
    }

    /// The connection; and whether it is another one than before.
    ///
    /// # Errors
    /// There is none at the moment.
    #[expect(
        clippy::disallowed_methods,
        reason = "a server of the network is tried again by the machine's own time"
    )]
    pub(super) fn ready(&mut self) -> Result<(&Db, bool)> {
        let Self {
            db,
            open,
            failures,
            not_before,
        } = self;
        if db.as_ref().is_some_and(Db::is_lost) {
            *db = None;
        }
        let is_new = db.is_none();
        if is_new {
            let open = open.as_ref().ok_or_else(|| lost(Lost::Away))?;
            if not_before.is_some_and(|at| Instant::now() < at) {
                return Err(lost(Lost::Away));
            }
            match open() {
                Ok(opened) => {
                    (*failures, *not_before) = (0, None);
                    *db = Some(opened);
                }
                Err(error) => {
                    let pause = FIRST_PAUSE.saturating_mul(1 << (*failures).min(5));
                    *failures += 1;
                    *not_before = Some(Instant::now() + with_jitter(pause.min(LONGEST_PAUSE)));
                    return Err(error);
                }
            }
        }
        let db = db.as_ref().ok_or_else(|| lost(Lost::Away))?;
        Ok((db, is_new))
    }

    /// Lets the connection go, as if it was lost.
    pub(super) fn discard(&mut self) {
        self.db = None;
    }

    /// The connection, to be closed.
    pub(super) fn into_db(self) -> Option<Db> {
        self.db
    }
}

/// Between half of it and all of it. The hash of a fresh map's seed is random enough for that.
fn with_jitter(pause: Duration) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    let random = RandomState::new().hash_one(0u8) as u32;
    pause / 2 + pause.mul_f64(0.5 * f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_server_that_is_away_is_not_tried_by_all_who_ask() {
        let tries = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&tries);
        let mut kept = Kept {
            db: None,
            open: Some(Arc::new(move || {
                counted.fetch_add(1, Ordering::Relaxed);
                Err(lost(Lost::NoAnswer))
            })),
            failures: 0,
            not_before: None,
        };
        for _ in 0..100 {
            assert!(kept.ready().is_err());
        }
        assert_eq!(tries.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn pauses_are_spread() {
        let pause = Duration::from_secs(2);
        let mut pauses: Vec<_> = (0..50).map(|_| with_jitter(pause)).collect();
        assert!(pauses.iter().all(|it| (pause / 2..=pause).contains(it)));
        pauses.dedup();
        assert!(pauses.len() > 25);
    }
}
