//! What the log was told already, of things that every request would tell again.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// Different things that are told at most: whoever may choose them must not fill the log.
const MOST: usize = 100;
/// Bytes by which they are told apart.
const LONGEST: usize = 200;

/// What was said.
#[derive(Debug, Default)]
pub struct Said(Mutex<HashSet<String>>);

impl Said {
    /// Whether this is to be said now, for the first and only time.
    pub fn is_news(&self, what: &str) -> bool {
        let what = &what[..what.floor_char_boundary(LONGEST)];
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        said.len() < MOST && said.insert(what.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_said_once_and_not_everything_is() {
        let said = Said::default();
        assert!(said.is_news("one"));
        assert!(!said.is_news("one"));
        assert!(said.is_news("another"));
        let news = (0..1_000).filter(|n| said.is_news(&n.to_string())).count();
        assert_eq!(news, MOST - 2);
        assert!(
            said.0
                .lock()
                .unwrap()
                .iter()
                .all(|what| what.len() <= LONGEST)
        );
    }
}
