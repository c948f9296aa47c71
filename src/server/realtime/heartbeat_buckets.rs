//! Every open socket, in the buckets that get their heartbeats one after the other.
//!
//! *Invariant:* each socket is in the bucket of its id, in the order of the ids. A list for each bucket and
//! not one table: a heartbeat reads one bucket only, and a socket costs one pointer here.

use super::SocketId;
use super::listener::Listener;
use std::sync::Arc;

/// The number of buckets. A socket's is its id modulo this, so a thousand that connected together are spread.
pub(super) const BUCKETS: u32 = 64;

/// All open sockets, by bucket.
pub(super) struct HeartbeatBuckets {
    buckets: Vec<Vec<Arc<Listener>>>,
    count: usize,
}

impl Default for HeartbeatBuckets {
    fn default() -> Self {
        let buckets = (0..BUCKETS).map(|_| Vec::new()).collect();
        Self { buckets, count: 0 }
    }
}

impl HeartbeatBuckets {
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Adds the newest socket, whose id must be higher than all others.
    pub(super) fn push(&mut self, listener: Arc<Listener>) {
        self.buckets[bucket_of(listener.id)].push(listener);
        self.count += 1;
    }

    pub(super) fn remove(&mut self, id: SocketId) {
        let bucket = &mut self.buckets[bucket_of(id)];
        if let Ok(at) = bucket.binary_search_by_key(&id, |listener| listener.id) {
            bucket.remove(at);
            self.count -= 1;
        }
    }

    /// All sockets, bucket after bucket.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Listener>> {
        self.buckets.iter().flatten()
    }

    /// The sockets of one bucket, which must be below [`BUCKETS`].
    pub(super) fn bucket(&self, bucket: u32) -> &[Arc<Listener>] {
        &self.buckets[bucket as usize]
    }
}

fn bucket_of(id: SocketId) -> usize {
    (id.0 % u64::from(BUCKETS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realtime::sockets::Sockets;
    use crate::realtime::{Mailbox, SocketKind};

    #[test]
    fn every_socket_is_in_one_bucket_until_it_closes() {
        let mut sockets = Sockets::default();
        let all: Vec<_> = (0..200)
            .map(|_| sockets.open(SocketKind::Many, Arc::new(Mailbox::default())))
            .collect();
        for listener in all.iter().filter(|listener| listener.id.0 % 3 == 0) {
            sockets.close(listener);
            sockets.close(listener);
        }
        let mut left = Vec::new();
        for bucket in 0..BUCKETS {
            let here = sockets.open.bucket(bucket).iter();
            let here: Vec<_> = here.map(|listener| listener.id.0).collect();
            assert!(here.is_sorted() && here.iter().all(|id| id % 64 == u64::from(bucket)));
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
