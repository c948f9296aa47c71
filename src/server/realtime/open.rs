//! Every open socket, in the parts that have their heartbeats one after the other.
//!
//! *Invariant:* each socket is in the part of its id, in the order of the ids. A list for each part and not
//! one table of all: whoever asks a part looks at nobody else, and a socket is a pointer here.

use super::SocketId;
use super::listener::Listener;
use std::sync::Arc;

/// How many parts there are. Sockets have theirs by their id: a thousand that came together part again.
pub(super) const PARTS: u32 = 64;

/// The sockets.
pub(super) struct Open {
    parts: Vec<Vec<Arc<Listener>>>,
    count: usize,
}

impl Default for Open {
    fn default() -> Self {
        let parts = (0..PARTS).map(|_| Vec::new()).collect();
        Self { parts, count: 0 }
    }
}

impl Open {
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The newest one: nobody has a higher id.
    pub(super) fn push(&mut self, listener: Arc<Listener>) {
        self.parts[place(listener.id)].push(listener);
        self.count += 1;
    }

    pub(super) fn remove(&mut self, id: SocketId) {
        let part = &mut self.parts[place(id)];
        if let Ok(at) = part.binary_search_by_key(&id, |listener| listener.id) {
            part.remove(at);
            self.count -= 1;
        }
    }

    /// All of them, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Listener>> {
        self.parts.iter().flatten()
    }

    /// Those of one part.
    pub(super) fn part(&self, part: u32) -> &[Arc<Listener>] {
        &self.parts[part as usize]
    }
}

fn place(id: SocketId) -> usize {
    (id.0 % u64::from(PARTS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realtime::sockets::Sockets;
    use crate::realtime::{Mailbox, SocketKind};

    #[test]
    fn every_socket_is_in_one_part_until_it_closes() {
        let mut sockets = Sockets::default();
        let all: Vec<_> = (0..200)
            .map(|_| sockets.open(SocketKind::Many, Arc::new(Mailbox::default())))
            .collect();
        for listener in all.iter().filter(|listener| listener.id.0 % 3 == 0) {
            sockets.close(listener);
            sockets.close(listener);
        }
        let mut left = Vec::new();
        for part in 0..PARTS {
            let here = sockets.open.part(part).iter().map(|listener| listener.id.0);
            let here: Vec<_> = here.collect();
            assert!(here.is_sorted() && here.iter().all(|id| id % 64 == u64::from(part)));
            left.extend(here);
        }
        left.sort_unstable();
        let expected: Vec<_> = (1..=200).filter(|id| id % 3 != 0).collect();
        assert_eq!(left, expected);
        assert_eq!(
            (sockets.open.len(), sockets.open.iter().count()),
            (134, 134)
        );
    }
}
