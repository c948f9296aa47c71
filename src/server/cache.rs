//! A cache that is bounded by what its values weigh: in bytes, or by their number.
//!
//! *Invariant:* it never holds more than it may. It has two generations: what is asked for is of the young one,
//! and when that fills half of the space, the old one is dropped and the young one becomes it. So what goes is
//! what was not asked for since.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// Things by what was asked for.
#[derive(Debug)]
pub struct Cache<K, V> {
    generations: Mutex<Generations<K, V>>,
    /// What a generation may weigh.
    half: usize,
}

#[derive(Debug)]
struct Generations<K, V> {
    young: HashMap<K, Entry<V>>,
    /// What is in the young one weighs so much.
    weight: usize,
    old: HashMap<K, Entry<V>>,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    weight: usize,
}

impl<K: Hash + Eq + Clone, V: Clone> Cache<K, V> {
    /// A cache of values whose weights add up to `most` at most.
    pub fn new(most: usize) -> Self {
        let generations = Generations {
            young: HashMap::new(),
            weight: 0,
            old: HashMap::new(),
        };
        Self {
            generations: Mutex::new(generations),
            half: most / 2,
        }
    }

    /// What was put there under this key, if it is there still.
    pub fn get(&self, key: &K) -> Option<V> {
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = generations.young.get(key) {
            return Some(entry.value.clone());
        }
        let (key, entry) = generations.old.remove_entry(key)?;
        let value = entry.value.clone();
        generations.put(key, entry, self.half);
        Some(value)
    }

    /// Puts something there that weighs so much, in the place of what is there under this key. What weighs more than
    /// half of the cache is not kept.
    pub fn put(&self, key: K, value: V, weight: usize) {
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        generations.remove(&key);
        if weight <= self.half {
            generations.put(key, Entry { value, weight }, self.half);
        }
    }
}

impl<K: Hash + Eq, V> Generations<K, V> {
    fn remove(&mut self, key: &K) {
        self.old.remove(key);
        if let Some(entry) = self.young.remove(key) {
            self.weight -= entry.weight;
        }
    }

    /// What is in neither of them.
    fn put(&mut self, key: K, entry: Entry<V>, half: usize) {
        if self.weight + entry.weight > half {
            self.old = std::mem::take(&mut self.young);
            self.weight = 0;
        }
        self.weight += entry.weight;
        self.young.insert(key, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_holds_more_than_it_may() {
        let cache = Cache::new(10);
        for key in 0..100 {
            cache.put(key, key, 2);
            assert_eq!(cache.get(&key), Some(key));
            let generations = cache.generations.lock().unwrap();
            let held = generations.young.values().chain(generations.old.values());
            assert!(held.map(|entry| entry.weight).sum::<usize>() <= 10);
        }
        cache.put(99, 0, 6);
        assert_eq!(cache.get(&99), None);
    }

    #[test]
    fn what_is_asked_for_stays_and_what_is_not_goes() {
        let cache = Cache::new(8);
        cache.put("used", 1, 1);
        cache.put("unused", 2, 1);
        for round in 0..20 {
            assert_eq!(cache.get(&"used"), Some(1));
            cache.put(["a", "b", "c", "d", "e", "f"][round % 6], 3, 1);
        }
        assert_eq!(cache.get(&"unused"), None);
    }

    #[test]
    fn what_is_put_again_is_another_and_counted_once() {
        let cache = Cache::new(8);
        for value in 0..20 {
            cache.put("a", value, 3);
            assert_eq!(cache.get(&"a"), Some(value));
        }
        cache.put("b", 7, 1);
        assert_eq!((cache.get(&"a"), cache.get(&"b")), (Some(19), Some(7)));
    }
}
