//! What the page brought with it.

use parlour_protocol::Place;
use parlour_protocol::json::FromJson;

/// The id of the element in which a page says, as JSON, what it shows.
pub const PLACE: &str = "place";

/// What the page shows.
pub fn place() -> Option<Place> {
    let element = leptos::prelude::document().get_element_by_id(PLACE)?;
    Place::from_text(&element.text_content()?)
}
