//! What the tabs of one browser share.
//!
//! *Invariant:* what was read or written last is known, so that nothing is read into the session twice, and
//! nothing is written that stands there.

/// The browser's storage. It may be full or forbidden.
pub trait Storage {
    /// What was saved under `key`, by whatever tab.
    fn load(&self, key: &str) -> Option<String>;
    /// Saves `value`; false when it is not kept.
    fn save(&self, key: &str, value: &str) -> bool;
}

/// Nothing is kept: a page that the server prints.
impl Storage for () {
    fn load(&self, _: &str) -> Option<String> {
        None
    }

    fn save(&self, _: &str, _: &str) -> bool {
        false
    }
}

/// What is stored under which key.
#[derive(Clone, Copy)]
pub(super) enum Key {
    Outbox,
    Settled,
    Drafts,
    Edits,
    Notes,
    Recent,
}

const KEYS: [&str; 6] = [
    "parlour.outbox",
    "parlour.settled",
    "parlour.drafts",
    "parlour.edits",
    "parlour.notes",
    "parlour.recent",
];

/// The storage, and what is known to be in it.
pub(super) struct Stored {
    storage: Box<dyn Storage + Send + Sync>,
    known: [Option<String>; KEYS.len()],
}

impl Stored {
    pub(super) fn new(storage: Box<dyn Storage + Send + Sync>) -> Self {
        Self {
            storage,
            known: [const { None }; KEYS.len()],
        }
    }

    /// What another tab has stored since this was last read or written here.
    pub(super) fn news(&mut self, key: Key) -> Option<String> {
        let text = self.storage.load(KEYS[key as usize]);
        let known = &mut self.known[key as usize];
        if text == *known {
            return None;
        }
        known.clone_from(&text);
        text
    }

    /// Stores it; false when it is not kept.
    pub(super) fn save(&mut self, key: Key, text: String) -> bool {
        if self.known[key as usize].as_ref() == Some(&text) {
            return true;
        }
        let is_kept = self.storage.save(KEYS[key as usize], &text);
        if is_kept {
            self.known[key as usize] = Some(text);
        }
        is_kept
    }
}
