//! Message text taken apart for display: plain runs and links.
//!
//! *Invariant:* the segments, put together again, are the text. Nothing here makes markup; the
//! views escape.

use linkify::{LinkFinder, LinkKind};

/// A piece of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Shown as it is.
    Plain(String),
    /// Shown as it is, and leads there.
    Link {
        /// What is shown.
        text: String,
        /// Where it leads; `http:` or `https:` only.
        href: String,
    },
}

/// Splits a message into plain runs and `http(s)` links, in linear time.
pub fn segments(text: &str) -> Vec<Segment> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    finder
        .spans(text)
        .map(|span| {
            let text = span.as_str().to_owned();
            match span.kind() {
                Some(LinkKind::Url) if is_web(&text) => Segment::Link {
                    href: text.clone(),
                    text,
                },
                _ => Segment::Plain(text),
            }
        })
        .collect()
}

fn is_web(url: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        url.get(..scheme.len())
            .is_some_and(|s| s.eq_ignore_ascii_case(scheme))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<String> {
        let pieces = segments(text);
        let whole: String = pieces
            .iter()
            .map(|s| match s {
                Segment::Plain(text) | Segment::Link { text, .. } => text.as_str(),
            })
            .collect();
        assert_eq!(whole, text);
        pieces
            .into_iter()
            .filter_map(|s| match s {
                Segment::Link { href, .. } => Some(href),
                Segment::Plain(_) => None,
            })
            .collect()
    }

    #[test]
    fn web_addresses_become_links() {
        assert_eq!(
            links("see https://example.org/a?b=(c), and HTTP://x.org."),
            ["https://example.org/a?b=(c)", "HTTP://x.org"]
        );
    }

    #[test]
    fn nothing_else_does() {
        for text in [
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://x.org",
            "a@b.org",
            "javascript://https/%0aalert(1)",
        ] {
            assert_eq!(links(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn markup_stays_text() {
        assert_eq!(links("<a href=\"https://x.org\">"), ["https://x.org"]);
    }
}
