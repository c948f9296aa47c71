//! What outlives the page: `localStorage`, `sessionStorage` for the tab, and a cookie where the server is to know. Each
//! may be full or forbidden.

use leptos::ev;
use leptos::prelude::{on_cleanup, window_event_listener};
use parlour_client::session;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDocument, Storage};

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

/// Where it is kept that a key by itself is no command here.
const KEYS: &str = "parlour.keys";
/// What stands there then.
const OFF: &str = "off";

/// Whether a key by itself may be a command. Asked for anew with each: another tab may have switched it.
pub fn has_single_keys() -> bool {
    session::Storage::load(&LocalStorage, KEYS).as_deref() != Some(OFF)
}

/// From now on it is one, or none; false when the browser refuses to keep that.
pub fn set_single_keys(has_them: bool) -> bool {
    session::Storage::save(&LocalStorage, KEYS, if has_them { "" } else { OFF })
}

/// What this tab saved under `key`, also before it was loaded anew.
pub fn load_for_tab(key: &str) -> Option<String> {
    tab()?.get_item(key).ok()?
}

/// Saves `value` for this tab alone; false when the browser refuses.
pub fn save_for_tab(key: &str, value: &str) -> bool {
    tab().is_some_and(|tab| tab.set_item(key, value).is_ok())
}

/// Sets a cookie of the page's.
pub fn set_cookie(cookie: &str) {
    let document = leptos::prelude::document().unchecked_into::<HtmlDocument>();
    // Where the browser takes none, the front door leads to the list of rooms.
    let _ = document.set_cookie(cookie);
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
