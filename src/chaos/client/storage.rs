//! What outlives a tab, and what the tabs of one device share: as `app/browser/storage.rs`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One device's `localStorage`. A clone is another tab's way to the same one.
#[derive(Clone, Default)]
pub struct Storage(Arc<Mutex<Kept>>);

#[derive(Clone, Default)]
struct Kept {
    outbox: Option<String>,
    settled: Option<String>,
    refuses: bool,
    /// Counts what was saved.
    changes: u64,
}

impl Storage {
    /// One that holds this outbox already.
    pub fn with(outbox: &str) -> Self {
        let storage = Self::default();
        storage.kept().outbox = Some(outbox.to_owned());
        storage.kept().changes = 1;
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

    /// All that is in it.
    pub(crate) fn text(&self) -> String {
        self.outbox().unwrap_or_default()
    }

    pub(super) fn outbox(&self) -> Option<String> {
        self.kept().outbox.clone()
    }

    pub(super) fn settled(&self) -> Option<String> {
        self.kept().settled.clone()
    }

    /// Changes with every save.
    pub(crate) fn changes(&self) -> u64 {
        self.kept().changes
    }

    /// False when the browser refuses.
    pub(super) fn save(&self, settled: String, outbox: String) -> bool {
        let mut kept = self.kept();
        if kept.refuses {
            return false;
        }
        if kept.settled.as_ref() != Some(&settled) || kept.outbox.as_ref() != Some(&outbox) {
            kept.settled = Some(settled);
            kept.outbox = Some(outbox);
            kept.changes += 1;
        }
        true
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // What is inside is consistent between statements, also after a panic elsewhere.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
