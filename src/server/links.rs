//! Web addresses in a message's text: where each begins and ends, and where it leads.
//!
//! UTS 46 says what a host may be, and Unicode's properties which punctuation an address cannot have, in
//! every script. What a browser would take for something else than it reads as is no link: a
//! `user:password@`, a direction that is overridden, characters that do not show.
//!
//! *Invariant:* links are in order and do not overlap; each leads to a host over `http` or `https`, without
//! a user. The work grows with the length alone, whatever the text is.

mod characters;
mod direction;
mod host;
#[cfg(test)]
mod tests;

use characters::{
    Kind, is_delimiter, is_joiner, is_mere_sign, is_reordering, is_selector, is_unspaced_letter,
    kind,
};
use direction::Direction;
use parlour_protocol::Link;
use std::borrow::Cow;

/// Links in one message; what follows is text.
const MOST: usize = 100;
/// What stands between a scheme and a host.
const MARK: &str = "://";

/// The links of a text.
pub(crate) fn links(text: &str) -> Vec<Link> {
    // Nearly every text has none, which is known at once.
    match text.contains(MARK) {
        true => Finder::new(text).links(),
        false => Vec::new(),
    }
}

struct Finder<'t> {
    text: &'t str,
    direction: Direction<'t>,
    /// Characters that were looked at.
    steps: usize,
}

/// Where an address ends, and where it leads if that is not what it says.
struct Address {
    end: usize,
    href: Option<String>,
}

/// No link: the next one begins no earlier than at this byte.
struct Beyond(usize);

