//! Marks as the server knows them.

use parlour_protocol::display;

/// The text as it is drawn: without the marks that nobody could tell apart any more.
pub fn laid_out(text: &str) -> String {
    display::laid_out(text).into_owned()
}
