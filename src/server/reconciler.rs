//! Finds what was committed in people's own streams and never told, and has it made good.
//!
//! A publication may be lost: it is told after its commit, by another thread, or some day over a network. What a room
//! or the house lost is found by the next frame. In a person's stream perhaps nothing comes after it; and that a session
//! ended, or that somebody was put out of a room, must not wait for a client to ask. So the sockets of who was not told
//! come back, and are let in as what they are.
//! *Invariant:* nobody is sent away for what is still on its way: what is behind is looked at again once all that was
//! committed before has been published.

use crate::clock::Clock;
use crate::error::ServiceError;
use crate::realtime::Hub;
use crate::store::Store;
use parlour_protocol::{Seq, UserId};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// People in one query.
const PEOPLE: usize = 1_000;

/// The reconciler's task, until this is dropped.
pub struct Reconciler {
    stop: CancellationToken,
    task: TaskTracker,
}

impl Reconciler {
    /// Looks at everybody who is connected, once in an `interval`, until [`Reconciler::stop`].
    pub fn start(
        store: &Arc<Store>,
        hub: &Hub,
        clock: &Arc<dyn Clock>,
        interval: Duration,
    ) -> Self {
        let stop = CancellationToken::new();
        let task = TaskTracker::new();
        let (store, hub, clock) = (Arc::clone(store), hub.clone(), Arc::clone(clock));
        let stopped = stop.clone();
        task.spawn(async move {
            loop {
                tokio::select! {
                    () = stopped.cancelled() => return,
                    () = clock.sleep(interval) => {}
                }
                let looked = tokio::select! {
                    () = stopped.cancelled() => return,
                    looked = reconcile(&store, &hub) => looked,
                };
                match looked {
                    // While the database is away, who asks it says so.
                    Err(error) if !error.is_about_writing() => {
                        tracing::warn!(%error, "what was not told is looked for again");
                    }
                    _ => {}
                }
            }
        });
        Self { stop, task }
    }

    /// Stops the task.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.task.close();
        self.task.wait().await;
    }
}

impl Drop for Reconciler {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Compares how far people's streams were delivered with how far they have come.
async fn reconcile(store: &Store, hub: &Hub) -> Result<(), ServiceError> {
    for delivered in hub.people_reached().chunks(PEOPLE) {
        let people = delivered.iter().map(|(user, _)| *user).collect();
        let committed = store.person_seqs(people).await?;
        let mut behind = behind(hub, committed);
        if behind.is_empty() {
            continue;
        }
        store.until_told().await?;
        behind = self::behind(hub, behind);
        if !behind.is_empty() {
            let people = behind.len();
            tracing::warn!(
                people,
                "were not told of changes, and their sockets come back"
            );
            let people = behind.into_iter().map(|(user, _)| user).collect();
            store.tell_of_losses(people).await?;
        }
    }
    Ok(())
}

/// Of these, who was not told all of it. Who has gone meanwhile reads it when they come back.
fn behind(hub: &Hub, committed: Vec<(UserId, Seq)>) -> Vec<(UserId, Seq)> {
    let is_behind = |(user, me): &(UserId, Seq)| hub.person_is_at(*user).is_some_and(|at| at < *me);
    committed.into_iter().filter(is_behind).collect()
}
