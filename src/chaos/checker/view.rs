//! One tab's view of one room, as it is built up.
//!
//! *Invariant:* a page begins it anew; what it received since is new to it, and comes in the room's
//! order.

use super::Violation;
use crate::history::Shown;
use std::collections::HashSet;

/// What a tab knows of a room.
#[derive(Default)]
pub(super) struct View<'h> {
    /// Its rows at the end, and whether it says that there are newer ones.
    pub(super) screen: Option<(&'h [Shown], bool)>,
    /// The page covers everything up to here.
    page: i64,
    /// The latest change received, or the page.
    seq: i64,
    /// The newest message that came live.
    live: i64,
    received: HashSet<i64>,
    ever: Vec<(i64, &'h str)>,
}

/// What is wrong with something received.
pub(super) enum Wrong {
    /// It was there already.
    Twice,
    /// Something later was there already.
    Late,
}

impl Wrong {
    pub(super) fn into_violation(self, client: &str, room: i64, number: i64) -> Violation {
        let client = client.to_owned();
        match self {
            Self::Twice => Violation::SeenTwice {
                client,
                room,
                number,
            },
            Self::Late => Violation::SeenOutOfOrder {
                client,
                room,
                number,
            },
        }
    }
}

impl<'h> View<'h> {
    pub(super) fn receive(
        &mut self,
        number: i64,
        seq: i64,
        key: &'h str,
        live: bool,
    ) -> Option<Wrong> {
        self.ever.push((number, key));
        let is_late = seq <= self.seq || number < self.live;
        let is_known = number <= self.page || !self.received.insert(number);
        self.seq = self.seq.max(seq);
        if live {
            self.live = self.live.max(number);
        }
        match (is_known, is_late) {
            (true, _) => Some(Wrong::Twice),
            (false, true) => Some(Wrong::Late),
            (false, false) => None,
        }
    }

    pub(super) fn renew(&mut self, seq: i64) {
        (self.page, self.seq, self.live) = (seq, seq, 0);
        self.received.clear();
    }

    pub(super) fn has_seen(&self, number: i64) -> bool {
        number <= self.page || self.received.contains(&number)
    }

    pub(super) fn ever_received(&self) -> &[(i64, &'h str)] {
        &self.ever
    }

    pub(super) fn has_rows(&self) -> bool {
        !self.ever.is_empty() || self.screen.is_some_and(|(rows, _)| !rows.is_empty())
    }
}
