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
        self.pop(VecDeque::pop_front)
    }

    pub(super) fn pop_back(&mut self) -> Option<Step> {
        self.pop(VecDeque::pop_back)
    }

    pub(super) fn back(&self) -> Option<&Step> {
        self.0.as_ref()?.back()
    }

    fn pop(&mut self, from: fn(&mut VecDeque<Step>) -> Option<Step>) -> Option<Step> {
        let queue = self.0.as_mut()?;
        let step = from(queue);
        if queue.is_empty() {
            self.0 = None;
        }
        step
    }
}

impl Extend<Step> for Steps {
    fn extend<I: IntoIterator<Item = Step>>(&mut self, steps: I) {
        steps.into_iter().for_each(|step| self.push_back(step));
    }
}
