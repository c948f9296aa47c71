//! Message text taken apart for display: plain runs and links.
//!
//! *Invariant:* the segments, put together again, are the text. Nothing here makes markup; the
//! views escape.

use crate::Link;

/// A piece of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'m> {
    /// What is shown.
    pub text: &'m str,
    /// Where it leads, if it does.
    pub href: Option<&'m str>,
}

/// Splits a message at the links that its record names; one that cannot be there is none.
pub fn segments<'m>(text: &'m str, links: &'m [Link]) -> Vec<Segment<'m>> {
    let mut segments = Vec::new();
    let (mut rest, mut at) = (text, 0);
    for link in links {
        let (Some(before), Some(length)) =
            (link.start.checked_sub(at), link.end.checked_sub(link.start))
        else {
            continue;
        };
        let (plain, from) = split(rest, before);
        let (shown, behind) = split(from, length);
        segments.push(Segment {
            text: plain,
            href: None,
        });
        segments.push(Segment {
            text: shown,
            href: Some(link.href.as_deref().unwrap_or(shown)),
        });
        (rest, at) = (behind, link.end);
    }
    segments.push(Segment {
        text: rest,
        href: None,
    });
    segments.retain(|segment| !segment.text.is_empty());
    segments
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

    fn shown<'m>(text: &'m str, links: &'m [Link]) -> Vec<(&'m str, Option<&'m str>)> {
        let segments = segments(text, links);
        let whole: String = segments.iter().map(|segment| segment.text).collect();
        assert_eq!(whole, text);
        let parts = segments.into_iter();
        parts.map(|segment| (segment.text, segment.href)).collect()
    }

    #[test]
    fn a_text_is_split_at_its_links_counted_in_characters() {
        let links = [
            link(2, 9, None),
            link(9, 12, Some("http://x")),
            link(14, 16, None),
        ];
        assert_eq!(
            shown("é:http://😀bcde fg", &links),
            [
                ("é:", None),
                ("http://", Some("http://")),
                ("😀bc", Some("http://x")),
                ("de", None),
                (" f", Some(" f")),
                ("g", None),
            ]
        );
        assert_eq!(shown("plain", &[]), [("plain", None)]);
        assert_eq!(shown("", &[]), []);
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
            assert_eq!(shown(text, &[wrong]), [("éa", None)]);
        }
        let twice = [link(0, 1, None), link(0, 2, None), link(1, 9, None)];
        assert_eq!(shown(text, &twice), [("é", Some("é")), ("a", Some("a"))]);
    }
}
