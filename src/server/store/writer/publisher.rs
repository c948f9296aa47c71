//! What comes after a commit: everybody hears of it, then who asked is answered.
//!
//! It has a thread of its own, because telling a large room takes a system call for each of its
//! sockets: meanwhile the next group goes to the disk, and the tasks of the sockets go on.
//! *Invariant:* groups are told in commit order, and a group is answered after all of it was told. What
//! gathered meanwhile is told in one go. Few wait; then the writer waits with its next commit, so that a
//! room that cannot be told any faster slows down who writes, and fills no memory.

use super::Publish;
use super::batch::Finished;
use crate::events::Publication;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use tokio::sync::{mpsc, oneshot};

/// Groups that may wait.
const WAITING: usize = 8;
/// Pieces of work that are told in one go, a group more or less: as many as a socket that is not quite
/// up to date has room for.
const AT_ONCE: usize = 128;

/// The way to the thread.
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
                    tell(gathered, &publish);
                }
                // Nobody may be waiting for it.
                let _ = end.send(());
            })?;
        Ok(Self { committed, ended })
    }

    /// Takes over a group that is on disk, as soon as there is room for it.
    pub(super) async fn take(&self, group: Vec<Finished>) {
        // The thread goes on as long as this is here.
        if self.committed.send(group).await.is_err() {
            tracing::error!("nobody tells what is committed");
        }
    }

    /// Waits until everything is told.
    pub(super) async fn finish(self) {
        drop(self.committed);
        // An error: it has ended already.
        let _ = self.ended.await;
    }
}

fn tell(group: Vec<Finished>, publish: &Publish) {
    let (publications, answers): (Vec<_>, Vec<_>) = group
        .into_iter()
        .map(|finished| (finished.publish, finished.answer))
        .unzip();
    tell_all(publications.into_iter().flatten(), publish);
    for answer in answers {
        answer(Ok(()));
    }
}

/// A bug in what hears of it must not end the thread, nor turn what is on disk into an error.
fn tell_all(publications: impl Iterator<Item = Publication>, publish: &Publish) {
    let mut publications = publications.peekable();
    while publications.peek().is_some() {
        let told = AssertUnwindSafe(|| publish(&mut publications));
        if catch_unwind(told).is_err() {
            tracing::error!("a publication panicked; who missed it asks for it by seq");
        }
    }
}
