//! The host of an address: what it may be, and what it is to the network.

use super::characters::{Kind, is_unspaced, is_word, is_word_or_sign};
use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Bytes of a host; of its form on the network there are at most 253.
const LONGEST: usize = 1_024;
/// No host ends with these; one that is followed by a path may end with a dot.
const TRAILING: [char; 5] = ['.', '-', '_', '\u{b7}', '\u{30fb}'];

/// Whether a host may have this character, by the looks of it.
pub(super) fn may_have(c: char, kind: Kind) -> bool {
    match c {
        '-' | '.' | '_' => true,
        // Between letters of Catalan, and between words of Japanese.
        '\u{b7}' | '\u{30fb}' => true,
        c if c.is_ascii() => c.is_ascii_alphanumeric(),
        c => kind == Kind::Part && is_word_or_sign(c),
    }
}

/// How long the IPv6 address in brackets is that a text begins with.
pub(super) fn literal(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[')?;
    // As long as the longest of them.
    let length = inner.bytes().take(46).position(|byte| byte == b']')?;
    inner[..length].parse::<Ipv6Addr>().ok()?;
    Some(length + 2)
}

/// A host that nothing follows, without what is only written after it: punctuation, an emoji, or the next
/// word of a language that sets no space there.
pub(super) fn bare(run: &str) -> &str {
    let run = run.trim_end_matches(TRAILING);
    let last = run.rfind('.').map_or(0, |dot| dot + 1);
    let label = &run[last..];
    let is_latin = label.starts_with(|c: char| c.is_ascii_alphanumeric());
    let is_next = |c: char| !c.is_ascii() && (!is_word(c) || (is_latin && is_unspaced(c)));
    match label.find(is_next) {
        Some(next) => run[..last + next].trim_end_matches(TRAILING),
        None => run,
    }
}

/// What a host is to the network: itself, or another text where it is not ASCII. `None` when it is no host
/// (UTS 46, or a number that is not an IPv4 address in its usual form).
pub(super) fn ascii(host: &str) -> Option<Cow<'_, str>> {
    if host.is_empty() || host.len() > LONGEST {
        return None;
    }
    let ascii = Uts46::new().to_ascii(
        host.as_bytes(),
        AsciiDenyList::URL,
        Hyphens::Allow,
        DnsLength::VerifyAllowRootDot,
    );
    let ascii = ascii.ok()?;
    let labels = ascii.strip_suffix('.').unwrap_or(&ascii);
    let last = labels.rsplit('.').next().unwrap_or_default();
    if is_number(last) && ascii.parse::<Ipv4Addr>().is_err() {
        return None;
    }
    match host.is_ascii() {
        true => Some(Cow::Borrowed(host)),
        false => Some(Cow::Owned(ascii.into_owned())),
    }
}

/// As a browser takes it: decimal, octal or hexadecimal.
fn is_number(label: &str) -> bool {
    let digits = label
        .strip_prefix("0x")
        .or_else(|| label.strip_prefix("0X"));
    match digits {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit()),
    }
}
