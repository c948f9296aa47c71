//! The panel, a `<dialog>` of the page's, with the form that the server gave for it: modal, or, where the window is wide
//! and the fragment is one to be read beside the room, with the room in use as before.

use super::navigation::matches;
use leptos::prelude::document;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, HtmlDialogElement, HtmlElement, HtmlInputElement};

/// The id of the dialog.
pub const ID: &str = "panel";

/// The id of the heading in it, by which it is called.
pub const TITLE: &str = "panel-title";

/// The field that is wrong, or else the first thing that can be done.
const FIRST: &str = "[aria-invalid],[autofocus],button";

/// The id of the box that says whether a key by itself may be a command.
pub const SINGLE_KEYS: &str = "single-keys";

/// Where a line in the panel says which page it leads to.
pub const PATH: &str = "data-path";

/// What a fragment is that is read beside the room.
const BESIDE: &str = ".beside";

/// Where there is place for both.
const WIDE: &str = "(min-width:75rem)";

/// Where its forms are the browser's to send.
const OWN: &str = ".card *";

/// What somebody did in the panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Sent its form.
    Confirmed,
    /// Typed into the field with this id.
    Typed(String),
    /// Pressed on a line that leads to this path.
    Chose(String),
    /// Pressed its button that does nothing.
    Cancelled,
    /// It is closed, by whatever means.
    Closed,
}

/// Calls `hear` with what happened in the panel, for as long as the page is there.
pub fn attend(hear: impl Fn(Deed) + 'static) {
    let hear = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let Some(target) = target else { return };
        hear(match event.type_().as_str() {
            "submit" if target.matches(OWN) == Ok(true) => return,
            "submit" => {
                event.prevent_default();
                Deed::Confirmed
            }
            "input" => Deed::Typed(target.id()),
            "close" => Deed::Closed,
            _ if target.matches("button[type=button]:not(.reveal)") == Ok(true) => Deed::Cancelled,
            _ => match target.closest("[role=option]") {
                Ok(Some(line)) => Deed::Chose(line.get_attribute(PATH).unwrap_or_default()),
                _ => return,
            },
        });
    });
    let hear = hear.into_js_value();
    if let Some(panel) = panel() {
        for event in ["submit", "input", "close", "click"] {
            // Refused for nothing but what is no event.
            let _ = panel.add_event_listener_with_callback(event, hear.unchecked_ref());
        }
    }
}

/// Shows a fragment of the server's: over everything else, where the browser keeps the focus inside it, or beside the room.
/// What is read is read to its end.
pub fn show(html: &str) {
    let Some(panel) = panel() else { return };
    let had_focus = panel.matches(":focus-within") == Ok(true);
    panel.set_inner_html(html);
    let is_beside = matches!(panel.query_selector(BESIDE), Ok(Some(_))) && matches(WIDE);
    if panel.open() && is_beside == is_modal() {
        panel.close();
    }
    if !panel.open() {
        if is_beside {
            panel.show();
        } else {
            // Fails only for an element that is not in the page.
            let _ = panel.show_modal();
        }
    } else if had_focus && let Ok(Some(first)) = panel.query_selector(FIRST) {
        let _ = first.unchecked_into::<HtmlElement>().focus();
    }
    if let Ok(Some(thread)) = panel.query_selector(".thread") {
        thread.set_scroll_top(thread.scroll_height());
    }
}

/// Whether it is open, and nothing else can be used.
pub fn is_modal() -> bool {
    panel().is_some_and(|panel| panel.matches(":modal") == Ok(true))
}

/// Ticks a box in it, or not.
pub fn tick(field: &str, is_ticked: bool) {
    if let Some(field) = input(field) {
        field.set_checked(is_ticked);
    }
}

/// Whether a box in it is ticked.
pub fn is_ticked(field: &str) -> bool {
    input(field).is_some_and(|field| field.checked())
}

/// Whether it is open.
pub fn is_open() -> bool {
    panel().is_some_and(|panel| panel.open())
}

/// Closes it; the browser gives the focus back to where it was.
pub fn close() {
    if let Some(panel) = panel().filter(|panel| panel.open()) {
        panel.close();
    }
}

/// Says below the field with this id what is wrong with it, or that nothing is.
pub fn complain(field: &str, sentence: Option<&str>) {
    if let Some(error) = element(&format!("{field}-error")) {
        error.set_text_content(sentence);
    }
    if let Some(element) = element(field) {
        let _ = match sentence {
            Some(_) => element.set_attribute("aria-invalid", "true"),
            None => element.remove_attribute("aria-invalid"),
        };
    }
}

fn input(id: &str) -> Option<HtmlInputElement> {
    element(id)?.dyn_into().ok()
}

fn element(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}

fn panel() -> Option<HtmlDialogElement> {
    element(ID)?.dyn_into().ok()
}
