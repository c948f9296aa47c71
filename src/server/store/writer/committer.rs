//! The thread on which everything is committed, and its connection.
//!
//! A group changes threads once, and each of its statements is a plain call. *Invariant:* batches that come together
//! are one transaction; when they are handed back, all of it is on disk or nothing.

use super::batch::{self, Batch, Ends};
use crate::store::db::Db;
use std::{io, thread};
use tokio::sync::{mpsc, oneshot};
use tracing::{Dispatch, dispatcher};

/// The queue of the committer's thread.
pub(super) struct Committer {
    orders: mpsc::UnboundedSender<Order>,
    ended: oneshot::Receiver<()>,
}

struct Order {
    batches: Vec<Box<dyn Batch>>,
    ends: oneshot::Sender<Ends>,
    /// The tracing subscriber of the task that the thread works for.
    listener: Dispatch,
}

impl Committer {
    pub(super) fn start(connection: Db) -> io::Result<Self> {
        // Bounded by the writer, which waits for each order.
        let (orders, mut waiting) = mpsc::unbounded_channel::<Order>();
        let (end, ended) = oneshot::channel();
        thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || {
                while let Some(order) = waiting.blocking_recv() {
                    let ends = dispatcher::with_default(&order.listener, || {
                        batch::commit(order.batches, &connection)
                    });
                    // The writer may have been torn down with its runtime.
                    drop(order.ends.send(ends));
                }
                if let Err(error) = connection.close() {
                    tracing::warn!(%error, "the committing connection did not close");
                }
                // An error: the receiver is gone.
                let _ = end.send(());
            })?;
        Ok(Self { orders, ended })
    }

    /// Commits batches. Without its thread it answers nothing, and the channels of the answers are dropped.
    pub(super) async fn commit(&self, batches: Vec<Box<dyn Batch>>) -> Ends {
        let (ends, ended) = oneshot::channel();
        let listener = dispatcher::get_default(Clone::clone);
        let order = Order {
            batches,
            ends,
            listener,
        };
        if self.orders.send(order).is_err() {
            tracing::error!("nobody commits what is sent");
        }
        ended.await.unwrap_or_default()
    }

    /// Waits until the connection is closed.
    pub(super) async fn finish(self) {
        drop(self.orders);
        // An error: it has ended already.
        let _ = self.ended.await;
    }
}
