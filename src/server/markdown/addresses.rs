//! Where links may lead.
//!
//! *Invariant:* to `http` and `https` as [`links`] finds addresses in a text, and to `mailto`; nowhere else.

use crate::links::links;
use parlour_protocol::Link;

/// Whether a text is an address and nothing else.
pub(super) fn is_one(text: &str) -> bool {
    href(text).is_some_and(|(_, end)| end as usize == text.chars().count())
}

/// Where a text leads that is to be an address.
pub(super) fn destination(text: &str) -> Option<String> {
    let is_mail = text
        .get(..7)
        .is_some_and(|start| start.eq_ignore_ascii_case("mailto:"));
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return None;
    }
    if is_mail {
        return (text.len() > 7 && text.is_ascii()).then(|| text.to_owned());
    }
    // What a sentence would end with belongs to it here.
    let (href, end) = href(text)?;
    let rest = text.char_indices().nth(end as usize);
    let rest = rest.map_or("", |(byte, _)| &text[byte..]);
    rest.is_ascii().then(|| href + rest)
}

/// Whether a text names an address, and another one than this.
pub(super) fn names_another(text: &str, than: &str) -> bool {
    let found = links(text);
    let mut hrefs = found.iter().map(|link| link.href.as_deref());
    match found.as_slice() {
        [] => false,
        [only] => match &only.href {
            Some(href) => href != than,
            None => written(text, only) != than,
        },
        _ => hrefs.any(|_| true),
    }
}

fn written(text: &str, link: &Link) -> String {
    let (start, end) = (link.start as usize, link.end as usize);
    text.chars().skip(start).take(end - start).collect()
}

/// Where an address leads that a text begins with, and how many characters of the text it is.
pub(super) fn href(text: &str) -> Option<(String, u32)> {
    let link = links(text)
        .into_iter()
        .next()
        .filter(|link| link.start == 0)?;
    let href = link.href.clone();
    Some((href.unwrap_or_else(|| written(text, &link)), link.end))
}
