//! Colours of code: what its words are, by the words and marks of its language.
//!
//! It is no parser: a table says what comments, strings and words a language has, and one look at each character decides.
//!
//! *Invariant:* the tokens, put together, are the code. The work grows with the length alone.

mod languages;
#[cfg(test)]
mod tests;

use languages::{LANGUAGES, Language};
use parlour_protocol::{Element, Kind, Node};

/// Longer code has no colours.
const LINES_MAX: usize = 400;
/// Tokens with a colour in a piece of code.
const TOKENS_MAX: usize = 1_500;

/// Characters between apostrophes.
const SHORT_MAX: usize = 200;

/// What a word of code is. Each is called on the wire as it is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Keyword,
    Type,
    Literal,
    String,
    Number,
    Comment,
    Function,
    Meta,
    Added,
    Removed,
}

impl Class {
    fn name(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::Type => "type",
            Self::Literal => "literal",
            Self::String => "string",
            Self::Number => "number",
            Self::Comment => "comment",
            Self::Function => "function",
            Self::Meta => "meta",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }
}

/// Whether this is the name of a language whose code has colours.
pub(super) fn is_known(name: &str) -> bool {
    language(name).is_some()
}

/// The code of a language as nodes: its words that have a colour, and all else as text.
pub(super) fn coloured(code: &str, name: &str) -> Vec<Node> {
    let tokens = match language(name) {
        Some(language) if code.lines().count() <= LINES_MAX => tokens(code, language),
        _ => Vec::new(),
    };
    let coloured = tokens.iter().filter(|(class, _)| class.is_some()).count();
    if tokens.is_empty() || coloured > TOKENS_MAX {
        return match code {
            "" => Vec::new(),
            code => vec![Node::Text(code.to_owned())],
        };
    }
    let nodes = tokens.into_iter().map(|(class, text)| {
        let text = Node::Text(text.to_owned());
        match class {
            None => text,
            Some(class) => Node::Element(Element {
                kind: Kind::Token,
                value: class.name().to_owned(),
                children: vec![text],
            }),
        }
    });
    nodes.collect()
}

fn language(name: &str) -> Option<&'static Language> {
    let is_it = |language: &&Language| {
        let mut names = language.names.split(' ');
        names.any(|known| known.eq_ignore_ascii_case(name))
    };
    LANGUAGES.iter().find(is_it)
}

type Token<'c> = (Option<Class>, &'c str);

fn tokens<'c>(code: &'c str, language: &Language) -> Vec<Token<'c>> {
    let mut tokens: Vec<Token<'c>> = Vec::new();
    let mut lexer = Lexer {
        rest: code,
        language,
        begins_line: true,
    };
    let mut plain = 0;
    let mut at = 0;
    while let Some((class, length)) = lexer.next() {
        if class.is_some() {
            if plain < at {
                tokens.push((None, &code[plain..at]));
            }
            tokens.push((class, &code[at..at + length]));
            plain = at + length;
        }
        at += length;
    }
    if plain < code.len() {
        tokens.push((None, &code[plain..]));
    }
    tokens
}

struct Lexer<'c, 'l> {
    rest: &'c str,
    language: &'l Language,
    /// Nothing but white space stands before in the line.
    begins_line: bool,
}

impl Lexer<'_, '_> {
    /// What comes next, and how many bytes it has.
    fn next(&mut self) -> Option<(Option<Class>, usize)> {
        let first = self.rest.chars().next()?;
        let (class, length) = self.look(first);
        let begins = match first {
            '\n' => true,
            c if c.is_whitespace() => self.begins_line,
            _ => false,
        };
        self.begins_line = begins;
        self.rest = &self.rest[length..];
        Some((class, length))
    }

    fn look(&self, first: char) -> (Option<Class>, usize) {
        let (rest, language) = (self.rest, self.language);
        if self.begins_line && language.is_diff {
            let line = rest.find('\n').unwrap_or(rest.len()).max(first.len_utf8());
            let class = match first {
                '+' => Some(Class::Added),
                '-' => Some(Class::Removed),
                '@' => Some(Class::Meta),
                _ => None,
            };
            return (class, line);
        }
        if first.is_whitespace() {
            return (None, first.len_utf8());
        }
        if let Some(length) = self.comment() {
            return (Some(Class::Comment), length);
        }
        if let Some(length) = self.string(first) {
            return (Some(Class::String), length);
        }
        if first.is_ascii_digit() {
            let goes_on = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
            return (Some(Class::Number), run(rest, goes_on));
        }
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let is_mark = language.metas.contains(&first);
        let name = &rest[if is_mark { first.len_utf8() } else { 0 }..];
        let dashed = |c: char| is_word(c) || (language.has_dashes && c == '-');
        let length = run(name, dashed);
        if is_mark && length > 0 && (self.begins_line || first != '#') {
            return (Some(Class::Meta), first.len_utf8() + length);
        }
        if is_mark || length == 0 {
            return (None, first.len_utf8());
        }
        (self.word(&rest[..length], &rest[length..]), length)
    }

    fn comment(&self) -> Option<usize> {
        let (rest, language) = (self.rest, self.language);
        for (begin, end) in language.blocks {
            if let Some(inner) = rest.strip_prefix(begin) {
                let length = inner.find(end).map_or(inner.len(), |at| at + end.len());
                return Some(begin.len() + length);
            }
        }
        let mut lines = language.lines.split(' ').filter(|begin| !begin.is_empty());
        let is_comment = lines.any(|begin| rest.starts_with(begin));
        is_comment.then(|| rest.find('\n').unwrap_or(rest.len()))
    }

    fn string(&self, first: char) -> Option<usize> {
        let (rest, language) = (self.rest, self.language);
        if !language.quotes.contains(&first) {
            return None;
        }
        let thrice = rest
            .get(..3)
            .filter(|three| three.chars().all(|c| c == first));
        if let Some(thrice) = thrice.filter(|_| language.has_long_strings) {
            let inner = &rest[3..];
            return Some(3 + inner.find(thrice).map_or(inner.len(), |at| at + 3));
        }
        // What is not closed in its line ends with it; but an apostrophe, or a lifetime, is none then.
        let is_short = first == '\'';
        let unclosed = |at: usize| (!is_short).then_some(at);
        let mut is_escaped = false;
        for (nth, (at, c)) in rest.char_indices().enumerate().skip(1) {
            match c {
                '\n' if first != '`' => return unclosed(at),
                _ if is_short && nth > SHORT_MAX => return None,
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                c if c == first => return Some(at + 1),
                _ => {}
            }
        }
        unclosed(rest.len())
    }

    fn word(&self, word: &str, behind: &str) -> Option<Class> {
        let language = self.language;
        let is_in = |words: &str| {
            let mut words = words.split(' ');
            words.any(|known| match language.ignores_case {
                true => known.eq_ignore_ascii_case(word),
                false => known == word,
            })
        };
        if is_in(language.keywords) {
            Some(Class::Keyword)
        } else if is_in(language.literals) {
            Some(Class::Literal)
        } else if is_in(language.types) {
            Some(Class::Type)
        } else if language.has_calls && behind.starts_with('(') {
            Some(Class::Function)
        } else if language.has_keys && behind.trim_start_matches(' ').starts_with([':', '=']) {
            Some(Class::Type)
        } else {
            let is_type = language.has_types && word.starts_with(char::is_uppercase);
            is_type.then_some(Class::Type)
        }
    }
}

fn run(text: &str, goes_on: impl Fn(char) -> bool) -> usize {
    text.find(|c| !goes_on(c)).unwrap_or(text.len())
}
