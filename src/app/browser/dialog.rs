//! Modal `<dialog>`s and the forms in them. They are the page's: nothing here draws them.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, HtmlDialogElement};

/// The id of a panel's heading, by which the dialog around it is called.
pub const TITLE: &str = "panel-title";

/// What somebody did in a modal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Sent its form.
    Confirmed,
    /// Typed into the field with this id.
    Typed(String),
    /// Pressed its button that does nothing.
    Cancelled,
    /// It is closed, by whatever means.
    Closed,
}

/// Calls `hear` with the modal's id and what happened in it, for as long as the page is there.
pub fn attend(modals: &[&str], hear: impl Fn(&str, Deed) + 'static) {
    let hear = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        let modal = event.current_target();
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let (Some(modal), Some(target)) = (modal, target) else {
            return;
        };
        let deed = match event.type_().as_str() {
            "submit" => {
                event.prevent_default();
                Deed::Confirmed
            }
            "input" => Deed::Typed(target.id()),
            "close" => Deed::Closed,
            _ if target.matches("button[type=button]") == Ok(true) => Deed::Cancelled,
            _ => return,
        };
        hear(&modal.unchecked_into::<Element>().id(), deed);
    });
    let hear = hear.into_js_value();
    for modal in modals.iter().filter_map(|id| element(id)) {
        for event in ["submit", "input", "close", "click"] {
            // Refused for nothing but what is no event.
            let _ = modal.add_event_listener_with_callback(event, hear.unchecked_ref());
        }
    }
}

/// Opens the modal over everything else; the browser keeps the focus inside it.
pub fn show(modal: &str) {
    if let Some(dialog) = dialog(modal)
        && !dialog.open()
    {
        // Fails only for an element that is not in the page.
        let _ = dialog.show_modal();
    }
}

/// Closes it; the browser gives the focus back to where it was.
pub fn close(modal: &str) {
    if let Some(dialog) = dialog(modal)
        && dialog.open()
    {
        dialog.close();
    }
}

/// Writes a text into the element with this id.
pub fn write(id: &str, text: &str) {
    if let Some(element) = element(id) {
        element.set_text_content(Some(text));
    }
}

/// Says below the field with this id what is wrong with it, or that nothing is.
pub fn complain(field: &str, sentence: Option<&str>) {
    write(&format!("{field}-error"), sentence.unwrap_or_default());
    if let Some(element) = element(field) {
        let _ = match sentence {
            Some(_) => element.set_attribute("aria-invalid", "true"),
            None => element.remove_attribute("aria-invalid"),
        };
    }
}

fn element(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}

fn dialog(id: &str) -> Option<HtmlDialogElement> {
    element(id)?.dyn_into().ok()
}
