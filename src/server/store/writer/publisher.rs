//! What comes after a commit: its publications go out, then its callers are answered.
//!
//! It has a thread of its own, because the fan-out to a large room takes a system call for each of its sockets:
//! meanwhile the next group goes to the disk, and the tasks of the sockets go on.
//! *Invariant:* groups are published in commit order, and a group is answered after all of it was published. Groups
//! that gather meanwhile are published in one go. Few may wait; then the writer waits with its next commit: this
//! backpressure makes a slow fan-out slow down writing instead of filling memory.

use super::Publish;
use super::batch::Finished;
use crate::events::Publication;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use tokio::sync::{mpsc, oneshot};

/// Groups in the queue.
const WAITING: usize = 8;
/// Pieces of work that are published in one go, give or take a group: as many as the mailbox of a socket that is
/// slightly behind has room for.
const AT_ONCE: usize = 128;

/// The queue of the publisher's thread.
pub(super) struct Publisher {
    committed: mpsc::Sender<Vec<Finished>>,
    ended: oneshot::Receiver<()>,
}

impl Publisher {
    pub(super) fn start(publish: Publish) -> std::io::Result<Self> {
        let (committed, mut groups) = mpsc::channel::<Vec<Finished>>(WAITING);
        let (end, ended) = oneshot::channel();
        thread::Builder::new()
            .name("publisher".to_owned())
            .spawn(move || {
                while let Some(mut gathered) = groups.blocking_recv() {
                    while gathered.len() < AT_ONCE
                        && let Ok(next) = groups.try_recv()
                    {
                        gathered.extend(next);
                    }
                    publish_group(gathered, &publish);
                }
                // An error: the receiver is gone.
                let _ = end.send(());
            })?;
        Ok(Self { committed, ended })
    }

    /// Takes over a group that is on disk, as soon as there is room for it.
    pub(super) async fn take(&self, group: Vec<Finished>) {
        // The thread goes on as long as this is here.
        if self.committed.send(group).await.is_err() {
            tracing::error!("the publisher's thread is gone");
        }
    }

    /// Waits until everything is published.
    pub(super) async fn finish(self) {
        drop(self.committed);
        // An error: it has ended already.
        let _ = self.ended.await;
    }
}

fn publish_group(group: Vec<Finished>, publish: &Publish) {
    let (publications, answers): (Vec<_>, Vec<_>) = group
        .into_iter()
        .map(|finished| (finished.publish, finished.answer))
        .unzip();
    publish_all(publications.into_iter().flatten(), publish);
    for answer in answers {
        answer(Ok(()));
    }
}

/// A panic of the fan-out must not end the thread, nor turn what is on disk into an error.
fn publish_all(publications: impl Iterator<Item = Publication>, publish: &Publish) {
    let mut publications = publications.peekable();
    while publications.peek().is_some() {
        let published = AssertUnwindSafe(|| publish(&mut publications));
        if catch_unwind(published).is_err() {
            tracing::error!("a publication panicked; who missed it asks for it by seq");
        }
    }
}