impl<'t> Finder<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            direction: Direction::of(text),
            steps: 0,
        }
    }

    fn links(&mut self) -> Vec<Link> {
        let mut links = Vec::new();
        let mut from = 0;
        let mut counted = Counted::of(self.text);
        while links.len() < MOST
            && let Some(mark) = self.text[from..].find(MARK)
        {
            let (before, mark) = (&self.text[from..from + mark], from + mark);
            let first = mark + MARK.len();
            let Some(start) = scheme_before(before).map(|length| mark - length) else {
                from = first;
                continue;
            };
            from = match self.address(start, first) {
                Ok(Address { end, href }) => {
                    links.push(Link {
                        start: counted.up_to(start),
                        end: counted.up_to(end),
                        href,
                    });
                    end
                }
                Err(Beyond(byte)) => byte,
            };
        }
        links
    }

    /// The address whose scheme begins at the byte `start`, and whose host at `first`.
    fn address(&mut self, start: usize, first: usize) -> Result<Address, Beyond> {
        if self.direction.is_overridden(start) {
            return Err(Beyond(first));
        }
        let literal = host::literal(&self.text[first..]);
        let run_end = match literal {
            Some(length) => first + length,
            None => self.host_run(first),
        };
        // What looks like a host may be the scheme of the next one.
        if run_end == first || self.text[run_end..].starts_with(MARK) {
            return Err(Beyond(first));
        }
        if self.has_user(run_end) {
            return Err(Beyond(self.run(run_end)));
        }
        let port_end = self.port(run_end);
        let path_end = self.path(port_end)?;

        let run = &self.text[first..run_end];
        let is_whole = path_end > run_end || literal.is_some();
        let shown = if is_whole { run } else { host::bare(run) };
        let host_end = first + shown.len();
        let end = if is_whole { path_end } else { host_end };
        if end <= port_end && self.text[host_end..run_end].is_ascii() {
            self.check_behind(port_end)?;
        }
        let host = match literal {
            Some(_) => Cow::Borrowed(run),
            None => host::ascii(shown).ok_or(Beyond(first))?,
        };
        let href = match host {
            Cow::Borrowed(_) => None,
            Cow::Owned(host) => {
                let (scheme, rest) = (&self.text[start..first], &self.text[host_end..end]);
                Some(format!("{scheme}{host}{rest}"))
            }
        };
        Ok(Address { end, href })
    }

    /// The end of what may be a host by its characters.
    fn host_run(&mut self, first: usize) -> usize {
        let mut at = first;
        while let Some((c, _)) = self.peek(at).filter(|(c, kind)| host::may_have(*c, *kind)) {
            at += c.len_utf8();
        }
        at
    }

    /// Whether a browser would read what stands before as a user and a password.
    fn has_user(&mut self, mut at: usize) -> bool {
        while let Some((c, kind)) = self.peek(at) {
            match c {
                '@' => return true,
                '/' | '?' | '#' => return false,
                _ if kind == Kind::Stop => return false,
                _ => at += c.len_utf8(),
            }
        }
        false
    }

    /// The end of everything that no character separates from an address.
    fn run(&mut self, mut at: usize) -> usize {
        while let Some((c, _)) = self.peek(at).filter(|(_, kind)| *kind != Kind::Stop) {
            at += c.len_utf8();
        }
        at
    }

    /// The end of a port, where there is one.
    fn port(&mut self, at: usize) -> usize {
        let Some(rest) = self.text[at..].strip_prefix(':') else {
            return at;
        };
        let digits = rest.bytes().take(6).take_while(u8::is_ascii_digit).count();
        let end = at + 1 + digits;
        let is_port = rest[..digits].parse::<u16>().is_ok();
        let goes_on = self.text[end..].starts_with(|c: char| c.is_ascii_alphanumeric());
        if is_port && !goes_on { end } else { at }
    }

    /// The end of path, query and fragment: brackets in pairs, and no punctuation that ends a sentence.
    ///
    /// Nor the words of a text that sets no space behind an address: an ASCII letter or digit ends it where a
    /// letter of Han, Bopomofo, Hiragana, Katakana, Hangul, Thai, Lao, Khmer or Myanmar follows. But where such
    /// a letter stood behind a delimiter (`/ = - _ . ? & # + ~ : ,` or a percent-encoding), the address is
    /// written in that script itself, and both may alternate from there on.
    fn path(&mut self, from: usize) -> Result<usize, Beyond> {
        let mut end = from;
        if !self.text[from..].starts_with(['/', '?', '#']) {
            return Ok(end);
        }
        let mut open = Vec::new();
        let (mut at, mut before) = (from, '/');
        let mut is_of_script = false;
        while let Some((c, kind)) = self.peek(at) {
            let next = at + c.len_utf8();
            match kind {
                Kind::Stop => break,
                Kind::Part if !is_of_script && is_unspaced_letter(c) => {
                    is_of_script = is_delimiter(before) || ends_encoded(&self.text[from..at]);
                    if !is_of_script && before.is_ascii_alphanumeric() {
                        break;
                    }
                    end = next;
                }
                Kind::Part => end = next,
                Kind::Soft => {}
                Kind::Open(closes) => open.push(closes),
                Kind::Close if open.pop() == Some(c) => end = next,
                Kind::Close => break,
                Kind::Hidden if !before.is_ascii() && self.belongs(c, next) => end = next,
                Kind::Hidden => {
                    self.check_over(at)?;
                    break;
                }
            }
            (at, before) = (next, c);
        }
        Ok(end)
    }

    /// Whether a character that does not show is spelling: of an emoji, or between letters that it joins.
    fn belongs(&mut self, c: char, next: usize) -> bool {
        let mut joins = || {
            let next = self.peek(next);
            next.is_some_and(|(c, kind)| !c.is_ascii() && kind == Kind::Part)
        };
        is_selector(c) || (is_joiner(c) && joins())
    }

    /// Judges what stands right behind an address without a path.
    fn check_behind(&mut self, at: usize) -> Result<(), Beyond> {
        match self.peek(at) {
            Some((_, Kind::Hidden)) => self.check_over(at),
            Some((c, _)) if is_mere_sign(c) => Err(Beyond(self.run(at))),
            _ => Ok(()),
        }
    }

    /// What does not show may stand behind an address, but not within one.
    fn check_over(&mut self, from: usize) -> Result<(), Beyond> {
        let mut at = from;
        while let Some((c, kind)) = self.peek(at) {
            match kind {
                Kind::Stop => break,
                Kind::Part => return Err(Beyond(self.run(at))),
                Kind::Hidden if is_reordering(c) => return Err(Beyond(self.run(at))),
                _ => at += c.len_utf8(),
            }
        }
        Ok(())
    }

    fn peek(&mut self, at: usize) -> Option<(char, Kind)> {
        self.steps += 1;
        let c = self.text[at..].chars().next()?;
        Some((c, kind(c)))
    }
}

/// Whether a text ends with a percent-encoding.
fn ends_encoded(text: &str) -> bool {
    matches!(
        text.as_bytes(),
        [.., b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()
    )
}

/// How long the scheme is that a text ends with, if it is one that is linked.
fn scheme_before(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    ["https", "http"].into_iter().find_map(|scheme| {
        let (before, end) = bytes.split_at_checked(bytes.len().checked_sub(scheme.len())?)?;
        // A longer word is another scheme.
        let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-');
        let is_it = end.eq_ignore_ascii_case(scheme.as_bytes());
        (is_it && !before.last().is_some_and(goes_on)).then_some(scheme.len())
    })
}

/// Counts a text's characters, forward only.
struct Counted<'t> {
    text: &'t str,
    byte: usize,
    characters: u32,
}

impl<'t> Counted<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text,
            byte: 0,
            characters: 0,
        }
    }

    fn up_to(&mut self, byte: usize) -> u32 {
        let passed = self.text[self.byte..byte].chars().count();
        // A message has ten thousand.
        self.characters += u32::try_from(passed).unwrap_or_default();
        self.byte = byte;
        self.characters
    }
}
