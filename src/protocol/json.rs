//! JSON in little code: how the browser reads and writes what the server does with serde.
//!
//! serde makes a parser for every record, which is fast, and was a sixth of what a first visit loads.
//! Here one parser makes a tree, and each record takes its fields from it.
//!
//! *Invariant:* for the records of the wire it reads what serde_json writes and writes what
//! serde_json would, byte for byte; unknown fields are ignored.

mod declare;
#[cfg(test)]
mod tests;
mod values;
mod writing;

pub(crate) use declare::{frames, names, read, record, write};
pub use writing::{Given, Writer};

/// How deep lists and objects may lie in each other; serde_json's own limit.
const DEPTH: u32 = 128;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`, and what is not there.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A number that is none of ours: with a fraction, an exponent, or too large.
    Other,
    /// A JSON string.
    Text(String),
    /// A JSON array.
    List(Vec<Json>),
    /// An object, its fields as they came.
    Object(Vec<(String, Json)>),
}

/// A record that can be read.
pub trait FromJson: Sized {
    /// From a value; `None` when it is not of the record's form.
    fn from_json(json: Json) -> Option<Self>;

    /// From a text.
    fn from_text(text: &str) -> Option<Self> {
        Self::from_json(Json::parse(text)?)
    }
}

/// A record that is made of an object's fields.
pub trait Record: FromJson {
    /// The names of its fields.
    const FIELDS: &'static [&'static str];

    /// Takes its fields from among these.
    fn take(fields: &mut Fields) -> Self;
}

/// What a record's field can be.
pub trait Field: Sized {
    /// The field of this name, which must be there.
    fn needed(fields: &mut Fields, name: &str) -> Self;

    /// The field of this name, which may be absent.
    fn optional(fields: &mut Fields, name: &str) -> Option<Self>;
}

/// What can be written.
pub trait ToJson {
    /// Writes it as the next value.
    fn to_json(&self, writer: &mut Writer);
}

impl Json {
    /// Reads a text that is one value and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(DEPTH)?;
        reader.skip_space();
        (reader.at == text.len()).then_some(value)
    }
}

/// An object's fields, to be taken by name. What is missing or of another kind is noted and replaced
/// by something empty, so that a record is read in one go and judged at the end: less code than a way out at each.
pub struct Fields {
    fields: Vec<(String, Json)>,
    is_whole: bool,
}

impl Fields {
    /// Of a value that should be an object.
    pub fn of(json: Json) -> Self {
        match json {
            Json::Object(fields) => Self {
                fields,
                is_whole: true,
            },
            _ => Self {
                fields: Vec::new(),
                is_whole: false,
            },
        }
    }

    /// The record that was made of them, if nothing was amiss.
    pub fn done<T>(self, record: T) -> Option<T> {
        self.is_whole.then_some(record)
    }

    /// A field as it is.
    pub fn take(&mut self, name: &str) -> Json {
        let field = self.fields.iter_mut().find(|(key, _)| key == name);
        field.map_or(Json::Null, |(_, value)| {
            std::mem::replace(value, Json::Null)
        })
    }

    /// A whole number.
    pub fn number(&mut self, name: &str) -> i64 {
        let number = self.maybe_number(name);
        self.noted(number)
    }

    /// A whole number that cannot be negative, nor larger than it can be.
    pub fn unsigned<T: TryFrom<i64> + Default>(&mut self, name: &str) -> T {
        let number = T::try_from(self.number(name)).ok();
        self.noted(number)
    }

    /// Reads a string.
    pub fn text(&mut self, name: &str) -> String {
        let text = self.maybe_text(name);
        self.noted(text)
    }

    /// `true` or `false`.
    pub fn flag(&mut self, name: &str) -> bool {
        let flag = self.maybe_flag(name);
        self.noted(flag)
    }

    /// A record that is made of fields.
    pub fn record<T: Record>(&mut self, name: &str) -> T {
        let mut fields = Self::of(self.take(name));
        let record = T::take(&mut fields);
        self.is_whole &= fields.is_whole;
        record
    }

    /// Anything else, and what is put in its place when it is amiss.
    pub fn needed<T: FromJson>(&mut self, name: &str, empty: T) -> T {
        let value = T::from_json(self.take(name));
        self.is_whole &= value.is_some();
        value.unwrap_or(empty)
    }

    /// A whole number that may be absent.
    pub fn maybe_number(&mut self, name: &str) -> Option<i64> {
        match self.take(name) {
            Json::Number(number) => Some(number),
            other => self.absent(&other),
        }
    }

    /// A whole number that may be absent, but not be negative, nor larger than it can be.
    pub fn maybe_unsigned<T: TryFrom<i64>>(&mut self, name: &str) -> Option<T> {
        let number = T::try_from(self.maybe_number(name)?).ok();
        self.is_whole &= number.is_some();
        number
    }

    /// A text that may be absent.
    pub fn maybe_text(&mut self, name: &str) -> Option<String> {
        match self.take(name) {
            Json::Text(text) => Some(text),
            other => self.absent(&other),
        }
    }

    /// `true`, `false`, or absent.
    pub fn maybe_flag(&mut self, name: &str) -> Option<bool> {
        match self.take(name) {
            Json::Flag(flag) => Some(flag),
            other => self.absent(&other),
        }
    }

    /// Anything else that may be absent.
    pub fn maybe<T: FromJson>(&mut self, name: &str) -> Option<T> {
        match self.take(name) {
            Json::Null => None,
            value => {
                let record = T::from_json(value);
                self.is_whole &= record.is_some();
                record
            }
        }
    }

    fn noted<T: Default>(&mut self, value: Option<T>) -> T {
        self.is_whole &= value.is_some();
        value.unwrap_or_default()
    }

    fn absent<T>(&mut self, value: &Json) -> Option<T> {
        self.is_whole &= matches!(value, Json::Null);
        None
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: u32) -> Option<Json> {
        self.skip_space();
        Some(match self.peek()? {
            b'"' => Json::Text(self.string()?),
            b'{' => {
                let mut fields = Vec::new();
                self.items(b'}', depth, |reader, depth| {
                    reader.skip_space();
                    let key = reader.string()?;
                    reader.skip_space();
                    reader.expect(b':')?;
                    fields.push((key, reader.value(depth)?));
                    Some(())
                })?;
                Json::Object(fields)
            }
            b'[' => {
                let mut items = Vec::new();
                self.items(b']', depth, |reader, depth| {
                    items.push(reader.value(depth)?);
                    Some(())
                })?;
                Json::List(items)
            }
            b't' => self.word("true", Json::Flag(true))?,
            b'f' => self.word("false", Json::Flag(false))?,
            b'n' => self.word("null", Json::Null)?,
            _ => self.number()?,
        })
    }

    /// What stands between two brackets, separated by commas.
    fn items(
        &mut self,
        end: u8,
        depth: u32,
        mut item: impl FnMut(&mut Self, u32) -> Option<()>,
    ) -> Option<()> {
        let depth = depth.checked_sub(1).filter(|depth| *depth > 0)?;
        self.at += 1;
        self.skip_space();
        if self.peek()? == end {
            self.at += 1;
            return Some(());
        }
        loop {
            item(self, depth)?;
            self.skip_space();
            let next = self.peek()?;
            self.at += 1;
            match next {
                b',' => {}
                next if next == end => return Some(()),
                _ => return None,
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        self.expect(b'"')?;
        let mut string = String::new();
        loop {
            let from = self.at;
            while !matches!(self.peek()?, b'"' | b'\\' | 0..=0x1f) {
                self.at += 1;
            }
            // Both ends are ASCII, so no character is cut.
            string.push_str(self.text.get(from..self.at)?);
            let end = self.peek()?;
            self.at += 1;
            match end {
                b'"' => return Some(string),
                b'\\' => string.push(self.escaped()?),
                _ => return None,
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let kind = self.peek()?;
        self.at += 1;
        Some(match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.four_digits()?;
                if !(0xd800..0xdc00).contains(&first) {
                    return char::from_u32(first);
                }
                self.expect(b'\\')?;
                self.expect(b'u')?;
                let second = self.four_digits()?.checked_sub(0xdc00)?;
                if second >= 0x400 {
                    return None;
                }
                return char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + second);
            }
            _ => return None,
        })
    }

    fn four_digits(&mut self) -> Option<u32> {
        let mut code = 0;
        for _ in 0..4 {
            code = code * 16 + char::from(self.peek()?).to_digit(16)?;
            self.at += 1;
        }
        Some(code)
    }

    fn number(&mut self) -> Option<Json> {
        let from = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let first = self.at;
        self.digits()?;
        if self.at > first + 1 && self.text.as_bytes().get(first) == Some(&b'0') {
            return None;
        }
        let whole = self.text.get(from..self.at)?;
        let mut is_whole = true;
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
            is_whole = false;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
            is_whole = false;
        }
        let value = whole.parse().ok().filter(|_| is_whole && whole != "-0");
        Some(value.map_or(Json::Other, Json::Number))
    }

    fn digits(&mut self) -> Option<()> {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > from).then_some(())
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        self.text.get(self.at..)?.strip_prefix(word)?;
        self.at += word.len();
        Some(value)
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}
