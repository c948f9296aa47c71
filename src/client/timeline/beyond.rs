//! What is on either side of the window, and is not held.

use super::Timeline;
use parlour_protocol::{Number, Seq};

/// What is known of the messages on one side of the window: enough to tell whether a page that
/// comes late still joins it, and whether the page is older than changes that were not kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Beyond {
    /// The nearest one known since the window's end last moved inwards.
    pub(super) nearest: Option<Number>,
    /// The latest change to any of them that was seen and not kept.
    pub(super) changed: Seq,
}

impl Timeline {
    /// Keeps in mind a change of a message that is not in the window: true above it, false below.
    pub(super) fn is_beyond(&mut self, number: Number, seq: Seq) -> Option<bool> {
        if number < self.floor {
            self.below.changed = self.below.changed.max(seq);
            self.below.nearest = self.below.nearest.max(Some(number));
            return Some(false);
        }
        if self.ceiling.is_some_and(|ceiling| number > ceiling) {
            self.above.changed = self.above.changed.max(seq);
            let nearest = self.above.nearest.unwrap_or(number);
            self.above.nearest = Some(nearest.min(number));
            return Some(true);
        }
        None
    }
}
