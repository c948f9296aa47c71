//! Markdown with the rules of a chat, read once into the tree that pages draw.
//!
//! CommonMark decides what is what (pulldown-cmark), with tables, task lists and `~~deleted~~`, and but for this: a line
//! ends where it was ended; a heading is a line in bold; an image is a link, and so is every address in a text; markup of
//! HTML, references to addresses elsewhere in the text and indented code are text; `||what||` is a spoiler, and a short name
//! between colons an emoji.
//!
//! *Invariant:* no letter of a text is lost: where one would be, and where the tree would be out of its
//! [bounds](parlour_protocol::document), there is none, and the text is shown as it was written. The work grows with the
//! length alone, whatever the text is.

mod addresses;
mod code;
mod inline;
pub(crate) mod mentions;
mod shield;
mod short_names;
#[cfg(test)]
mod tests;
mod tree;

use mentions::Names;
use parlour_protocol::document::BYTES_MAX;
use parlour_protocol::json::FromJson;
use parlour_protocol::{Document, Element, Kind, Node};

/// The tree of a text, and as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    /// What pages draw.
    pub document: Document,
    /// The same as JSON.
    pub json: String,
}

impl Formatted {
    /// What was stored; none where that is no tree of this version.
    pub fn stored(json: &str) -> Option<Self> {
        Some(Self {
            document: Document::from_text(json)?,
            json: json.to_owned(),
        })
    }
}

/// The tree of a text that has markup, or names what is in `names`; none for a text that says the same without.
pub(crate) fn formatted(text: &str, names: &Names) -> Option<Formatted> {
    if names.is_nothing() && !may_have_markup(text) && !short_names::may_be_in(text) {
        return None;
    }
    // What is too much with the colours of code may be not without.
    let has_code = text.contains("```") || text.contains("~~~");
    let ways: &[bool] = if has_code { &[true, false] } else { &[false] };
    ways.iter().find_map(|&has_colours| {
        let mut blocks = tree::blocks(text, has_colours)?;
        if !names.is_nothing() {
            blocks = names.named(blocks);
        }
        short_names::resolve(&mut blocks);
        let document = Document(blocks);
        if is_plain(text, &document) || !document.fits() {
            return None;
        }
        let json = serde_json::to_string(&document).ok()?;
        (json.len() <= BYTES_MAX).then_some(Formatted { document, json })
    })
}

/// Whether anything in a text may be markup: nearly every text is known to have none by one look at its bytes.
fn may_have_markup(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_word = |at: usize| {
        let byte = bytes.get(at);
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let is_mark = |(at, byte): (usize, &u8)| match byte {
        b'*' | b'~' | b'`' | b'[' | b'|' | b'\\' => true,
        // Within a word it is none.
        b'_' => !(is_word(at.wrapping_sub(1)) && is_word(at + 1)),
        _ => false,
    };
    bytes.iter().enumerate().any(is_mark) || text.lines().any(begins_block)
}

/// Whether a line may begin a heading, a quote or an item, or underline a heading.
fn begins_block(line: &str) -> bool {
    let line = line.trim_start().as_bytes();
    match line.first() {
        Some(b'#' | b'>' | b'-' | b'+' | b'=') => true,
        Some(b'0'..=b'9') => {
            let behind = line.iter().find(|byte| !byte.is_ascii_digit());
            matches!(behind, Some(b'.' | b')'))
        }
        _ => false,
    }
}

/// Whether a tree shows nothing but what the text does by itself: paragraphs with addresses in them, and no character
/// less. Or nothing at all.
fn is_plain(text: &str, document: &Document) -> bool {
    let mut shown = String::with_capacity(text.len());
    let is_plain = document.0.iter().all(|block| match block {
        Node::Element(block) if block.kind == Kind::Paragraph => {
            block.children.iter().all(|node| match node {
                Node::Text(text) => {
                    shown.push_str(text);
                    true
                }
                Node::Element(Element { kind, children, .. }) => match children.as_slice() {
                    [Node::Text(text)] if *kind == Kind::Link && addresses::is_one(text) => {
                        shown.push_str(text);
                        true
                    }
                    _ => false,
                },
            })
        }
        _ => false,
    });
    let visible = |text: &str| {
        text.chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
    };
    match is_plain {
        true => visible(text) == visible(&shown),
        false => !has_text(&document.0),
    }
}

fn has_text(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match node {
        Node::Text(text) => !text.trim().is_empty(),
        Node::Element(element) => has_text(&element.children),
    })
}
