//! Marks, as the browser knows them: those of its own Unicode.

use js_sys::{JsString, RegExp};

/// Eight marks, and those after them. A mark is what [`is_mark`] says on the server.
///
/// [`is_mark`]: parlour_protocol::display::is_mark
const PILE: &str = r"([\p{M}\p{DI}]{8})[\p{M}\p{DI}]+";

/// What [`laid_out`] makes of a text on the server.
///
/// [`laid_out`]: parlour_protocol::display::laid_out
pub fn laid_out(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    JsString::from(text)
        .replace_by_pattern(&RegExp::new(PILE, "gu"), "$1")
        .into()
}
