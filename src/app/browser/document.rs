//! What the page brought with it, and what is said aloud in it.

use leptos::prelude::document;
use parlour_protocol::json::FromJson;
use parlour_protocol::{Number, Place};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The id of the element in which a page says, as JSON, what it shows.
pub const PLACE: &str = "place";

/// The id of the live region: a screen reader says what is put into it.
pub const ALOUD: &str = "aloud";

/// The element that the island is to be drawn into.
pub fn island() -> Option<HtmlElement> {
    let island = document().query_selector("leptos-island");
    island.ok()??.dyn_into().ok()
}

/// Which build the page is of, if it says so.
pub fn build() -> Option<String> {
    document().document_element()?.get_attribute("data-build")
}

/// What the page shows.
pub fn place() -> Option<Place> {
    let element = document().get_element_by_id(PLACE)?;
    Place::from_text(&element.text_content()?)
}

/// Says what this message says.
pub fn say(message: Number, text: &str) {
    let region = document().get_element_by_id(ALOUD);
    if let (Some(region), Ok(line)) = (region, document().create_element("p")) {
        line.set_id(&id_of(message));
        line.set_text_content(Some(text));
        // Refused only where no element can stand.
        let _ = region.append_child(&line);
    }
}

/// Takes that away again. Nobody hears it go.
pub fn unsay(message: Number) {
    if let Some(line) = document().get_element_by_id(&id_of(message)) {
        line.remove();
    }
}

fn id_of(message: Number) -> String {
    format!("{ALOUD}-{message}")
}
