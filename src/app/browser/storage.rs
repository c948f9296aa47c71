//! What outlives the tab: `localStorage`, which may be full or forbidden.

use leptos::ev;
use leptos::prelude::{on_cleanup, window_event_listener};
use web_sys::Storage;

/// What was saved under `key`, if it can be read.
pub fn load(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Saves `value`; false when the browser refuses (private mode, full).
pub fn save(key: &str, value: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, value).is_ok())
}

/// Calls `changed` whenever another tab has saved something; ends with the caller's owner.
pub fn on_change(changed: impl Fn() + 'static) {
    let handle = window_event_listener(ev::storage, move |_| changed());
    on_cleanup(move || handle.remove());
}

fn storage() -> Option<Storage> {
    leptos::prelude::window().local_storage().ok()?
}
