//! Who is typing in one room: a lease of 5 s, which each client renews while it types.

use parlour_protocol::{Person, UserId};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How long a person counts as typing after they last said so.
const EXPIRES: Duration = Duration::from_secs(5);
/// Names in a frame at most, as in `users_list`.
const NAMES_MAX: usize = 200;

/// The people who are typing, each until a point in time.
#[derive(Debug, Default)]
pub struct TypingState {
    people: HashMap<UserId, (String, Instant)>,
}

impl TypingState {
    /// A person types; whether that changes who is typing.
    pub fn start(&mut self, user: UserId, name: &str, now: Instant) -> bool {
        let entry = (name.to_owned(), now + EXPIRES);
        self.people.insert(user, entry).is_none()
    }

    /// A person stopped; whether that changes who is typing.
    pub fn stop(&mut self, user: UserId) -> bool {
        self.people.remove(&user).is_some()
    }

    /// Forgets those who have not said so for 5 s; whether there were any.
    pub fn expire(&mut self, now: Instant) -> bool {
        let before = self.people.len();
        self.people.retain(|_, (_, until)| *until > now);
        self.people.len() != before
    }

    /// Those who are typing, ordered by name, 200 at most.
    pub fn people(&self) -> Vec<Person> {
        let person = |(id, (name, _)): (&UserId, &(String, Instant))| Person {
            id: *id,
            name: name.clone(),
        };
        let mut people: Vec<_> = self.people.iter().map(person).collect();
        people.sort_unstable_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        people.truncate(NAMES_MAX);
        people
    }

    /// Whether no one is typing.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, SystemClock};

    fn names(typing: &TypingState) -> Vec<String> {
        typing.people().into_iter().map(|p| p.name).collect()
    }

    const ALICE: UserId = UserId(1);
    const BOB: UserId = UserId(2);

    #[test]
    fn typing_expires_unless_it_is_said_again() {
        let start = SystemClock.monotonic();
        let mut typing = TypingState::default();
        assert!(typing.start(ALICE, "Alice", start));
        assert!(typing.start(BOB, "Bob", start));
        assert!(
            !typing.start(BOB, "Bob", start + Duration::from_secs(3)),
            "no news"
        );
        assert_eq!(names(&typing), ["Alice", "Bob"]);
        assert!(!typing.expire(start + Duration::from_millis(4_999)));
        assert!(typing.expire(start + Duration::from_secs(5)));
        assert_eq!(names(&typing), ["Bob"]);
        assert!(typing.expire(start + Duration::from_secs(8)));
        assert!(typing.is_empty());
    }

    #[test]
    fn stopping_counts_once() {
        let start = SystemClock.monotonic();
        let mut typing = TypingState::default();
        assert!(!typing.stop(ALICE));
        typing.start(ALICE, "Alice", start);
        assert!(typing.stop(ALICE));
        assert!(!typing.stop(ALICE));
    }
}
