//! Message text taken apart for display: plain runs and links.
//!
//! *Invariant:* the texts, put together again, are the text. Nothing here makes markup; the
//! views escape.

use crate::{Element, Kind, Link, Node};

/// Splits a message without markup at the links that its record names; one that cannot be there is none.
pub fn nodes(text: &str, links: &[Link]) -> Vec<Node> {
    let mut nodes = Vec::new();
    let (mut rest, mut at) = (text, 0);
    for link in links {
        let (Some(before), Some(length)) =
            (link.start.checked_sub(at), link.end.checked_sub(link.start))
        else {
            continue;
        };
        let (plain, from) = split(rest, before);
        let (shown, behind) = split(from, length);
        (rest, at) = (behind, link.end);
        push(&mut nodes, plain);
        if !shown.is_empty() {
            nodes.push(Node::Element(Element {
                kind: Kind::Link,
                value: link.href.as_deref().unwrap_or(shown).to_owned(),
                children: vec![Node::Text(shown.to_owned())],
            }));
        }
    }
    push(&mut nodes, rest);
    nodes
}

fn push(nodes: &mut Vec<Node>, text: &str) {
    if !text.is_empty() {
        nodes.push(Node::Text(text.to_owned()));
    }
}

/// The first so many characters, and what is behind them.
fn split(text: &str, characters: u32) -> (&str, &str) {
    let mut indices = text.char_indices();
    let end = indices.nth(characters as usize);
    text.split_at(end.map_or(text.len(), |(byte, _)| byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(start: u32, end: u32, href: Option<&str>) -> Link {
        let href = href.map(str::to_owned);
        Link { start, end, href }
    }

    fn shown(text: &str, links: &[Link]) -> Vec<(String, Option<String>)> {
        let parts = nodes(text, links).into_iter().map(|node| match &node {
            Node::Text(text) => (text.clone(), None),
            Node::Element(link) => (node.text(), Some(link.value.clone())),
        });
        let parts: Vec<_> = parts.collect();
        let whole: String = parts.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(whole, text);
        parts
    }

    #[track_caller]
    fn is_split(text: &str, links: &[Link], expected: &[(&str, Option<&str>)]) {
        let expected = expected.iter();
        let expected = expected.map(|(text, href)| (text.to_string(), href.map(str::to_owned)));
        assert_eq!(shown(text, links), expected.collect::<Vec<_>>());
    }

    #[test]
    fn a_text_is_split_at_its_links_counted_in_characters() {
        let links = [
            link(2, 9, None),
            link(9, 12, Some("http://x")),
            link(14, 16, None),
        ];
        is_split(
            "é:http://😀bcde fg",
            &links,
            &[
                ("é:", None),
                ("http://", Some("http://")),
                ("😀bc", Some("http://x")),
                ("de", None),
                (" f", Some(" f")),
                ("g", None),
            ],
        );
        is_split("plain", &[], &[("plain", None)]);
        is_split("", &[], &[]);
    }

    #[test]
    fn a_link_that_cannot_be_there_is_none() {
        let text = "éa";
        for wrong in [
            link(1, 0, None),
            link(2, 2, None),
            link(7, 9, None),
            link(u32::MAX, u32::MAX, None),
        ] {
            let whole: String = shown(text, &[wrong])
                .into_iter()
                .map(|(text, _)| text)
                .collect();
            assert_eq!(whole, text);
        }
        let twice = [link(0, 1, None), link(0, 2, None), link(1, 9, None)];
        is_split(text, &twice, &[("é", Some("é")), ("a", Some("a"))]);
    }
}
