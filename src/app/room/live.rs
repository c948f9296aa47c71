//! What the desk holds: values that views follow, and values that only code asks for.
//!
//! A signal of Leptos's own brings its reactive code once for every type of value. These share one:
//! the values lie in one record, and what is reactive about one is a trigger that knows no type.

use leptos::prelude::*;
use std::sync::{Arc, PoisonError, RwLock};

/// A value of the record `S`. A handle: copying it copies no value.
///
/// *Invariant:* a value is never changed while it is being looked at.
pub struct Kept<S: 'static, T: 'static> {
    record: StoredValue<Arc<S>>,
    value: fn(&S) -> &RwLock<T>,
}

impl<S, T> Clone for Kept<S, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, T> Copy for Kept<S, T> {}

impl<S: Send + Sync, T> Kept<S, T> {
    /// The value that `value` finds in the record.
    pub fn new(record: StoredValue<Arc<S>>, value: fn(&S) -> &RwLock<T>) -> Self {
        Self { record, value }
    }

    /// Looks at it.
    pub fn with_value<R>(self, look: impl FnOnce(&T) -> R) -> R {
        let record = self.record.get_value();
        let value = (self.value)(&record).read();
        look(&value.unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes it.
    pub fn update_value<R>(self, change: impl FnOnce(&mut T) -> R) -> R {
        let record = self.record.get_value();
        let value = (self.value)(&record).write();
        change(&mut value.unwrap_or_else(PoisonError::into_inner))
    }

    /// A copy of it.
    pub fn get_value(self) -> T
    where
        T: Clone,
    {
        self.with_value(T::clone)
    }

    /// Replaces it.
    pub fn set_value(self, new: T) {
        // The old one is dropped when the lock is open again.
        drop(self.update_value(|value| std::mem::replace(value, new)));
    }
}

/// A value that views follow.
pub struct Live<S: 'static, T: 'static> {
    kept: Kept<S, T>,
    changed: Trigger,
}

impl<S, T> Clone for Live<S, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, T> Copy for Live<S, T> {}

impl<S: Send + Sync, T> Live<S, T> {
    /// The value that `value` finds in the record.
    pub fn new(record: StoredValue<Arc<S>>, value: fn(&S) -> &RwLock<T>) -> Self {
        Self {
            kept: Kept::new(record, value),
            changed: Trigger::new(),
        }
    }

    /// Looks at it; who does so in a view or an effect is called again when it changes.
    pub fn with<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.changed.track();
        self.kept.with_value(look)
    }

    /// The same, without becoming dependent on it.
    pub fn with_untracked<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.kept.with_value(look)
    }

    /// A copy of it, as [`Live::with`].
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// A copy of it, as [`Live::with_untracked`].
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.kept.get_value()
    }

    /// Replaces it.
    pub fn set(self, new: T) {
        self.kept.set_value(new);
        self.changed.notify();
    }

    /// Changes it.
    pub fn update<R>(self, change: impl FnOnce(&mut T) -> R) -> R {
        let changed = self.kept.update_value(change);
        self.changed.notify();
        changed
    }

    /// Changes it without telling anybody.
    pub fn update_untracked<R>(self, change: impl FnOnce(&mut T) -> R) -> R {
        self.kept.update_value(change)
    }

    /// Changes it, and tells so only if `change` says that it did.
    pub fn maybe_update(self, change: impl FnOnce(&mut T) -> bool) {
        if self.kept.update_value(change) {
            self.changed.notify();
        }
    }
}
