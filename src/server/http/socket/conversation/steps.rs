//! The steps that a driver has not performed yet.
//!
//! *Invariant:* an empty queue is one pointer, since most of many thousand sockets are idle.

use super::Step;
use std::collections::VecDeque;

/// A queue of steps.
#[derive(Debug, Default)]
#[expect(
    clippy::box_collection,
    reason = "an empty queue would take 32 bytes of each connection"
)]
pub(super) struct Steps(Option<Box<VecDeque<Step>>>);

impl Steps {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn push_back(&mut self, step: Step) {
        self.0.get_or_insert_default().push_back(step);
    }

    pub(super) fn pop_front(&mut self) -> Option<Step> {
        let queue = self.0.as_mut()?;
        let step = queue.pop_front();
        if queue.is_empty() {
            self.0 = None;
        }
        step
    }

    pub(super) fn back_mut(&mut self) -> Option<&mut Step> {
        self.0.as_mut()?.back_mut()
    }
}

impl Extend<Step> for Steps {
    fn extend<I: IntoIterator<Item = Step>>(&mut self, steps: I) {
        steps.into_iter().for_each(|step| self.push_back(step));
    }
}
