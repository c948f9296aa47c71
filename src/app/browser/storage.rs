//! What outlives the tab: `localStorage`, which may be full or forbidden.

use web_sys::Storage;

/// What was saved under `key`, if it can be read.
pub fn load(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Saves `value`; false when the browser refuses (private mode, full).
pub fn save(key: &str, value: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, value).is_ok())
}

fn storage() -> Option<Storage> {
    leptos::prelude::window().local_storage().ok()?
}
