//! Slots in the browser, which draws what is in them.

use super::{HOUSE, Slot};

/// What is in a message is no stop of Tab's, but in the one that has the focus: see `browser/keyboard.rs`.
pub const STOP: Option<&str> = Some("-1");

/// What one can do with a message is drawn when somebody is at it: five of its elements for each.
pub const AT_HAND: bool = false;

/// What the house is called: the server has written it.
pub fn house() -> &'static str {
    HOUSE
}

/// What stands in this slot.
pub fn slot<V>(_: Slot, view: V) -> V {
    view
}

/// What stands in this slot where there is no script.
pub fn printed<V>(_: Slot, _: impl FnOnce() -> V) {}

/// An attribute's value that is in this slot.
pub fn value(_: Slot, text: String) -> String {
    text
}
