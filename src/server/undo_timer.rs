//! Forgets what deleted messages said, once nobody can have it back any more.
//!
//! *Invariant:* what it has to do is read from the database, at the start, when something is deleted, and when the next is
//! due; so a restart interrupts nothing, and nothing is kept for longer than ten seconds while the server runs.

use crate::clock::Clock;
use crate::store::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// From one try to the next while the database takes nothing.
const AGAIN: Duration = Duration::from_secs(1);

/// The timer's task, until this is dropped.
pub struct UndoTimer {
    wake: Arc<Notify>,
    stop: CancellationToken,
    task: TaskTracker,
}

impl UndoTimer {
    /// Ends what is over, until [`UndoTimer::stop`].
    pub fn start(store: &Arc<Store>, clock: &Arc<dyn Clock>) -> Self {
        let (wake, stop) = (Arc::new(Notify::new()), CancellationToken::new());
        let task = TaskTracker::new();
        let (store, clock) = (Arc::clone(store), Arc::clone(clock));
        let (woken, stopped) = (Arc::clone(&wake), stop.clone());
        task.spawn(async move {
            tokio::select! {
                () = stopped.cancelled() => {}
                () = run(&store, &clock, &woken) => {}
            }
        });
        Self { wake, stop, task }
    }

    /// Something was deleted that can be had back.
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

impl Drop for UndoTimer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn run(store: &Store, clock: &Arc<dyn Clock>, wake: &Notify) {
    loop {
        let now = clock.now();
        let pause = match store.end_undoable(now).await {
            Ok(None) => {
                wake.notified().await;
                continue;
            }
            Ok(Some(next)) => Duration::from_millis(u64::try_from(next.0 - now.0).unwrap_or(0)),
            Err(error) => {
                // While nothing can be written, the writer says so once for all.
                if !error.is_about_writing() {
                    tracing::warn!(%error, "what was deleted is kept for now");
                }
                AGAIN
            }
        };
        if !pause.is_zero() {
            clock.sleep(pause).await;
        }
    }
}
