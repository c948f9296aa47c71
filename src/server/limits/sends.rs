//! How many sends of a person are under way at once, over all their sockets.
//!
//! *Invariant:* a person has at most [`SENDS`] places of the writer's queue, and beyond them one for each
//! socket that has no other send under way: so no socket waits for another one of its person.

use parlour_protocol::UserId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Sends of a person: a quarter of the writer's queue.
const SENDS: u32 = 256;

type Counts = Arc<Mutex<HashMap<UserId, u32>>>;

#[derive(Debug, Default)]
pub(super) struct Sends(Counts);

impl Sends {
    /// Counts one more; `None` at the limit, unless it `has_no_other` under way on its socket.
    pub(super) fn begin(&self, user: UserId, has_no_other: bool) -> Option<SendGuard> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(user).or_insert(0);
        if *count >= SENDS && !has_no_other {
            return None;
        }
        *count += 1;
        Some(SendGuard {
            user,
            counts: Arc::clone(&self.0),
        })
    }
}

/// Counts one send until this is dropped.
#[derive(Debug)]
pub struct SendGuard {
    user: UserId,
    counts: Counts,
}

impl Drop for SendGuard {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_a_quarter_of_the_queue_and_one_for_each_socket() {
        let sends = Sends::default();
        let (alice, bob) = (UserId(1), UserId(2));
        let mut guards: Vec<_> = (0..256).map(|_| sends.begin(alice, false)).collect();
        assert!(guards.iter().all(Option::is_some));
        assert!(sends.begin(alice, false).is_none());
        let only = sends.begin(alice, true);
        assert!(only.is_some());
        assert!(sends.begin(bob, false).is_some());
        guards.pop();
        assert!(sends.begin(alice, false).is_none(), "256 are under way");
        drop(only);
        assert!(sends.begin(alice, false).is_some());
        drop(guards);
        assert!(sends.0.lock().unwrap().is_empty());
    }
}
