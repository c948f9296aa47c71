//! What of a text the parser is not to see: a noncharacter stands for it meanwhile.
//!
//! *Invariant:* what was shielded, put back, is what it was: a text that has such characters itself is not shielded.

use crate::links::links;

/// Stand before and behind an address.
pub(super) const ADDRESS: (char, char) = ('\u{fdd0}', '\u{fdd1}');
/// Stands for the bars of a spoiler.
pub(super) const SPOILER: char = '\u{fdd2}';
/// Stands for the first of [`SHIELDED`], and those behind it for the others.
const FIRST: char = '\u{fdd3}';
/// Characters that would mean something: the first three would begin markup of HTML or stand for a character, and end the
/// name of a reference; the others do so in an address.
const SHIELDED: [char; 11] = ['<', '&', ':', '*', '_', '~', '[', ']', '(', ')', '!'];

/// A text as the parser is to see it; none for a text that cannot be shielded.
pub(super) fn shielded(text: &str) -> Option<String> {
    if text.contains(is_noncharacter) {
        return None;
    }
    let text = separated(text);
    let mut shielded = String::with_capacity(text.len() + text.len() / 8);
    let (mut rest, mut at) = (text.as_str(), 0);
    for link in links(&text) {
        let (before, from) = split(rest, link.start.checked_sub(at)?);
        let (address, behind) = split(from, link.end.checked_sub(link.start)?);
        outside(before, &mut shielded);
        // What closes markup around an address is no part of it.
        let kept = address.trim_end_matches(['*', '_', '~']);
        shielded.push(ADDRESS.0);
        shielded.extend(kept.chars().map(stand_in));
        shielded.push(ADDRESS.1);
        shielded.push_str(&address[kept.len()..]);
        (rest, at) = (behind, link.end);
    }
    outside(rest, &mut shielded);
    Some(shielded)
}

/// The text with an empty line behind every quote and list that has none: what stands below is no part of it.
fn separated(text: &str) -> String {
    let mut separated = String::with_capacity(text.len() + 8);
    let (mut is_in, mut fence) = (false, None);
    for line in text.split_inclusive('\n') {
        let kept = line.trim_start();
        let begins = begins_container(kept);
        if fence.is_none() && is_in && !begins && !kept.is_empty() && kept.len() == line.len() {
            separated.push('\n');
            is_in = false;
        }
        separated.push_str(line);
        is_in = begins || is_in && !kept.is_empty();
        fence = match (fence, fence_of(kept)) {
            (None, begun) => begun,
            (Some(of), Some(other)) if of == other => None,
            (open, _) => open,
        };
    }
    separated
}

/// Whether a line begins a quote or an item.
fn begins_container(line: &str) -> bool {
    let digits = line.bytes().take(10).take_while(u8::is_ascii_digit).count();
    let behind = match line.as_bytes() {
        [b'>', ..] => return true,
        [b'-' | b'+' | b'*', rest @ ..] => rest,
        bytes => match &bytes[digits..] {
            [b'.' | b')', rest @ ..] if digits > 0 => rest,
            _ => return false,
        },
    };
    matches!(behind.first(), None | Some(b' ' | b'\t' | b'\n'))
}

/// What a line's fence is made of, if it is one.
fn fence_of(line: &str) -> Option<char> {
    let of = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let about = line.trim_start_matches(of);
    let is_fence = line.len() - about.len() >= 3 && !(of == '`' && about.contains('`'));
    is_fence.then_some(of)
}

/// The first so many characters, and what is behind them.
fn split(text: &str, characters: u32) -> (&str, &str) {
    let end = text.char_indices().nth(characters as usize);
    text.split_at(end.map_or(text.len(), |(byte, _)| byte))
}

fn outside(text: &str, shielded: &mut String) {
    let mut chars = text.chars().peekable();
    let (mut is_escaped, mut before) = (false, ' ');
    while let Some(c) = chars.next() {
        match c {
            '<' | '&' => shielded.push(stand_in(c)),
            ':' if before == ']' => shielded.push(stand_in(c)),
            '|' if !is_escaped && chars.peek() == Some(&'|') => {
                chars.next();
                shielded.push(SPOILER);
            }
            _ => shielded.push(c),
        }
        is_escaped = c == '\\' && !is_escaped;
        before = c;
    }
}

/// What was there.
pub(super) fn restored(text: &str) -> String {
    if !text.contains(is_noncharacter) {
        return text.to_owned();
    }
    let mut restored = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            SPOILER => restored.push_str("||"),
            c if c == ADDRESS.0 || c == ADDRESS.1 => {}
            c => restored.push(stood_for(c)),
        }
    }
    restored
}

fn stand_in(c: char) -> char {
    let at = (SHIELDED.iter().zip(u32::from(FIRST)..)).find(|(shielded, _)| **shielded == c);
    at.and_then(|(_, code)| char::from_u32(code)).unwrap_or(c)
}

fn stood_for(c: char) -> char {
    let at = u32::from(c).checked_sub(u32::from(FIRST));
    let shielded = at.and_then(|at| SHIELDED.get(at as usize));
    shielded.copied().unwrap_or(c)
}

fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}')
}
