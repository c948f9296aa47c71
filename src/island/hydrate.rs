//! The browser's entry point: called once by the page's script when the WASM has arrived.

// The island's own exports are in there; nothing here names them.
use parlour as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Prepares the page for its islands; the page's script then wakes each of them.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
