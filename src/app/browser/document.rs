//! What the page brought with it.

use parlour_protocol::Place;
use parlour_protocol::json::FromJson;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The id of the element in which a page says, as JSON, what it shows.
pub const PLACE: &str = "place";

/// The element that the island is to be drawn into.
pub fn island() -> Option<HtmlElement> {
    let island = leptos::prelude::document().query_selector("leptos-island");
    island.ok()??.dyn_into().ok()
}

/// What the page shows.
pub fn place() -> Option<Place> {
    let element = leptos::prelude::document().get_element_by_id(PLACE)?;
    Place::from_text(&element.text_content()?)
}
