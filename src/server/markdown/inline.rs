//! What in a line of text is no markup of CommonMark's: addresses, and spoilers.
//!
//! *Invariant:* nothing is put in another order, and nothing is left out but the bars of a spoiler.

use super::addresses;
use super::shield::{ADDRESS, SPOILER, restored};
use parlour_protocol::{Element, Kind, Node};

/// The nodes with their addresses as links and their spoilers as such, and every text as it was written.
pub(super) fn resolved(nodes: Vec<Node>) -> Vec<Node> {
    let mut line = Line::default();
    for node in nodes {
        match node {
            Node::Text(text) => line.text(&text),
            Node::Element(element) => line.put(element.into()),
        }
    }
    line.end()
}

/// Whether there is a link among the nodes, or in them.
pub(super) fn has_link(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match node {
        Node::Text(_) => false,
        Node::Element(element) => element.kind == Kind::Link || has_link(&element.children),
    })
}

/// The nodes of a link's text, which has no other one in it: without spoilers.
pub(super) fn unlinked(nodes: Vec<Node>) -> Vec<Node> {
    let mut plain = Vec::with_capacity(nodes.len());
    for node in nodes {
        match node {
            Node::Text(text) => push_text(&mut plain, &restored(&text)),
            Node::Element(element) => {
                let children = unlinked(element.children);
                match element.kind {
                    Kind::Spoiler => spread(&mut plain, children),
                    _ => plain.push(Node::Element(Element {
                        children,
                        ..element
                    })),
                }
            }
        }
    }
    plain
}

/// Adds nodes to those before them.
pub(super) fn spread(nodes: &mut Vec<Node>, more: Vec<Node>) {
    for node in more {
        match node {
            Node::Text(text) => push_text(nodes, &text),
            node => nodes.push(node),
        }
    }
}

/// All text in the nodes, as it was written.
pub(super) fn text_of(nodes: &[Node]) -> String {
    let text: String = nodes.iter().map(Node::text).collect();
    restored(&text)
}

/// Adds a text to what stands before it.
pub(super) fn push_text(nodes: &mut Vec<Node>, more: &str) {
    match nodes.last_mut() {
        _ if more.is_empty() => {}
        Some(Node::Text(text)) => text.push_str(more),
        _ => nodes.push(Node::Text(more.to_owned())),
    }
}

#[derive(Default)]
struct Line {
    /// All before the bars that may begin a spoiler.
    before: Vec<Node>,
    /// All behind them, where there are any.
    hidden: Option<Vec<Node>>,
}

impl Line {
    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find([ADDRESS.0, SPOILER]) {
            let (plain, from) = rest.split_at(at);
            self.put(Node::Text(restored(plain)));
            let mut chars = from.chars();
            if chars.next() == Some(SPOILER) {
                self.bars();
                rest = chars.as_str();
            } else {
                let (address, behind) = from.split_once(ADDRESS.1).unwrap_or((from, ""));
                self.address(restored(address));
                rest = behind;
            }
        }
        self.put(Node::Text(restored(rest)));
    }

    fn address(&mut self, text: String) {
        match addresses::href(&text) {
            Some((href, end)) if end as usize == text.chars().count() => self.put(
                Element {
                    kind: Kind::Link,
                    value: href,
                    children: vec![Node::Text(text)],
                }
                .into(),
            ),
            _ => self.put(Node::Text(text)),
        }
    }

    fn put(&mut self, node: Node) {
        let nodes = self.hidden.as_mut().unwrap_or(&mut self.before);
        match node {
            Node::Text(text) => push_text(nodes, &text),
            node => nodes.push(node),
        }
    }

    /// A spoiler begins or ends, or neither.
    fn bars(&mut self) {
        match self.hidden.take() {
            Some(hidden) if may_hide(&hidden) => {
                self.before.push(Element::new(Kind::Spoiler, hidden).into());
            }
            hidden => {
                self.give_back(hidden);
                self.hidden = Some(Vec::new());
            }
        }
    }

    /// Bars that began nothing are bars.
    fn give_back(&mut self, hidden: Option<Vec<Node>>) {
        let Some(hidden) = hidden else { return };
        self.put(Node::Text("||".to_owned()));
        for node in hidden {
            self.put(node);
        }
    }

    fn end(mut self) -> Vec<Node> {
        let hidden = self.hidden.take();
        self.give_back(hidden);
        self.before
    }
}

/// A spoiler has something in it, begins and ends with what is no space, and holds no other one, and no block.
fn may_hide(nodes: &[Node]) -> bool {
    let is_text = |node: Option<&Node>, is_at_edge: fn(&str) -> bool| match node {
        None => false,
        Some(Node::Text(text)) => !is_at_edge(text),
        Some(Node::Element(_)) => true,
    };
    is_text(nodes.first(), |text| text.starts_with(char::is_whitespace))
        && is_text(nodes.last(), |text| text.ends_with(char::is_whitespace))
        && are_shown(nodes)
}

fn are_shown(nodes: &[Node]) -> bool {
    nodes.iter().all(|node| match node {
        Node::Text(_) => true,
        Node::Element(element) => {
            element.kind.is_inline()
                && element.kind != Kind::Spoiler
                && are_shown(&element.children)
        }
    })
}
