//! What the press of a key means in a field that somebody writes in.
//!
//! *Invariant:* a key that the input method takes for itself means nothing: with it a word is chosen,
//! ended or given up.

/// The code of a key that the input method took. Safari says nothing else of the Enter that ends a
/// word: by then it is composing no more.
const TAKEN: u32 = 229;

/// A key, as the browser tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Press {
    /// `Enter`, `Escape`, `a`.
    pub key: String,
    /// The old number for it.
    pub code: u32,
    /// A word is being composed.
    pub is_composing: bool,
    /// Whether Shift is held.
    pub is_shifted: bool,
    /// With Ctrl or ⌘.
    pub is_commanded: bool,
}

/// What is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Send this, or save it.
    Send,
    /// Leave it as it was.
    Cancel,
    /// To the line above; where there is none, to the message before.
    Up,
}

impl Press {
    /// Whether the input method takes it.
    pub fn is_taken(&self) -> bool {
        self.is_composing || self.code == TAKEN
    }

    /// What it means, if anything. Where somebody writes with their fingers Enter breaks the line
    /// (`enter_sends` is false), and a keyboard that is there as well sends with Ctrl or ⌘.
    pub fn meaning(&self, enter_sends: bool) -> Option<Meaning> {
        if self.is_taken() {
            return None;
        }
        match self.key.as_str() {
            "Enter" if !self.is_shifted && (enter_sends || self.is_commanded) => {
                Some(Meaning::Send)
            }
            "Escape" => Some(Meaning::Cancel),
            "ArrowUp" => Some(Meaning::Up),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str) -> Press {
        Press {
            key: key.to_owned(),
            ..Press::default()
        }
    }

    #[test]
    fn keys_of_the_input_method_mean_nothing() {
        for key in ["Enter", "Escape", "ArrowUp", "Process"] {
            let composing = Press {
                is_composing: true,
                ..press(key)
            };
            // Safari, after the word has ended; with Ctrl, too.
            let ended = Press {
                code: 229,
                is_commanded: true,
                ..press(key)
            };
            for taken in [composing, ended] {
                assert!(taken.is_taken());
                assert_eq!(taken.meaning(true), None, "{taken:?}");
                assert_eq!(taken.meaning(false), None, "{taken:?}");
            }
        }
        assert_eq!(press("Escape").meaning(true), Some(Meaning::Cancel));
        assert_eq!(press("ArrowUp").meaning(true), Some(Meaning::Up));
    }

    #[test]
    fn with_fingers_enter_breaks_the_line_and_a_keyboard_sends_with_ctrl() {
        let enter = press("Enter");
        let shifted = Press {
            is_shifted: true,
            ..enter.clone()
        };
        let commanded = Press {
            is_commanded: true,
            ..enter.clone()
        };
        let both = Press {
            is_shifted: true,
            ..commanded.clone()
        };
        let meanings = |enter_sends| {
            [&enter, &shifted, &commanded, &both].map(|press| press.meaning(enter_sends))
        };
        assert_eq!(
            meanings(true),
            [Some(Meaning::Send), None, Some(Meaning::Send), None]
        );
        assert_eq!(meanings(false), [None, None, Some(Meaning::Send), None]);
    }
}
