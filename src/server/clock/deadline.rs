//! A timeout whose end can be moved.

use super::{Clock, Sleep};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

/// A wait for a point in time that may be moved. Moving it later costs next to nothing: the clock is asked again only
/// when the former end has come.
pub struct Deadline {
    clock: Arc<dyn Clock>,
    at: Instant,
    /// Ends at `at` or before.
    sleep: Sleep,
}

impl Deadline {
    /// Ends at `at`.
    pub fn new(clock: &Arc<dyn Clock>, at: Instant) -> Self {
        Self {
            clock: Arc::clone(clock),
            at,
            sleep: clock.sleep_until(at),
        }
    }

    /// Moves the end to `at`. The task that waits has to poll it again.
    pub fn set(&mut self, at: Instant) {
        if at < self.at {
            self.sleep = self.clock.sleep_until(at);
        }
        self.at = at;
    }
}

impl Future for Deadline {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        while self.sleep.as_mut().poll(task).is_ready() {
            // What has ended is not polled again.
            self.sleep = self.clock.sleep_until(self.at);
            if self.clock.monotonic() >= self.at {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use futures::FutureExt;
    use parlour_protocol::Timestamp;
    use std::time::Duration;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn it_ends_when_it_was_last_put_off_to() {
        let manual = ManualClock::stopped(Timestamp(0));
        let clock: Arc<dyn Clock> = Arc::new(manual.clone());
        let start = clock.monotonic();
        let mut deadline = Deadline::new(&clock, start + SECOND);
        assert_eq!((&mut deadline).now_or_never(), None);
        deadline.set(start + 3 * SECOND);
        manual.advance(2 * SECOND);
        assert_eq!((&mut deadline).now_or_never(), None);
        manual.advance(SECOND);
        assert_eq!((&mut deadline).now_or_never(), Some(()));
        deadline.set(start + 9 * SECOND);
        assert_eq!((&mut deadline).now_or_never(), None);
        deadline.set(start + SECOND);
        assert_eq!(deadline.now_or_never(), Some(()));
    }
}
