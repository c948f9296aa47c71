//! Where links may lead.
//!
//! *Invariant:* to `http` and `https` as [`links`] finds addresses in a text, and to `mailto`; nowhere else.

use crate::links::links;
use parlour_protocol::Link;
use unicode_normalization::UnicodeNormalization;

/// What a name that stands for a site ends with, where nothing else says that it is one: other ends are those of files,
/// which are talked about as much.
const ENDS: [&str; 24] = [
    "com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "bank", "shop", "app", "io",
    "co", "uk", "de", "fr", "eu", "ch", "at", "nl", "us", "ca", "jp",
];

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
    let whole = rest.is_ascii().then(|| href + rest)?;
    // Whom one is there stands before a host, and passes for one.
    let authority = authority(&whole);
    let is_host = !authority.contains(['@', '"', '<', '>', '^', '`', '{', '|', '}']);
    is_host.then_some(whole)
}

/// Whether a text shows an address, and another one than this.
pub(super) fn names_another(text: &str, than: &str) -> bool {
    // What runs the other way reads as what it is not.
    if text.chars().any(turns) {
        return true;
    }
    let seen: String = text.nfkc().filter(|c| !is_unseen(*c)).collect();
    let found = links(&seen);
    let is_another = match found.as_slice() {
        [] => false,
        [only] => match &only.href {
            Some(href) => href != than,
            None => written(&seen, only) != than,
        },
        _ => true,
    };
    is_another
        || seen
            .split_whitespace()
            .any(|word| passes_for_another(word, than))
}

/// Whether somebody sees anything of a text.
pub(super) fn is_seen(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !is_unseen(c))
}

/// Whether a word looks like a host, or like the address of a mailbox, and is another one than this leads to.
fn passes_for_another(word: &str, than: &str) -> bool {
    let word = word.trim_matches(|c: char| c.is_ascii_punctuation() && c != '/');
    let leads_to = than
        .get(..7)
        .filter(|start| start.eq_ignore_ascii_case("mailto:"));
    if let Some((_, behind)) = word.split_once('@')
        && behind.contains('.')
    {
        let mailbox = leads_to.and_then(|_| than.get(7..)?.split('?').next());
        return !mailbox.is_some_and(|mailbox| mailbox.eq_ignore_ascii_case(word));
    }
    let host = authority(word).split(':').next().unwrap_or_default();
    let Some((_, end)) = host.rsplit_once('.') else {
        return false;
    };
    let is_known = ENDS.iter().any(|known| known.eq_ignore_ascii_case(end));
    let is_site = is_known
        || host
            .get(..4)
            .is_some_and(|www| www.eq_ignore_ascii_case("www."));
    let bare = |host: &str| host.to_lowercase().trim_start_matches("www.").to_owned();
    let there = authority(than).split(':').next().unwrap_or_default();
    is_site && (leads_to.is_some() || bare(host) != bare(there))
}

/// What stands between the scheme of an address, if it has one, and its path.
fn authority(address: &str) -> &str {
    let behind = address
        .split_once("://")
        .map_or(address, |(_, behind)| behind);
    behind
        .split(['/', '?', '#', '\\'])
        .next()
        .unwrap_or_default()
}

/// Characters that turn the direction of a text.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that take no room, or nothing but room.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_passes_for_another_address_than_its_own_is_found() {
        let evil = "http://evil.example";
        for text in [
            "https://pay\u{200b}pal.com",
            "https://pay\u{2060}pal.com",
            "https://pay\u{ad}pal.com",
            "https://u@paypal.com",
            "\u{202e}moc.lapyap//:sptth",
            "paypal.com",
            "PayPal.com/login",
            "see (www.paypal.xyz).",
            "https\u{ff1a}//paypal.com",
            "a@bank.com",
            "http://evil.example.org",
        ] {
            assert!(names_another(text, evil), "{text}");
        }
        assert!(names_another("a@bank.com", "mailto:evil@x.example"));
        assert!(names_another("bank.com", "mailto:evil@x.example"));
    }

    #[test]
    fn words_names_of_files_and_the_address_itself_are_no_other_address() {
        for (text, than) in [
            ("here", "http://evil.example"),
            (
                "Node.js and README.md, e.g. main.rs",
                "https://example.org/a",
            ),
            ("version 1.2", "https://example.org/a"),
            ("https://example.org/a", "https://example.org/a"),
            ("example.org", "https://www.example.org/a"),
            ("Example.ORG/b", "https://example.org:8443/a"),
            ("a@bank.com", "mailto:a@bank.com?subject=x"),
            ("an @mention.", "https://example.org/a"),
        ] {
            assert!(!names_another(text, than), "{text}");
        }
    }

    #[test]
    fn nobody_stands_before_a_host() {
        for text in [
            "http://good.example@evil.example/",
            "http://good.example\"@evil.example/",
            "https://user:word@evil.example",
        ] {
            assert_eq!(destination(text), None, "{text}");
        }
        let path = "https://example.org/@alice?x=a@b";
        assert_eq!(destination(path).as_deref(), Some(path));
    }
}
