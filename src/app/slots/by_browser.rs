//! Slots in the browser, which draws what is in them.

use super::Slot;

/// What stands in this slot.
pub fn slot<V>(_: Slot, view: V) -> V {
    view
}

/// An attribute's value that is in this slot.
pub fn value(_: Slot, text: String) -> String {
    text
}
