//! Who outside a room is to hear that something happened in it, and when.
//!
//! Everybody hears of every room, so what counts is how often each of them is written to: rooms in which
//! something happens all the time say so on a common beat, and what they say is one write. A room that was
//! quiet says it at once.

use parlour_protocol::UserId;
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// A room's `room_activity` is said at most this often; also from one beat to the next.
pub(super) const EVERY: Duration = Duration::from_secs(1);
/// A room of which nothing was said for so long need not wait for the beat.
const QUIET: Duration = Duration::from_secs(2);

/// What is still to be said about one room.
#[derive(Debug, Default)]
pub(super) struct Activity {
    pending: Concerned,
    last: Option<Instant>,
}

/// Whom it concerns.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Concerned {
    everyone: bool,
    people: HashSet<UserId>,
}

impl Concerned {
    /// Whether it concerns a socket of `person`.
    pub(super) fn has(&self, person: Option<UserId>) -> bool {
        self.everyone || self.names(person)
    }

    /// Whether `person` did something that their other sockets know nothing of, in whatever room they are.
    pub(super) fn names(&self, person: Option<UserId>) -> bool {
        person.is_some_and(|user| self.people.contains(&user))
    }

    fn is_empty(&self) -> bool {
        !self.everyone && self.people.is_empty()
    }
}

impl Activity {
    /// Something happened that everybody sees.
    pub(super) fn for_everyone(&mut self) {
        self.pending.everyone = true;
    }

    /// Something happened that one person sees, on other sockets too.
    pub(super) fn for_person(&mut self, user: UserId) {
        self.pending.people.insert(user);
    }

    /// Whom to tell now, if it is time.
    pub(super) fn due(&mut self, now: Instant, is_beat: bool) -> Option<Concerned> {
        let pause = if is_beat { EVERY } else { QUIET };
        let is_early = self.last.is_some_and(|last| now < last + pause);
        if self.pending.is_empty() || is_early {
            return None;
        }
        self.last = Some(now);
        Some(std::mem::take(&mut self.pending))
    }

    /// Whether what waits concerns every page, and not only those of somebody who read on elsewhere.
    pub(super) fn concerns_everyone(&self) -> bool {
        self.pending.everyone
    }

    /// Whether something waits for its time.
    pub(super) fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, SystemClock};

    #[test]
    fn it_is_said_at_once_and_then_on_the_beat_once_a_second() {
        let start = SystemClock.monotonic();
        let mut activity = Activity::default();
        assert_eq!(activity.due(start, true), None);
        activity.for_everyone();
        let said = activity.due(start, false);
        assert!(said.is_some_and(|concerned| concerned.has(None)));
        activity.for_everyone();
        let early = start + Duration::from_millis(999);
        assert_eq!(activity.due(early, true), None);
        assert!(activity.is_pending());
        assert_eq!(activity.due(start + EVERY, false), None);
        assert!(activity.due(start + EVERY, true).is_some());
        assert_eq!(activity.due(start + 2 * EVERY, true), None);
    }

    #[test]
    fn after_a_pause_it_does_not_wait_for_the_beat() {
        let start = SystemClock.monotonic();
        let mut activity = Activity::default();
        activity.for_everyone();
        assert!(activity.due(start, true).is_some());
        activity.for_everyone();
        assert!(activity.due(start + QUIET, false).is_some());
    }

    #[test]
    fn reading_concerns_one_person() {
        let start = SystemClock.monotonic();
        let mut activity = Activity::default();
        activity.for_person(UserId(1));
        let concerned = activity.due(start, false).unwrap();
        assert!(concerned.has(Some(UserId(1))));
        assert!(!concerned.has(Some(UserId(2))) && !concerned.has(None));
        activity.for_person(UserId(1));
        activity.for_everyone();
        let concerned = activity.due(start + QUIET, false).unwrap();
        assert!(concerned.has(None) && concerned.has(Some(UserId(2))));
        assert!(concerned.names(Some(UserId(1))) && !concerned.names(Some(UserId(2))));
    }
}
