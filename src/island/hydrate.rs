//! The browser's entry point: called by the page's script when the WASM has arrived, and again when
//! somebody has taken the island apart.

use wasm_bindgen::prelude::wasm_bindgen;

/// Draws the island into the page.
#[wasm_bindgen]
pub fn draw() {
    console_error_panic_hook::set_once();
    parlour::app::room::draw();
}
