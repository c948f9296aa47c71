//! The sockets that listen to a room, as a copy-on-write list for the fan-out.
//!
//! *Invariant:* ordered by id, each once. A clone is a snapshot at the price of a pointer: the fan-out holds
//! no lock while it writes, and a socket that subscribes or unsubscribes meanwhile changes a copy. A socket
//! that unsubscribes may still get what is being written at that moment; one that a publication removes
//! (`left`, a deleted room) gets nothing after it, since publications are delivered one after the other.

use super::listener::Listener;
use super::{Frame, Run, SocketId, Subscriber};
use std::sync::Arc;

/// The listeners of one room; cloning is cheap.
#[derive(Clone, Default)]
pub(super) struct Listeners(Arc<Vec<Entry>>);

/// A listener, with what is needed to find it and to write to it. These lie side by side in memory for all
/// listeners: a cache miss for each of them would cost more than the write does without the system's part.
#[derive(Clone)]
struct Entry {
    id: SocketId,
    subscriber: Arc<dyn Subscriber>,
    listener: Arc<Listener>,
}

impl Listeners {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn holds(&self, id: SocketId) -> bool {
        self.find(id).is_ok()
    }

    pub(super) fn insert(&mut self, listener: &Arc<Listener>) {
        // Ids only grow, so the place is nearly always the end.
        if let Err(place) = self.find(listener.id) {
            let entry = Entry {
                id: listener.id,
                subscriber: Arc::clone(&listener.subscriber),
                listener: Arc::clone(listener),
            };
            Arc::make_mut(&mut self.0).insert(place, entry);
        }
    }

    pub(super) fn remove(&mut self, id: SocketId) {
        if let Ok(place) = self.find(id) {
            Arc::make_mut(&mut self.0).remove(place);
        }
    }

    /// Removes those for which `is_removed` is true, and answers them.
    pub(super) fn remove_if(
        &mut self,
        is_removed: impl Fn(&Listener) -> bool,
    ) -> Vec<Arc<Listener>> {
        let mut gone = Vec::new();
        Arc::make_mut(&mut self.0).retain(|entry| {
            let stays = !is_removed(&entry.listener);
            if !stays {
                gone.push(Arc::clone(&entry.listener));
            }
            stays
        });
        gone
    }

    /// Sends frames to all of them.
    pub(super) fn send(&self, frames: &[Frame]) {
        if self.is_empty() {
            return;
        }
        for run in Run::all(frames) {
            for entry in self.0.iter() {
                entry.subscriber.try_send_run(&run);
            }
        }
    }

    fn find(&self, id: SocketId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&id, |entry| entry.id)
    }
}
