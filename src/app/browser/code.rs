//! The buttons beside code, which copy it.

use super::{clipboard, keyboard};

/// Stands before the code.
const BUTTON: &str = ".copy";

/// Copies the code whose button is clicked, and tells whether the browser let it. For as long as the page is there.
pub fn on_copy(tell: impl Fn(bool) + 'static) {
    keyboard::on("click", move |event| {
        let target = keyboard::target(&event);
        let button = target.filter(|target| target.matches(BUTTON) == Ok(true));
        let code = button.and_then(|button| button.next_element_sibling());
        if let Some(code) = code.and_then(|code| code.text_content()) {
            tell(clipboard::copy(&code));
        }
    });
}
