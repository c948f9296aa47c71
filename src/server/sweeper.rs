//! Removes from the disk what is deleted or expired: rooms that are tombstones, what accounts that were deleted leave
//! behind, expired sessions, guests without session, message or room, and texts in the write-ahead log that were edited
//! or deleted.
//!
//! *Invariant:* it does a bounded piece in a transaction, and then pauses for as long as that took, but no longer
//! than from one pass to the next. What it has to do is read from the database, so a restart interrupts nothing.

use crate::clock::Clock;
use crate::error::ServiceError;
use crate::realtime::Hub;
use crate::store::Store;
use parlour_protocol::UserId;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// From one pass to the next. A deleted text has left the disk within a minute.
const INTERVAL: Duration = Duration::from_secs(20);

/// How long the time of day must have run evenly with the monotonic clock before sessions and guests are removed by
/// it. A clock that is years ahead until it is set after a boot must not end them.
const STEADY: Duration = Duration::from_secs(60 * 60);
/// The largest correction of the time of day, in milliseconds, after which it still counts as even.
const CORRECTION: i64 = 60_000;

/// Users in one query, and queries in one pass: a million users are checked within hours.
const PEOPLE: usize = 200;
const QUERIES: u32 = 10;
/// Guests who are removed in one transaction, each with their memberships.
const GUESTS: usize = 20;

/// The sweeper's task, until this is dropped.
pub struct Sweeper {
    wake: Arc<Notify>,
    stop: CancellationToken,
    task: TaskTracker,
}

impl Sweeper {
    /// Sweeps every 20 s, until [`Sweeper::stop`]. Sessions and guests are removed once the time of day has run evenly
    /// with the monotonic clock for an hour.
    pub fn start(store: &Arc<Store>, hub: &Hub, clock: &Arc<dyn Clock>) -> Self {
        let (wake, stop) = (Arc::new(Notify::new()), CancellationToken::new());
        let sweep = Sweep {
            store: store.clone(),
            hub: hub.clone(),
            clock: clock.clone(),
            steady: Steady::since(clock.now().0, clock.monotonic()),
            cleared: clock.monotonic(),
            seen: UserId(0),
            queries: 0,
        };
        let task = TaskTracker::new();
        task.spawn(run(sweep, wake.clone(), stop.clone()));
        Self { wake, stop, task }
    }

    /// Makes the next pass begin now.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Stops the task; what is left is done after the next start.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.task.close();
        self.task.wait().await;
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn run(mut sweep: Sweep, wake: Arc<Notify>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = wake.notified() => {}
            () = sweep.clock.sleep(INTERVAL) => {}
        }
        let swept = tokio::select! {
            () = stop.cancelled() => return,
            swept = sweep.pass() => swept,
        };
        match swept {
            // While nothing can be written, the writer says so once for all.
            Err(error) if !error.is_about_writing() => {
                tracing::warn!(%error, "what is gone stays on the disk for now");
            }
            _ => {}
        }
    }
}

struct Sweep {
    store: Arc<Store>,
    hub: Hub,
    clock: Arc<dyn Clock>,
    steady: Steady,
    /// When the write-ahead log was last cleared.
    cleared: Instant,
    /// The last user that was checked.
    seen: UserId,
    /// The queries of this pass.
    queries: u32,
}

impl Sweep {
    /// One pass: all that there is to do, and a part of the users.
    async fn pass(&mut self) -> Result<(), ServiceError> {
        self.queries = 0;
        loop {
            let began = self.clock.monotonic();
            let is_done = !self.piece().await?;
            let now = self.clock.monotonic();
            if is_done || now - self.cleared >= INTERVAL {
                self.store.clear_log().await?;
                self.cleared = self.clock.monotonic();
            }
            if is_done {
                return Ok(());
            }
            self.clock.sleep((now - began).min(INTERVAL)).await;
        }
    }

    /// Does one bounded piece. False: there is nothing more to do.
    async fn piece(&mut self) -> Result<bool, ServiceError> {
        if self.store.sweep_deleted_room().await? {
            return Ok(true);
        }
        let now = self.clock.now();
        if self.store.sweep_leaver(now).await? {
            return Ok(true);
        }
        let at = self.clock.monotonic();
        let may_forget = self.steady.holds(now.0, at);
        Ok(may_forget && (self.store.sweep_sessions(now).await? || self.of_people().await?))
    }

    /// Checks some users, and removes guests who have no session, no message and no room.
    async fn of_people(&mut self) -> Result<bool, ServiceError> {
        let now = self.clock.now();
        let people = self.store.users_behind(self.seen, now, PEOPLE).await?;
        let gone = people.iter().filter(|(id, is_gone)| {
            // A guest whose session has expired may still be connected.
            *is_gone && !self.hub.is_online(*id)
        });
        let gone: Vec<UserId> = gone.map(|(id, _)| *id).collect();
        for guests in gone.chunks(GUESTS) {
            self.store.forget_guests(guests.to_vec(), now).await?;
        }
        self.queries += 1;
        let is_end = people.len() < PEOPLE;
        self.seen = match people.last() {
            Some((id, _)) if !is_end => *id,
            _ => UserId(0),
        };
        Ok(!is_end && self.queries < QUERIES)
    }
}

/// Watches whether the time of day runs evenly with the monotonic clock.
struct Steady {
    /// What both clocks showed when they last diverged.
    since: (Instant, i64),
}

impl Steady {
    fn since(now: i64, instant: Instant) -> Self {
        Self {
            since: (instant, now),
        }
    }

    fn holds(&mut self, now: i64, instant: Instant) -> bool {
        let (began, shown) = self.since;
        let ran = i64::try_from((instant - began).as_millis()).unwrap_or(i64::MAX);
        if now.saturating_sub(shown).abs_diff(ran) > CORRECTION as u64 {
            self.since = (instant, now);
        }
        instant - self.since.0 >= STEADY
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn a_clock_that_was_set_is_not_trusted_for_an_hour() {
        let ten_years = 10 * 365 * 24 * 60 * 60 * 1_000;
        let began = SystemClock.monotonic();
        let mut steady = Steady::since(0, began);
        let mut at = |minutes: u64, ahead: i64| {
            let ran = Duration::from_secs(60 * minutes);
            steady.holds(ran.as_millis() as i64 + ahead, began + ran)
        };
        assert!(!at(59, 0));
        assert!(at(60, 30_000));
        assert!(!at(61, ten_years));
        assert!(!at(120, ten_years));
        assert!(at(121, ten_years));
        assert!(!at(122, 0));
        assert!(at(182, 0));
    }
}
