//! Waiting for conditions.

use parlour_server::clock::ManualClock;
use std::panic::Location;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How long anything may take.
pub const WAIT_MAX: Duration = Duration::from_secs(10);

/// What `work` comes to, while time goes ten times as fast.
#[expect(
    clippy::disallowed_methods,
    reason = "a real server is given time to do it"
)]
pub async fn hurried<T>(clock: &ManualClock, work: impl Future<Output = T>) -> T {
    let hurry = async {
        loop {
            sleep(Duration::from_millis(10)).await;
            clock.advance(Duration::from_millis(100));
        }
    };
    tokio::select! {
        done = timeout(WAIT_MAX, work) => done.expect("it is done in time"),
        () = hurry => unreachable!("it goes on for ever"),
    }
}

/// Waits until something is so.
#[expect(
    clippy::disallowed_methods,
    reason = "a real server is given time to do it"
)]
#[track_caller]
pub fn eventually<F, W>(what: &str, mut is_so: F) -> impl Future<Output = ()>
where
    F: FnMut() -> W,
    W: Future<Output = bool>,
{
    let caller = Location::caller();
    async move {
        let waiting = async {
            while !is_so().await {
                sleep(Duration::from_millis(10)).await;
            }
        };
        let found = timeout(WAIT_MAX, waiting).await;
        found.unwrap_or_else(|_| panic!("not in time: {what}, at {caller}"));
    }
}
