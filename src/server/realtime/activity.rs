//! When sockets outside a room are sent its `room_activity`: a throttle for each room, and who is concerned.
//!
//! Every socket hears of every room it may see, so the cost is the number of writes to each. Busy rooms are
//! throttled to one frame a second on a beat that all rooms share, so that all of them are one write; a room
//! that was quiet sends at once.

use parlour_protocol::UserId;
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// The throttle: from one `room_activity` of a room to the next, and from one shared beat to the next.
pub(super) const EVERY: Duration = Duration::from_secs(1);
/// A room that sent nothing for this long does not wait for the beat.
const QUIET: Duration = Duration::from_secs(2);

/// The pending `room_activity` of one room, and when the last one was sent.
#[derive(Debug, Default)]
pub(super) struct Activity {
    pending: Concerned,
    last: Option<Instant>,
}

/// The sockets that a pending `room_activity` concerns.
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

    /// Whether it is about something that `person` did on another socket, so that those in the room need it too.
    pub(super) fn names(&self, person: Option<UserId>) -> bool {
        person.is_some_and(|user| self.people.contains(&user))
    }

    fn is_empty(&self) -> bool {
        !self.everyone && self.people.is_empty()
    }
}

impl Activity {
    /// Something happened that all viewers see.
    pub(super) fn for_everyone(&mut self) {
        self.pending.everyone = true;
    }

    /// Something happened that one person sees, also on other sockets.
    pub(super) fn for_person(&mut self, user: UserId) {
        self.pending.people.insert(user);
    }

    /// Takes what is pending if the throttle lets it through at `now`. `is_beat`: this tick is the shared beat.
    pub(super) fn due(&mut self, now: Instant, is_beat: bool) -> Option<Concerned> {
        let pause = if is_beat { EVERY } else { QUIET };
        let is_early = self.last.is_some_and(|last| now < last + pause);
        if self.pending.is_empty() || is_early {
            return None;
        }
        self.last = Some(now);
        Some(std::mem::take(&mut self.pending))
    }

    /// Whether the pending frame goes to all sockets, and not only to those of a person who read elsewhere.
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
    fn activity_is_sent_at_once_then_throttled_to_one_a_second() {
        let start = SystemClock.monotonic();
        let mut activity = Activity::default();
        assert_eq!(activity.due(start, true), None);
        activity.for_everyone();
        let due = activity.due(start, false);
        assert!(due.is_some_and(|concerned| concerned.has(None)));
        activity.for_everyone();
        let early = start + Duration::from_millis(999);
        assert_eq!(activity.due(early, true), None);
        assert!(activity.is_pending());
        assert_eq!(activity.due(start + EVERY, false), None);
        assert!(activity.due(start + EVERY, true).is_some());
        assert_eq!(activity.due(start + 2 * EVERY, true), None);
    }

    #[test]
    fn after_a_pause_activity_does_not_wait_for_the_beat() {
        let start = SystemClock.monotonic();
        let mut activity = Activity::default();
        activity.for_everyone();
        assert!(activity.due(start, true).is_some());
        activity.for_everyone();
        assert!(activity.due(start + QUIET, false).is_some());
    }

    #[test]
    fn a_read_receipt_concerns_one_person() {
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
