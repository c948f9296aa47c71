//! The buttons that copy what stands behind them: code, or a message and its address.

use super::{clipboard, keyboard};
use wasm_bindgen::JsCast;
use web_sys::HtmlAnchorElement;

/// Stands before what it copies.
const BUTTON: &str = ".copy";

/// Copies the text behind the button that is clicked, or where the link behind it leads, and tells whether the browser let
/// it. For as long as the page is there.
pub fn on_copy(tell: impl Fn(bool) + 'static) {
    keyboard::on("click", move |event| {
        let target = keyboard::target(&event);
        let button = target.filter(|target| target.matches(BUTTON) == Ok(true));
        let copied = button.and_then(|button| button.next_element_sibling());
        let copied = copied.and_then(|copied| match copied.dyn_ref::<HtmlAnchorElement>() {
            Some(link) => Some(link.href()),
            None => copied.text_content(),
        });
        if let Some(copied) = copied {
            tell(clipboard::copy(&copied));
        }
    });
}
