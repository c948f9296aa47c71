//! What a page copies for somebody.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDocument, HtmlElement, HtmlTextAreaElement};

/// Puts this text where pasting finds it; false when the browser refuses. To be called while a click is heard.
///
/// By the old way, of a selection: the other one is there only over HTTPS, and a house of one's own has often none.
pub fn copy(text: &str) -> bool {
    let document = document();
    let focused = document.active_element();
    let field = document.create_element("textarea").ok();
    let field = field.and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok());
    let (Some(field), Some(body)) = (field, document.body()) else {
        return false;
    };
    field.set_value(text);
    // Refused only where no element can stand.
    let _ = body.append_child(&field);
    field.select();
    let document: HtmlDocument = document.unchecked_into();
    let is_copied = document.exec_command("copy").unwrap_or(false);
    field.remove();
    if let Some(focused) = focused.and_then(|at| at.dyn_into::<HtmlElement>().ok()) {
        let _ = focused.focus();
    }
    is_copied
}
