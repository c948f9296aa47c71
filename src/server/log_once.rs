//! Log lines about the set-up that every request would repeat, and that are written once.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// The most keys that are kept: a client may choose some of them, and must not fill the log.
const KEYS_MAX: usize = 100;
/// Bytes of a key that count.
const KEY_BYTES: usize = 200;

/// The keys of the lines that were written.
#[derive(Debug, Default)]
pub struct LogOnce(Mutex<HashSet<String>>);

impl LogOnce {
    /// Whether the line with this key is to be written now. True once for each key, for 100 keys at most.
    pub fn is_first(&self, key: &str) -> bool {
        let key = &key[..key.floor_char_boundary(KEY_BYTES)];
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.len() < KEYS_MAX && keys.insert(key.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_first_once_and_the_number_of_keys_is_bounded() {
        let once = LogOnce::default();
        assert!(once.is_first("one"));
        assert!(!once.is_first("one"));
        assert!(once.is_first("another"));
        let first = (0..1_000).filter(|n| once.is_first(&n.to_string()));
        assert_eq!(first.count(), KEYS_MAX - 2);
        let keys = once.0.lock().unwrap();
        assert!(keys.iter().all(|key| key.len() <= KEY_BYTES));
    }
}
