//! Hyper's timer, on the server's clock.

use crate::clock::{Clock, Deadline};
use hyper::rt::{Sleep, Timer};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// The timer that hyper is given.
#[derive(Clone)]
pub(super) struct ClockTimer(pub(super) Arc<dyn Clock>);

struct Wait(Deadline);

impl Timer for ClockTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Wait(Deadline::new(&self.0, deadline)))
    }

    fn now(&self) -> Instant {
        self.0.monotonic()
    }

    /// Called for every request of a connection, so it reuses the wait.
    fn reset(&self, sleep: &mut Pin<Box<dyn Sleep>>, deadline: Instant) {
        match sleep.as_mut().downcast_mut_pin::<Wait>() {
            Some(mut wait) => wait.0.set(deadline),
            None => *sleep = self.sleep_until(deadline),
        }
    }
}

impl Sleep for Wait {}

impl Future for Wait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(task)
    }
}
