//! A cache of what was read from the database, which every write invalidates.
//!
//! *Invariant:* a hit is what reading again would give: it was read no earlier than the
//! [version](crate::store::Store::version) it is kept under, and is dropped with the next one.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// Values by key, bounded by their weight: when it is full it is emptied.
#[derive(Debug)]
pub struct VersionedCache<K, V> {
    kept: Mutex<Kept<K, V>>,
    most: usize,
}

#[derive(Debug)]
struct Kept<K, V> {
    version: u64,
    things: HashMap<K, V>,
    weight: usize,
}

impl<K: Hash + Eq, V: Clone> VersionedCache<K, V> {
    /// A cache of values whose weights add up to `most` at most.
    pub fn new(most: usize) -> Self {
        let kept = Mutex::new(Kept {
            version: 0,
            things: HashMap::new(),
            weight: 0,
        });
        Self { kept, most }
    }

    /// The value under this key, if it was kept under this version.
    pub fn at(&self, version: u64, key: &K) -> Option<V> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.version == version)
            .then(|| kept.things.get(key).cloned())
            .flatten()
    }

    /// Keeps a value that was read after `version` was.
    pub fn keep(&self, version: u64, key: K, thing: V, weight: usize) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if version < kept.version || weight > self.most {
            return;
        }
        if version > kept.version || kept.weight + weight > self.most {
            // With its memory: a busy server empties it all the time, and keeps little.
            kept.things = HashMap::new();
            kept.weight = 0;
            kept.version = version;
        }
        // A value that it replaces is counted until the cache is emptied.
        kept.weight += weight;
        kept.things.insert(key, thing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_kept_under_its_version_and_dropped_with_the_next() {
        let cache = VersionedCache::new(10);
        cache.keep(1, "a", "one", 1);
        assert_eq!(cache.at(1, &"a"), Some("one"));
        assert_eq!(cache.at(1, &"b"), None);
        assert_eq!(cache.at(2, &"a"), None);
        assert_eq!(cache.at(0, &"a"), None);
        cache.keep(2, "b", "two", 1);
        assert_eq!(cache.at(2, &"b"), Some("two"));
        assert_eq!(cache.at(2, &"a"), None);
        cache.keep(1, "a", "read too late", 1);
        assert_eq!(cache.at(2, &"a"), None);
        assert_eq!(cache.at(1, &"a"), None);
    }

    #[test]
    fn it_never_holds_more_than_its_bound() {
        let cache = VersionedCache::new(10);
        cache.keep(1, 1, (), 11);
        assert_eq!(cache.at(1, &1), None);
        for key in 0..100 {
            cache.keep(1, key, (), 4);
            let held = (0..100).filter(|key| cache.at(1, key).is_some());
            assert!(held.count() <= 2);
            assert_eq!(cache.at(1, &key), Some(()));
        }
    }
}
