//! How the text of a message is read.

use crate::markdown::{self, Formatted};
use parlour_protocol::Format;

/// The tree of a text that is sent in this format, if it has one. It is made here, in the task of who sends it.
pub(super) fn formatted(text: &str, format: Option<Format>) -> Option<Formatted> {
    match format.unwrap_or(Format::Markdown) {
        Format::Markdown => markdown::formatted(text),
        Format::Plain => None,
    }
}
