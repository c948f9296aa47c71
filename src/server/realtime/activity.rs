//! Who outside a room is to hear that something happened in it, and when.

use parlour_protocol::UserId;
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// A room's `room_activity` is said at most this often.
const EVERY: Duration = Duration::from_secs(1);

/// What is still to be said about one room.
#[derive(Debug, Default)]
pub(super) struct Activity {
    pending: Audience,
    last: Option<Instant>,
}

/// Whom it concerns.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Audience {
    everyone: bool,
    people: HashSet<UserId>,
}

impl Audience {
    /// Whether a socket of `person` is meant.
    pub(super) fn has(&self, person: Option<UserId>) -> bool {
        self.everyone || person.is_some_and(|user| self.people.contains(&user))
    }

    fn is_empty(&self) -> bool {
        !self.everyone && self.people.is_empty()
    }
}

impl Activity {
    /// Something happened that everybody sees.
    pub(super) fn for_everyone(&mut self) {
        self.pending.everyone = true;
        self.pending.people.clear();
    }

    /// Something happened that one person sees, on other sockets too.
    pub(super) fn for_person(&mut self, user: UserId) {
        if !self.pending.everyone {
            self.pending.people.insert(user);
        }
    }

    /// Whom to tell now, if it is time.
    pub(super) fn due(&mut self, now: Instant) -> Option<Audience> {
        let is_early = self.last.is_some_and(|last| now < last + EVERY);
        if self.pending.is_empty() || is_early {
            return None;
        }
        self.last = Some(now);
        Some(std::mem::take(&mut self.pending))
    }

    /// Whether something waits for its time.
    pub(super) fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_at_once_and_then_once_a_second() {
        let start = Instant::now();
        let mut activity = Activity::default();
        assert_eq!(activity.due(start), None);
        activity.for_everyone();
        assert!(
            activity
                .due(start)
                .is_some_and(|audience| audience.has(None))
        );
        activity.for_everyone();
        assert_eq!(activity.due(start + Duration::from_millis(999)), None);
        assert!(activity.is_pending());
        assert!(activity.due(start + EVERY).is_some());
        assert_eq!(activity.due(start + 2 * EVERY), None);
    }

    #[test]
    fn reading_concerns_one_person() {
        let start = Instant::now();
        let mut activity = Activity::default();
        activity.for_person(UserId(1));
        let audience = activity.due(start).unwrap();
        assert!(audience.has(Some(UserId(1))));
        assert!(!audience.has(Some(UserId(2))) && !audience.has(None));
    }
}
