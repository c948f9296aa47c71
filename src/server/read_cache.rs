//! A cache of what was read from the database.
//!
//! *Invariant:* a hit is what reading again would give: it was read no earlier than its [`Moment`], and nothing that it
//! was read from has changed since. That the reader may see it is for the key to say.

use crate::cache::Cache;
use crate::invalidation::{Invalidations, Moment, Source};
use std::hash::Hash;
use std::sync::Arc;

/// Values by key, bounded by what they weigh.
#[derive(Debug)]
pub struct ReadCache<K, V> {
    invalidations: Arc<Invalidations>,
    kept: Cache<K, (Moment, V)>,
}

impl<K: Hash + Eq + Clone, V: Clone> ReadCache<K, V> {
    /// A cache of values whose weights add up to `most` at most, and which these invalidate.
    pub fn new(invalidations: Arc<Invalidations>, most: usize) -> Self {
        let kept = Cache::new(most);
        Self {
            invalidations,
            kept,
        }
    }

    /// The present moment, for [`ReadCache::put`]. Ask before anything is read.
    pub fn moment(&self) -> Moment {
        self.invalidations.moment()
    }

    /// The value under this key, if nothing has changed that it was read from, as `sources` says.
    pub fn get<S>(&self, key: &K, sources: impl FnOnce(&V) -> S) -> Option<V>
    where
        S: IntoIterator<Item = Source>,
    {
        let (moment, value) = self.kept.get(key)?;
        let is_current = self.invalidations.is_current(moment, sources(&value));
        is_current.then_some(value)
    }

    /// Keeps a value that was read after `moment`, in the place of what is there under this key.
    pub fn put(&self, moment: Moment, key: K, value: V, weight: usize) {
        self.kept.put(key, (moment, value), weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::UserId;

    const ALICE: Source = Source::Person(UserId(1));
    const BOB: Source = Source::Person(UserId(2));

    #[test]
    fn a_value_is_there_until_what_it_was_read_from_changes() {
        let invalidations = Arc::<Invalidations>::default();
        let cache = ReadCache::new(Arc::clone(&invalidations), 10);
        let of = |key, source| cache.get(&key, |_| [source]);
        cache.put(cache.moment(), "a", "one", 1);
        cache.put(cache.moment(), "b", "two", 1);
        invalidations.ended([BOB]);
        assert_eq!((of("a", ALICE), of("b", BOB)), (Some("one"), None));
        let began = cache.moment();
        invalidations.ended([ALICE]);
        cache.put(began, "a", "read too early, perhaps", 1);
        assert_eq!(of("a", ALICE), None);
        cache.put(cache.moment(), "a", "three", 1);
        assert_eq!((of("a", ALICE), of("c", ALICE)), (Some("three"), None));
    }

    #[test]
    fn what_a_value_was_read_from_may_be_said_by_the_value() {
        let invalidations = Arc::<Invalidations>::default();
        let cache = ReadCache::new(Arc::clone(&invalidations), 10);
        cache.put(cache.moment(), "token", UserId(2), 1);
        let get = || cache.get(&"token", |user| [Source::Person(*user)]);
        invalidations.ended([ALICE]);
        assert_eq!(get(), Some(UserId(2)));
        invalidations.ended([BOB]);
        assert_eq!(get(), None);
    }
}
