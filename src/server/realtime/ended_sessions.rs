//! Sessions that ended lately.
//!
//! *Invariant:* as many are remembered as can end, and far more, while a socket is let in.

use crate::scope::SessionId;
use std::collections::VecDeque;

/// How many are remembered.
const REMEMBERED: usize = 1_024;

/// The latest first, and whether another one took the place of each.
#[derive(Default)]
pub(super) struct EndedSessions(VecDeque<(SessionId, bool)>);

impl EndedSessions {
    pub(super) fn add(&mut self, session: SessionId, is_renewed: bool) {
        self.0.truncate(REMEMBERED - 1);
        self.0.push_front((session, is_renewed));
    }

    /// Whether another one took the place of this one; `None` if it did not end lately.
    pub(super) fn find(&self, session: SessionId) -> Option<bool> {
        let mut ended = self.0.iter();
        let found = ended.find(|(known, _)| *known == session)?;
        Some(found.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_remembered_and_the_oldest_is_forgotten() {
        let mut ended = EndedSessions::default();
        for id in 0..=REMEMBERED {
            ended.add(SessionId(id as i64), id % 2 == 0);
        }
        assert_eq!(ended.find(SessionId(0)), None);
        assert_eq!(ended.find(SessionId(1)), Some(false));
        assert_eq!(ended.find(SessionId(REMEMBERED as i64)), Some(true));
    }
}
