//! Text fields that the browser owns: read and written, never controlled, so that what somebody
//! typed before the WASM arrived stays.

use leptos::ev::KeyboardEvent;
use leptos::html::{Input, Textarea};
use leptos::prelude::{GetUntracked, NodeRef, request_animation_frame};

/// What Safari says of the Enter that ends the composing of a word, when it is no more composing.
const COMPOSED: u32 = 229;

/// What is in the composer.
pub fn text(field: NodeRef<Textarea>) -> String {
    field
        .get_untracked()
        .map(|field| field.value())
        .unwrap_or_default()
}

/// Puts `text` in and fits the height.
pub fn set_text(field: NodeRef<Textarea>, text: &str) {
    if let Some(element) = field.get_untracked() {
        element.set_value(text);
        fit(field);
    }
}

/// As high as its text, where the browser cannot do it by itself (`field-sizing`).
pub fn fit(field: NodeRef<Textarea>) {
    if !grows_by_itself()
        && let Some(element) = field.get_untracked()
    {
        let style = leptos::web_sys::HtmlElement::style(&element);
        let _ = style.set_property("height", "auto");
        let _ = style.set_property("height", &format!("{}px", element.scroll_height()));
    }
}

/// Gives the composer the focus.
pub fn focus(field: NodeRef<Textarea>) {
    if let Some(field) = field.get_untracked() {
        let _ = field.focus();
    }
}

/// Gives it the focus with the cursor behind the last character, once it is in the page.
pub fn focus_at_end(field: NodeRef<Textarea>) {
    request_animation_frame(move || {
        if let Some(element) = field.get_untracked() {
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
pub fn line(field: NodeRef<Input>) -> String {
    field
        .get_untracked()
        .map(|field| field.value())
        .unwrap_or_default()
}

/// Puts `text` into a one-line field.
pub fn set_line(field: NodeRef<Input>, text: &str) {
    if let Some(field) = field.get_untracked() {
        field.set_value(text);
    }
}

fn grows_by_itself() -> bool {
    web_sys::css::supports_with_value("field-sizing", "content").unwrap_or(false)
}
