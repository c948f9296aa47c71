//! What outlives the page: `localStorage`, and `sessionStorage` for the tab. Both may be full or forbidden.

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

/// What this tab saved under `key`, also before it was loaded anew.
pub fn load_for_tab(key: &str) -> Option<String> {
    tab()?.get_item(key).ok()?
}

/// Saves `value` for this tab alone.
pub fn save_for_tab(key: &str, value: &str) {
    if let Some(tab) = tab() {
        // Where the browser refuses, one comes back to the end of a room.
        let _ = tab.set_item(key, value);
    }
}

/// Calls `changed` whenever another tab has saved something; ends with the caller's owner.
pub fn on_change(changed: impl Fn() + 'static) {
    let handle = window_event_listener(ev::storage, move |_| changed());
    on_cleanup(move || handle.remove());
}

fn storage() -> Option<Storage> {
    leptos::prelude::window().local_storage().ok()?
}

fn tab() -> Option<Storage> {
    leptos::prelude::window().session_storage().ok()?
}
