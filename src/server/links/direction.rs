//! Whether a text's direction is overridden at some place (UAX 9): what stands there reads backwards.

/// Where an embedding or an isolate is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Embedding,
    Override,
    Isolate,
}

/// Follows a text's direction, forward only.
pub(super) struct Direction<'t> {
    rest: &'t str,
    byte: usize,
    open: Vec<Open>,
}

impl<'t> Direction<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        // What is ASCII has none to follow.
        let rest = if text.is_ascii() { "" } else { text };
        Self {
            rest,
            byte: 0,
            open: Vec::new(),
        }
    }

    /// Whether the character at this byte is of an overridden direction.
    pub(super) fn is_overridden(&mut self, byte: usize) -> bool {
        let passed = byte.saturating_sub(self.byte).min(self.rest.len());
        let (passed, rest) = self.rest.split_at(passed);
        self.rest = rest;
        self.byte = byte;
        for c in passed.chars() {
            match c {
                '\u{202a}' | '\u{202b}' => self.open.push(Open::Embedding),
                '\u{202d}' | '\u{202e}' => self.open.push(Open::Override),
                '\u{2066}'..='\u{2068}' => self.open.push(Open::Isolate),
                '\u{202c}' if self.open.last() != Some(&Open::Isolate) => {
                    self.open.pop();
                }
                '\u{2069}' => {
                    let isolate = self.open.iter().rposition(|open| *open == Open::Isolate);
                    if let Some(isolate) = isolate {
                        self.open.truncate(isolate);
                    }
                }
                // Each line is a paragraph of its own.
                '\n' => self.open.clear(),
                _ => {}
            }
        }
        self.open.last() == Some(&Open::Override)
    }
}
