//! What is dragged over the page, dropped on it or pasted into it.

use leptos::prelude::window;
use parlour_client::transfer::{Fate, Transfer};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ClipboardEvent, DragEvent, Element, Event};

/// The fields that take what is dropped over them.
const FIELDS: &str = "input,textarea";

/// Calls `refused` when somebody drops a file or pastes one, for as long as the page is there.
pub fn on_file(refused: impl Fn() + 'static) {
    let hear = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        let is_over = event.type_() == "dragover";
        let fate = fate(&event);
        if fate != Fate::Taken {
            // Also while it is only over the page: what nobody waits for there goes to the browser.
            event.prevent_default();
        }
        if fate == Fate::Refused && !is_over {
            refused();
        }
    });
    let hear = hear.into_js_value();
    for event in ["dragover", "drop", "paste"] {
        // Refused for nothing but what is no event.
        let _ = window().add_event_listener_with_callback(event, hear.unchecked_ref());
    }
}

fn fate(event: &Event) -> Fate {
    let drag = event.dyn_ref::<DragEvent>();
    let carried = match drag {
        Some(drag) => drag.data_transfer(),
        None => event.unchecked_ref::<ClipboardEvent>().clipboard_data(),
    };
    let has = |kind: &str| {
        let types = carried.as_ref().map(|carried| carried.types());
        types.is_some_and(|types| types.includes(&JsValue::from_str(kind), 0))
    };
    let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
    let transfer = Transfer {
        has_files: has("Files"),
        has_text: has("text/plain"),
        is_in_field: target.is_some_and(|target| target.matches(FIELDS) == Ok(true)),
    };
    match drag {
        Some(_) => transfer.dropped(),
        None => transfer.pasted(),
    }
}
