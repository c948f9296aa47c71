//! Marks, as the browser knows them: those of its own Unicode.

use js_sys::{JsString, RegExp};

/// Eight marks, and those after them. A mark is what [`is_mark`] says on the server.
///
/// [`is_mark`]: parlour_protocol::display::is_mark
const PILE: &str = r"([\p{M}\p{DI}]{8})[\p{M}\p{DI}]+";

/// A name without case and accents, as people look for it. The server's is [`findable`].
///
/// [`findable`]: parlour_server::names::findable
pub fn findable(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    let bare = JsString::from(name).normalize("NFKD");
    let bare = bare.replace_by_pattern(&RegExp::new(r"\p{M}", "gu"), "");
    bare.to_lower_case().into()
}

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
