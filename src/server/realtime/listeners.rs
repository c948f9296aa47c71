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
pub(super) struct Listeners {
    entries: Arc<Vec<Entry>>,
    /// How many of them do not know reactions.
    unknowing: usize,
}

/// A listener, with what is needed to find it and to write to it. These lie side by side in memory for all
/// listeners: a cache miss for each of them would cost more than the write does without the system's part.
#[derive(Clone)]
struct Entry {
    id: SocketId,
    knows_reactions: bool,
    subscriber: Arc<dyn Subscriber>,
    listener: Arc<Listener>,
}

impl Listeners {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn holds(&self, id: SocketId) -> bool {
        self.find(id).is_ok()
    }

    pub(super) fn insert(&mut self, listener: &Arc<Listener>) {
        // Ids only grow, so the place is nearly always the end.
        let entry = Entry {
            id: listener.id,
            knows_reactions: listener.knows_reactions(),
            subscriber: Arc::clone(&listener.subscriber),
            listener: Arc::clone(listener),
        };
        match self.find(listener.id) {
            Err(place) => {
                self.unknowing += usize::from(!entry.knows_reactions);
                Arc::make_mut(&mut self.entries).insert(place, entry);
            }
            // It said so when it joined once more.
            Ok(place) if entry.knows_reactions && !self.entries[place].knows_reactions => {
                self.unknowing -= 1;
                Arc::make_mut(&mut self.entries)[place] = entry;
            }
            Ok(_) => {}
        }
    }

    pub(super) fn remove(&mut self, id: SocketId) {
        if let Ok(place) = self.find(id) {
            let gone = Arc::make_mut(&mut self.entries).remove(place);
            self.unknowing -= usize::from(!gone.knows_reactions);
        }
    }

    /// Removes those for which `is_removed` is true, and answers them.
    pub(super) fn remove_if(
        &mut self,
        is_removed: impl Fn(&Listener) -> bool,
    ) -> Vec<Arc<Listener>> {
        let mut gone = Vec::new();
        let unknowing = &mut self.unknowing;
        Arc::make_mut(&mut self.entries).retain(|entry| {
            let stays = !is_removed(&entry.listener);
            if !stays {
                *unknowing -= usize::from(!entry.knows_reactions);
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
            for entry in self.entries.iter() {
                entry.subscriber.try_send_run(&run);
            }
        }
    }

    /// The same with reactions among them; who does not know these is sent `whole` instead, which is made only where
    /// there is somebody.
    pub(super) fn send_reactions(&self, frames: &[Frame], whole: impl FnOnce() -> Vec<Frame>) {
        if self.unknowing == 0 {
            return self.send(frames);
        }
        for (knows, frames) in [(true, frames), (false, &whole())] {
            let entries = || {
                self.entries
                    .iter()
                    .filter(|one| one.knows_reactions == knows)
            };
            for run in Run::all(frames) {
                entries().for_each(|entry| entry.subscriber.try_send_run(&run));
            }
        }
    }

    fn find(&self, id: SocketId) -> Result<usize, usize> {
        self.entries.binary_search_by_key(&id, |entry| entry.id)
    }
}
