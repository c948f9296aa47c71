//! Where the tab is: its URL, title, visibility and network.

use super::clock;
use leptos::ev;
use leptos::prelude::window_event_listener_untyped;
use leptos::prelude::{document, on_cleanup, window, window_event_listener};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, PerformanceNavigation};

/// Whole numbers that a script tells apart.
const KEYS: f64 = 9_007_199_254_740_992.0;

/// The path of the page, without query and fragment.
pub fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// The whole address of a path of this site.
pub fn whole(path: &str) -> String {
    window().location().origin().unwrap_or_default() + path
}

/// `wss://host/ws` or `ws://host/ws`, as the page itself was loaded.
pub fn socket_url(path: &str) -> String {
    let location = window().location();
    let secure = location
        .protocol()
        .is_ok_and(|protocol| protocol == "https:");
    let host = location.host().unwrap_or_default();
    format!("{}://{host}{path}", if secure { "wss" } else { "ws" })
}

/// Adds an entry with this key to the tab's history, without loading anything.
pub fn push(path: &str, key: i64) {
    if let Ok(history) = window().history() {
        // Refused only for a foreign origin; `path` is local.
        let _ = history.push_state_with_url(&JsValue::from_f64(key as f64), "", Some(path));
    }
}

/// The key of the tab's present history entry: drawn when there is none yet, kept over a reload.
pub fn entry() -> i64 {
    let Ok(history) = window().history() else {
        return 0;
    };
    let key = || history.state().ok()?.as_f64();
    let key = key().or_else(|| {
        let _ = history.replace_state_with_url(&new_key(), "", None);
        key()
    });
    key.map_or(0, |key| key as i64)
}

/// Whether the page was loaded to be where it had been: again, or by Back or Forward.
pub fn is_return() -> bool {
    let arrival = window().performance().map(|of| of.navigation().type_());
    arrival.is_some_and(|arrival| arrival != PerformanceNavigation::TYPE_NAVIGATE)
}

fn new_key() -> JsValue {
    JsValue::from_f64((clock::random() * KEYS).floor())
}

/// Replaces the tab's present history entry.
pub fn replace(path: &str) {
    if let Ok(history) = window().history() {
        let key = history.state().unwrap_or(JsValue::NULL);
        let _ = history.replace_state_with_url(&key, "", Some(path));
    }
}

/// Loads the page anew.
pub fn reload() {
    let _ = window().location().reload();
}

/// Loads `path` from the server.
pub fn load(path: &str) {
    let _ = window().location().assign(path);
}

/// The id of the link to the tab's icon.
pub const ICON: &str = "icon";

/// What the house is called whose page this is.
pub fn house() -> String {
    let named = document().query_selector("[name=application-name]");
    let named = named.ok().flatten();
    named
        .and_then(|named| named.get_attribute("content"))
        .unwrap_or_default()
}

/// Sets the tab's title.
pub fn set_title(title: &str) {
    let document = document();
    if document.title() != title {
        document.set_title(title);
    }
}

/// Sets the tab's icon.
pub fn set_icon(path: &str) {
    let icon = document().get_element_by_id(ICON);
    if let Some(icon) = icon.filter(|icon| icon.get_attribute("href").as_deref() != Some(path)) {
        // Refused only for a name that is none.
        let _ = icon.set_attribute("href", path);
    }
}

/// Whether somebody can see the tab.
pub fn is_visible() -> bool {
    !document().hidden()
}

/// Whether this tab is the one that gets the keys.
pub fn has_focus() -> bool {
    document().has_focus().unwrap_or(true)
}

/// Whether somebody can point with something finer than a finger, and so has real keys to write on.
pub fn has_fine_pointer() -> bool {
    matches("(any-pointer: fine)")
}

/// Whether this is true of the browser and its window.
pub(super) fn matches(query: &str) -> bool {
    let query = window().match_media(query);
    query.is_ok_and(|query| query.is_some_and(|query| query.matches()))
}

/// Tells whether somebody points with their fingers, and so writes with them: now, and whenever that
/// changes, as it does with a keyboard that is taken off.
pub fn on_touch(tell: impl Fn(bool) + 'static) {
    let Ok(Some(query)) = window().match_media("(pointer: coarse)") else {
        return;
    };
    tell(query.matches());
    let again = query.clone();
    let changed = Closure::<dyn Fn()>::new(move || tell(again.matches()));
    query.set_onchange(Some(changed.into_js_value().unchecked_ref()));
}

/// Calls `left` when the page is about to be left; ends with the caller's owner.
pub fn on_leave(left: impl Fn() + 'static) {
    let handle = window_event_listener_untyped("pagehide", move |_| left());
    on_cleanup(move || handle.remove());
}

/// Gives the focus to the page's main part, as a page that was loaded would.
pub fn focus_main() {
    let main = document().get_element_by_id("main");
    if let Some(main) = main.and_then(|main| main.dyn_into::<HtmlElement>().ok()) {
        let _ = main.focus();
    }
}

/// Whether the browser believes it has a network.
pub fn is_online() -> bool {
    window().navigator().on_line()
}

/// Calls `went` whenever back or forward moved the tab; ends with the caller's owner.
pub fn on_history(went: impl Fn() + 'static) {
    let handle = window_event_listener(ev::popstate, move |_| went());
    on_cleanup(move || handle.remove());
}

/// Calls `touched` whenever somebody touches a key or the pointer; ends with the caller's owner.
pub fn on_contact(touched: impl Fn() + Clone + 'static) {
    for event in ["keydown", "pointerdown", "wheel"] {
        let touched = touched.clone();
        let handle = window_event_listener_untyped(event, move |_| touched());
        on_cleanup(move || handle.remove());
    }
}

/// Calls `change` whenever the network or the tab's visibility changed.
pub fn on_presence(change: impl Fn() + Clone + 'static) {
    for event in ["online", "offline", "visibilitychange", "pageshow"] {
        let change = change.clone();
        let handle = window_event_listener_untyped(event, move |_| change());
        on_cleanup(move || handle.remove());
    }
}
