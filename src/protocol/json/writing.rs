//! JSON being written.

use super::ToJson;

/// The value of a field that may be left out.
pub trait Given {
    /// What is written.
    type Value: ToJson;

    /// The value, where there is one.
    fn given(&self) -> Option<&Self::Value>;
}

impl<T: ToJson> Given for Option<T> {
    type Value = T;

    fn given(&self) -> Option<&T> {
        self.as_ref()
    }
}

impl Given for bool {
    type Value = bool;

    fn given(&self) -> Option<&bool> {
        self.then_some(self)
    }
}

impl Given for Vec<String> {
    type Value = Self;

    fn given(&self) -> Option<&Self> {
        (!self.is_empty()).then_some(self)
    }
}

/// Takes values one after the other, and puts the commas itself.
#[derive(Debug, Default)]
pub struct Writer(String);

impl Writer {
    /// Nothing is written yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was written.
    pub fn into_text(self) -> String {
        self.0
    }

    /// Opens an object or an array: `{` or `[`.
    pub fn open(&mut self, bracket: char) -> &mut Self {
        self.separate();
        self.0.push(bracket);
        self
    }

    /// Closes an object or an array: `}` or `]`.
    pub fn close(&mut self, bracket: char) -> &mut Self {
        self.0.push(bracket);
        self
    }

    /// The name of the field whose value is next.
    pub fn key(&mut self, name: &str) -> &mut Self {
        self.text(name);
        self.0.push(':');
        self
    }

    /// A field. Not made part of what calls it, of which there is more.
    #[inline(never)]
    pub fn field<T: ToJson>(&mut self, name: &str, value: &T) {
        value.to_json(self.key(name));
    }

    /// A field that is left out where there is none.
    #[inline(never)]
    pub fn given<T: Given>(&mut self, name: &str, value: &T) {
        if let Some(value) = value.given() {
            self.field(name, value);
        }
    }

    /// Writes a `null`.
    pub fn null(&mut self) -> &mut Self {
        self.word("null")
    }

    /// `true` or `false`.
    pub fn flag(&mut self, flag: bool) -> &mut Self {
        self.word(if flag { "true" } else { "false" })
    }

    /// A whole number.
    pub fn number(&mut self, number: i64) -> &mut Self {
        self.word(&number.to_string())
    }

    /// A whole number or `null`.
    pub fn maybe_number(&mut self, number: Option<i64>) -> &mut Self {
        match number {
            Some(number) => self.number(number),
            None => self.null(),
        }
    }

    /// A text or `null`.
    pub fn maybe_text(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    /// Writes a string.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.separate();
        self.0.push('"');
        for character in text.chars() {
            let short = match character {
                '"' | '\\' => character,
                '\u{8}' => 'b',
                '\u{c}' => 'f',
                '\n' => 'n',
                '\r' => 'r',
                '\t' => 't',
                '\0'..='\x1f' => {
                    let code = u32::from(character);
                    self.0.push_str("\\u00");
                    for nibble in [code >> 4, code & 15] {
                        self.0.extend(char::from_digit(nibble, 16));
                    }
                    continue;
                }
                _ => {
                    self.0.push(character);
                    continue;
                }
            };
            self.0.push('\\');
            self.0.push(short);
        }
        self.0.push('"');
        self
    }

    fn word(&mut self, word: &str) -> &mut Self {
        self.separate();
        self.0.push_str(word);
        self
    }

    /// A comma, where a value stands before. A text cannot look like a bracket here: it ends in `"`.
    fn separate(&mut self) {
        if !matches!(self.0.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.0.push(',');
        }
    }
}
