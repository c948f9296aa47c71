//! What outlives the page: `localStorage`, and `sessionStorage` for the tab. Both may be full or forbidden.

use leptos::ev;
use leptos::prelude::{on_cleanup, window_event_listener};
use parlour_client::session;
use web_sys::Storage;

/// What the tabs of this browser share.
pub struct LocalStorage;

impl session::Storage for LocalStorage {
    fn load(&self, key: &str) -> Option<String> {
        storage()?.get_item(key).ok()?
    }

    fn save(&self, key: &str, value: &str) -> bool {
        storage().is_some_and(|storage| storage.set_item(key, value).is_ok())
    }
}

/// What this tab saved under `key`, also before it was loaded anew.
pub fn load_for_tab(key: &str) -> Option<String> {
    tab()?.get_item(key).ok()?
}

/// Saves `value` for this tab alone; false when the browser refuses.
pub fn save_for_tab(key: &str, value: &str) -> bool {
    tab().is_some_and(|tab| tab.set_item(key, value).is_ok())
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
