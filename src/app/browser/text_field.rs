//! Text fields that the browser owns: read and written, never controlled, so that what somebody
//! typed before the WASM arrived stays.

use super::resize;
use leptos::ev::KeyboardEvent;
use leptos::prelude::{document, request_animation_frame};
use parlour_client::keys::{Meaning, Press};
use parlour_client::marks::marked;
use parlour_protocol::rules::Invalid;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, HtmlInputElement, HtmlTextAreaElement};

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
        let style = HtmlElement::style(&element);
        let _ = style.set_property("height", "auto");
        let _ = style.set_property("height", &format!("{}px", element.scroll_height()));
    }
}

/// Keeps it as high as its text, whatever becomes of its width and its padding, as [`fit`]; ends with the caller's owner.
pub fn keep_fit(field: &'static str) {
    let area = area(field).filter(|_| !grows_by_itself());
    if let Some(area) = area {
        fit(field);
        // With the next frame: what changes the size while it is told would not be told itself.
        let fit = move || request_animation_frame(move || fit(field));
        resize::on_resize(&[area.into()], fit);
    }
}

/// Gives a field the focus.
pub fn focus(field: &str) {
    let field = document().get_element_by_id(field);
    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
        let _ = field.focus();
    }
}

/// Gives it the focus with the cursor behind the last character.
pub fn focus_at_end(field: &str) {
    if let Some(element) = area(field) {
        let end = element.value().encode_utf16().count() as u32;
        let _ = element.set_selection_range(end, end);
        let _ = element.focus();
    }
}

/// Where the cursor is, or what is selected, in the field that has the focus.
pub fn cursor(field: &str) -> Option<(u32, u32)> {
    let element = area(field).filter(|element| element.matches(":focus") == Ok(true))?;
    let start = element.selection_start().ok()??;
    Some((start, element.selection_end().ok()??))
}

/// Puts it back there if the field was drawn anew and has lost the focus.
pub fn put_cursor(field: &str, (start, end): (u32, u32)) {
    if let Some(element) = area(field)
        && element.matches(":focus") != Ok(true)
    {
        let _ = element.set_selection_range(start, end);
        let _ = element.focus();
    }
}

/// Selects in a field what is wrong with its text: the character that may not be, or all that are too many.
pub fn mark(field: &str, invalid: Invalid) {
    if let Some(area) = area(field) {
        if let Some((start, end)) = marked(&area.value(), invalid) {
            // A browser shows where the cursor is when the field is given the focus, and only then.
            let _ = area.blur();
            let _ = area.set_selection_range(start, end);
            let _ = area.focus();
        }
    } else if let Some(input) = input(field)
        && let Some((start, end)) = marked(&input.value(), invalid)
    {
        let _ = input.focus();
        let _ = input.set_selection_range(start, end);
    }
}

/// Whether somebody writes in a field of several lines.
pub fn is_writing() -> bool {
    let active = document().active_element();
    active.is_some_and(|active| active.is_instance_of::<HtmlTextAreaElement>())
}

/// What the press of a key means in a field.
pub fn meaning(event: &KeyboardEvent, enter_sends: bool) -> Option<Meaning> {
    press(event).meaning(enter_sends)
}

/// A key as it was pressed.
pub fn press(event: &KeyboardEvent) -> Press {
    Press {
        key: event.key(),
        code: event.key_code(),
        is_composing: event.is_composing(),
        is_shifted: event.shift_key(),
        is_commanded: event.ctrl_key() || event.meta_key(),
        is_alternate: event.alt_key(),
    }
}

/// What the browser itself does at a key does not happen while the input method takes it: Escape
/// closes no modal, and Enter sends no field of one line. Where somebody writes with their fingers
/// Enter is left alone: some keyboards call every word composing until it is done.
pub fn keep_from_composing(enter_sends: impl Fn() -> bool + 'static) {
    let hear = Closure::<dyn Fn(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        let press = press(&event);
        let is_line = || {
            let target = event.target();
            target.is_some_and(|target| target.is_instance_of::<HtmlInputElement>())
        };
        let acts = match press.key.as_str() {
            "Escape" => true,
            "Enter" => is_line() && enter_sends(),
            _ => false,
        };
        if acts && press.is_taken() {
            event.prevent_default();
        }
    });
    let hear = hear.into_js_value();
    // Before whoever else hears of it. Refused for nothing but what is no event.
    let _ =
        document().add_event_listener_with_callback_and_bool("keydown", hear.unchecked_ref(), true);
}

/// What is in a one-line field.
pub fn line(field: &str) -> String {
    input(field).map(|field| field.value()).unwrap_or_default()
}

/// Puts a field into a form's body, under the name that is its id.
pub fn fill_in(form: &mut String, field: &str) {
    let several = area(field).map(|field| field.value());
    let text = several.unwrap_or_else(|| line(field));
    let text: String = js_sys::encode_uri_component(&text).into();
    for part in [field, "=", &text, "&"] {
        form.push_str(part);
    }
}

fn grows_by_itself() -> bool {
    web_sys::css::supports_with_value("field-sizing", "content").unwrap_or(false)
}
