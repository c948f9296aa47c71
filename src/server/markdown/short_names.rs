//! Short names of emoji in a text: `:tada:`.
//!
//! *Invariant:* the name stays in the tree, inside of the emoji that it stands for. In code there are none, and none
//! within a word or a time.

use crate::emoji;
use parlour_protocol::{Element, Kind, Node};

/// Bytes of a name; longer than all there are.
const NAME_MAX: usize = 64;

/// Whether there may be one in a text: nearly every text is known to have none by its colons.
pub(super) fn may_be_in(text: &str) -> bool {
    next(text).is_some()
}

/// Puts the emoji in the places of their names.
pub(super) fn resolve(nodes: &mut Vec<Node>) {
    if !nodes.iter().any(has_some) {
        return;
    }
    let mut resolved = Vec::with_capacity(nodes.len() + 2);
    for node in nodes.drain(..) {
        match node {
            Node::Text(text) => split(&text, &mut resolved),
            Node::Element(mut element) => {
                if !matches!(element.kind, Kind::Code | Kind::Lines) {
                    resolve(&mut element.children);
                }
                resolved.push(Node::Element(element));
            }
        }
    }
    *nodes = resolved;
}

fn has_some(node: &Node) -> bool {
    match node {
        Node::Text(text) => may_be_in(text),
        Node::Element(element) => element.children.iter().any(has_some),
    }
}

fn split(text: &str, to: &mut Vec<Node>) {
    let mut rest = text;
    while let Some((at, end, emoji)) = next(rest) {
        if at > 0 {
            to.push(Node::Text(rest[..at].to_owned()));
        }
        to.push(Node::Element(Element {
            kind: Kind::Emoji,
            value: emoji.to_owned(),
            children: vec![Node::Text(rest[at..end].to_owned())],
        }));
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        to.push(Node::Text(rest.to_owned()));
    }
}

/// Where the next name begins, where it ends, and what it stands for.
fn next(text: &str) -> Option<(usize, usize, &'static str)> {
    let bytes = text.as_bytes();
    let is_word = |at: usize| {
        bytes
            .get(at)
            .is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80)
    };
    let mut from = 0;
    while let Some(found) = text[from..].find(':') {
        let at = from + found;
        from = at + 1;
        if at > 0 && (is_word(at - 1) && bytes[at - 1] < 0x80 || bytes[at - 1] == b':') {
            continue;
        }
        let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-');
        let name = bytes[from..]
            .iter()
            .take(NAME_MAX)
            .take_while(|b| is_name(b));
        let end = from + name.count();
        let is_closed = end > from && bytes.get(end) == Some(&b':');
        if !is_closed || is_word(end + 1) && bytes[end + 1] < 0x80 {
            continue;
        }
        if let Some(emoji) = emoji::found(&text[at..=end]) {
            return Some((at, end + 1, emoji));
        }
        // Its end may be the beginning of the next one.
        from = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::markdown::formatted;
    use crate::markdown::mentions::Names;

    fn tree(text: &str) -> String {
        formatted(text, &Names::default()).map_or_else(String::new, |made| made.json)
    }

    #[test]
    fn a_short_name_is_its_emoji_and_stays_in_the_tree() {
        assert_eq!(
            tree("so :tada:!"),
            r#"[["p","so ",["emoji","🎉",":tada:"],"!"]]"#
        );
        assert_eq!(
            tree(":+1: :+1:"),
            r#"[["p",["emoji","👍",":+1:"]," ",["emoji","👍",":+1:"]]]"#
        );
        assert_eq!(
            tree("a :nothing: :tada:"),
            r#"[["p","a :nothing: ",["emoji","🎉",":tada:"]]]"#
        );
        assert_eq!(
            tree("**:tada:**"),
            r#"[["p",["strong",["emoji","🎉",":tada:"]]]]"#
        );
        assert_eq!(tree("é:tada:"), r#"[["p","é",["emoji","🎉",":tada:"]]]"#);
    }

    #[test]
    fn what_is_no_short_name_stays_text() {
        for text in [
            "10:30:45",
            "at 12:100:3",
            "std::fmt::Debug",
            ":not_an_emoji:",
            "a:tada:",
            ":tada:b",
            ": tada :",
            "::",
            "http://tada:1",
        ] {
            assert_eq!(tree(text), "", "{text:?}");
        }
        assert_eq!(tree("`:tada:`"), r#"[["p",["code",":tada:"]]]"#);
    }

    #[test]
    fn many_colons_take_no_time_to_speak_of() {
        for text in [
            ":".repeat(10_000),
            ":a".repeat(5_000),
            ":tada".repeat(2_000),
        ] {
            assert_eq!(tree(&text), "");
        }
    }
}
