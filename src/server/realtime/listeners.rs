//! Who listens to a room.
//!
//! *Invariant:* in the order of their ids, each once. A clone is the list as it was then, at the price
//! of a pointer: who writes to everybody holds no lock, and who comes or goes meanwhile changes a copy.
//! Whoever stops listening by their own wish may still get what was being written at that moment; whom
//! the room puts out gets nothing more, because that is told in the same order as everything else.

use super::listener::Listener;
use super::{Frame, Run, SocketId, Subscriber};
use std::sync::Arc;

/// The sockets that listen to a room.
#[derive(Clone, Default)]
pub(super) struct Listeners(Arc<Vec<Entry>>);

/// A listener. What is needed to find it and to write to it lies here, one after the other for all of
/// them: to look into each listener for it would cost more than the write does beside the system's part.
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
        // Ids only grow, so it is nearly always the end.
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

    /// Takes out whom `is_meant` means.
    pub(super) fn remove_if(&mut self, is_meant: impl Fn(&Listener) -> bool) -> Vec<Arc<Listener>> {
        let mut gone = Vec::new();
        Arc::make_mut(&mut self.0).retain(|entry| {
            let stays = !is_meant(&entry.listener);
            if !stays {
                gone.push(Arc::clone(&entry.listener));
            }
            stays
        });
        gone
    }

    /// Hands frames to everybody.
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
