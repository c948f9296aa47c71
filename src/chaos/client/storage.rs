//! What outlives a tab, and what the tabs of one device share: `localStorage`.

use parlour_client::session;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where a session stores its outbox.
const OUTBOX: &str = "parlour.outbox";

/// One device's `localStorage`. A clone is another tab's way to the same one.
#[derive(Clone, Default)]
pub struct Storage(Arc<Mutex<Kept>>);

#[derive(Clone, Default)]
struct Kept {
    texts: BTreeMap<String, String>,
    refuses: bool,
    /// Counts what was saved.
    changes: u64,
}

impl Storage {
    /// One that holds this outbox already.
    pub fn with(outbox: &str) -> Self {
        let storage = Self::default();
        let text = outbox.to_owned();
        storage.kept().texts.insert(OUTBOX.to_owned(), text);
        storage
    }

    /// From now on nothing more can be saved (private mode, full), or it can again.
    pub fn refuse(&self, refuses: bool) {
        self.kept().refuses = refuses;
    }

    /// Whether a save would fail now.
    pub fn refuses(&self) -> bool {
        self.kept().refuses
    }

    /// The outbox in it.
    pub(crate) fn outbox(&self) -> Option<String> {
        self.kept().texts.get(OUTBOX).cloned()
    }

    /// Changes with every save.
    pub(crate) fn changes(&self) -> u64 {
        self.kept().changes
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // What is inside is consistent between statements, also after a panic elsewhere.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl session::Storage for Storage {
    fn load(&self, key: &str) -> Option<String> {
        self.kept().texts.get(key).cloned()
    }

    fn save(&self, key: &str, value: &str) -> bool {
        let mut kept = self.kept();
        if kept.refuses {
            return false;
        }
        let before = kept.texts.insert(key.to_owned(), value.to_owned());
        if before.as_deref() != Some(value) {
            kept.changes += 1;
        }
        true
    }
}
