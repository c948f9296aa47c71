//! Text fields that the browser owns: read and written, never controlled, so that what somebody
//! typed before the WASM arrived stays.

use leptos::ev::KeyboardEvent;
use leptos::prelude::{document, request_animation_frame};
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};

/// What Safari says of the Enter that ends the composing of a word, when it is no more composing.
const COMPOSED: u32 = 229;

/// The composer's id.
pub const COMPOSER: &str = "composer-text";

/// The id of the field in which a message is edited.
pub const EDITOR: &str = "edit-text";

fn area(id: &str) -> Option<HtmlTextAreaElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

fn input(id: &str) -> Option<HtmlInputElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Whether the field is in the page.
pub fn is_there(field: &str) -> bool {
    document().get_element_by_id(field).is_some()
}

/// What is in the composer.
pub fn text(field: &str) -> String {
    area(field).map(|field| field.value()).unwrap_or_default()
}

/// Puts `text` in and fits the height.
pub fn set_text(field: &str, text: &str) {
    if let Some(element) = area(field) {
        element.set_value(text);
        fit(field);
    }
}

/// As high as its text, where the browser cannot do it by itself (`field-sizing`).
pub fn fit(field: &str) {
    if !grows_by_itself()
        && let Some(element) = area(field)
    {
        let style = leptos::web_sys::HtmlElement::style(&element);
        let _ = style.set_property("height", "auto");
        let _ = style.set_property("height", &format!("{}px", element.scroll_height()));
    }
}

/// Gives the composer the focus.
pub fn focus(field: &str) {
    if let Some(field) = area(field) {
        let _ = field.focus();
    }
}

/// Gives it the focus with the cursor behind the last character, once it is in the page.
pub fn focus_at_end(field: &'static str) {
    request_animation_frame(move || {
        if let Some(element) = area(field) {
            fit(field);
            let end = element.value().encode_utf16().count() as u32;
            let _ = element.set_selection_range(end, end);
            let _ = element.focus();
        }
    });
}

/// Whether this press of Enter means "send": no Shift, and no input method composing a word.
pub fn is_send(event: &KeyboardEvent) -> bool {
    event.key() == "Enter"
        && !event.shift_key()
        && !event.is_composing()
        && event.key_code() != COMPOSED
}

/// What is in a one-line field.
pub fn line(field: &str) -> String {
    input(field).map(|field| field.value()).unwrap_or_default()
}

/// Puts `text` into a one-line field.
pub fn set_line(field: &str, text: &str) {
    if let Some(field) = input(field) {
        field.set_value(text);
    }
}

fn grows_by_itself() -> bool {
    web_sys::css::supports_with_value("field-sizing", "content").unwrap_or(false)
}
