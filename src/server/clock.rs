//! Time and randomness, passed in so that tests decide both.
//!
//! *Invariant:* what the server decides by a time, it reads from a [`Clock`], and what waits for a time to come
//! waits on one. Only what bounds a wait for something outside (a peer, a file, another process) may take the
//! runtime's own timers, and says so where it does: `clippy.toml` refuses the others.

mod deadline;
mod manual;

pub use deadline::Deadline;
pub use manual::ManualClock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parlour_protocol::Timestamp;
use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A wait for a point in time.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// Tells the time, and waits for it.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The time of day in UTC, for people. It may be set forwards or back, so neither order nor waiting is
    /// decided by it.
    fn now(&self) -> Timestamp;

    /// A clock that only goes forward, at an even pace: for limits, leases and timeouts.
    fn monotonic(&self) -> Instant;

    /// Waits until [`Clock::monotonic`] has come to `at`. Costs an allocation.
    fn sleep_until(&self, at: Instant) -> Sleep;

    /// Waits for so long.
    fn sleep(&self, duration: Duration) -> Sleep {
        self.sleep_until(self.monotonic() + duration)
    }
}

/// The output of `work`, or `None` if it takes longer than `limit`.
pub async fn timeout<T>(
    clock: &dyn Clock,
    limit: Duration,
    work: impl Future<Output = T>,
) -> Option<T> {
    let over = clock.sleep(limit);
    tokio::select! {
        biased;
        done = work => Some(done),
        () = over => None,
    }
}

/// Ticks once in every period. Between two ticks is always a whole period: missed ticks are not made up for.
#[derive(Debug)]
pub struct Interval {
    clock: Arc<dyn Clock>,
    period: Duration,
    next: Instant,
}

impl Interval {
    /// A tick that is later than this shifts those that follow.
    const PUNCTUAL: Duration = Duration::from_millis(5);

    /// The first tick is at once.
    pub fn new(clock: &Arc<dyn Clock>, period: Duration) -> Self {
        Self {
            next: clock.monotonic(),
            clock: Arc::clone(clock),
            period,
        }
    }

    /// Waits for the next tick; answers when it was due, or when it came if it is late. Cancel safe.
    pub async fn tick(&mut self) -> Instant {
        self.clock.sleep_until(self.next).await;
        let now = self.clock.monotonic();
        let is_late = now.saturating_duration_since(self.next) > Self::PUNCTUAL;
        let tick = if is_late { now } else { self.next };
        self.next = tick + self.period;
        tick
    }
}

/// A source of random bytes that cannot be guessed.
pub trait Random: Send + Sync + 'static {
    /// Fills `bytes` with random ones.
    fn fill(&self, bytes: &mut [u8]);
}

/// So many random bytes in base64url, which may stand in a URL: a token, a key, an epoch.
pub fn draw<const BYTES: usize>(random: &dyn Random) -> String {
    let mut bytes = [0; BYTES];
    random.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[expect(
    clippy::disallowed_methods,
    reason = "this is where the machine is asked"
)]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // A clock before 1970 is a broken clock; times are decoration, so it may say 1970.
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn monotonic(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        Box::pin(tokio::time::sleep_until(at.into()))
    }
}

/// The operating system's random bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system has random bytes once it has started");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn an_interval_keeps_its_period_and_makes_up_for_nothing() {
        let clock = ManualClock::stopped(Timestamp(0));
        let start = clock.monotonic();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let mut interval = Interval::new(&shared, SECOND);
        assert_eq!(interval.tick().now_or_never(), Some(start));
        assert_eq!(interval.tick().now_or_never(), None);
        clock.advance(SECOND + Interval::PUNCTUAL);
        assert_eq!(interval.tick().now_or_never(), Some(start + SECOND));
        clock.advance(10 * SECOND);
        let late = clock.monotonic();
        assert_eq!(interval.tick().now_or_never(), Some(late));
        assert_eq!(interval.tick().now_or_never(), None);
        clock.advance(SECOND);
        assert_eq!(interval.tick().now_or_never(), Some(late + SECOND));
    }

    #[tokio::test]
    async fn work_that_is_done_in_time_is_not_cut_short() {
        let clock = ManualClock::stopped(Timestamp(0));
        let done = timeout(&clock, Duration::ZERO, async { 7 });
        assert_eq!(done.await, Some(7));
        let cut = timeout(&clock, SECOND, std::future::pending::<()>());
        let mut cut = std::pin::pin!(cut);
        assert_eq!(cut.as_mut().now_or_never(), None);
        clock.advance(SECOND);
        assert_eq!(cut.now_or_never(), Some(None));
    }
}
