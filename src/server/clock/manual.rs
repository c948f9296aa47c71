//! A clock that is moved by hand: for tests and simulations.

use super::{Clock, Sleep, SystemClock};
use parlour_protocol::Timestamp;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// A clock that is moved by hand, and wakes the tasks that wait on it. A clone is the same clock.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<State>);

#[derive(Debug)]
struct State {
    /// Whether it also goes by itself.
    is_running: bool,
    /// What it said when it was made.
    start: (Instant, Timestamp),
    moved: Mutex<Moved>,
    news: Notify,
}

#[derive(Clone, Copy, Debug, Default)]
struct Moved {
    /// By which time has passed.
    ahead: Duration,
    /// By which the time of day was set, in milliseconds.
    set: i64,
}

impl ManualClock {
    /// A clock that stands still unless it is moved.
    pub fn stopped(now: Timestamp) -> Self {
        Self::new(false, now)
    }

    /// A clock that goes as the machine's does, and further when it is moved.
    pub fn running() -> Self {
        Self::new(true, SystemClock.now())
    }

    fn new(is_running: bool, now: Timestamp) -> Self {
        Self(Arc::new(State {
            is_running,
            start: (SystemClock.monotonic(), now),
            moved: Mutex::default(),
            news: Notify::new(),
        }))
    }

    /// So much time passes at once. Who waited for less wakes up.
    pub fn advance(&self, by: Duration) {
        self.0.moved().ahead += by;
        self.0.news.notify_waiters();
    }

    /// The time of day is set by so many milliseconds, forwards or back, while no time passes.
    pub fn set_by(&self, milliseconds: i64) {
        let moved = &mut *self.0.moved();
        moved.set = moved.set.saturating_add(milliseconds);
    }
}

impl State {
    fn moved(&self) -> MutexGuard<'_, Moved> {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn monotonic(&self) -> Instant {
        self.start.0 + self.passed()
    }

    /// Since it was made.
    fn passed(&self) -> Duration {
        let ahead = self.moved().ahead;
        if self.is_running {
            ahead + (SystemClock.monotonic() - self.start.0)
        } else {
            ahead
        }
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.0.passed().as_millis()).unwrap_or(i64::MAX);
        let since = passed.saturating_add(self.0.moved().set);
        Timestamp(self.0.start.1.0.saturating_add(since))
    }

    fn monotonic(&self) -> Instant {
        self.0.monotonic()
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        let state = Arc::clone(&self.0);
        Box::pin(async move {
            loop {
                let mut news = pin!(state.news.notified());
                // Before it is looked: what happens in between is heard.
                news.as_mut().enable();
                let left = at.saturating_duration_since(state.monotonic());
                if left.is_zero() {
                    return;
                }
                if state.is_running {
                    let over = SystemClock.sleep(left);
                    tokio::select! {
                        () = news => {}
                        () = over => {}
                    }
                } else {
                    news.await;
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn a_stopped_clock_goes_as_far_as_it_is_moved() {
        let clock = ManualClock::stopped(Timestamp(1_000));
        let start = clock.monotonic();
        clock.advance(HOUR);
        assert_eq!(clock.now(), Timestamp(1_000 + 3_600_000));
        assert_eq!(clock.monotonic() - start, HOUR);
        clock.set_by(-3_600_000);
        assert_eq!(clock.now(), Timestamp(1_000));
        assert_eq!(clock.monotonic() - start, HOUR);
    }

    #[tokio::test]
    async fn who_waits_wakes_when_the_clock_was_moved_far_enough() {
        for clock in [ManualClock::stopped(Timestamp(0)), ManualClock::running()] {
            let mut sleep = clock.sleep(HOUR);
            assert_eq!(sleep.as_mut().now_or_never(), None);
            clock.advance(HOUR / 2);
            assert_eq!(sleep.as_mut().now_or_never(), None);
            clock.advance(HOUR / 2);
            sleep.await;
        }
    }
}
