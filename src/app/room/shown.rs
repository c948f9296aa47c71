//! What a view shows and hears, as values of few types.
//!
//! Every closure in a view is a type of its own, with its own copy of the code that builds,
//! hydrates and updates it; behind one type they share it.

use super::view_model::Tracked;
use leptos::prelude::*;

/// Text that follows the view model.
pub fn text(of: impl Fn() -> String + Send + Sync + 'static) -> impl Text {
    attribute(move || Some(of()))
}

/// An attribute that follows the view model; absent while there is `None`.
pub fn attribute(of: impl Fn() -> Option<String> + Send + Sync + 'static) -> impl Text {
    fn boxed(of: Box<dyn Fn() -> Option<String> + Send + Sync>) -> impl Text {
        let of = StoredValue::new(of);
        move || of.try_with_value(|of| of()).flatten()
    }
    boxed(Box::new(of))
}

/// A handle of text that follows the view model: asked for, it is as it is then. Once what it was for is gone,
/// there is none.
pub trait Text: Fn() -> Option<String> + Copy + Send + Sync + 'static {}

impl<T: Fn() -> Option<String> + Copy + Send + Sync + 'static> Text for T {}

/// A `data-` attribute that is there while something holds.
pub fn mark(holds: impl Fn() -> bool + Send + Sync + 'static) -> impl Text {
    attribute(move || holds().then(String::new))
}

/// A sentence, where there is one.
pub fn sentence(of: Tracked<Option<String>>) -> impl Text {
    attribute(move || of.get())
}

/// Whether something holds; what follows it is drawn again only when that changes.
#[derive(Clone, Copy)]
pub struct Holds(Memo<u32>);

/// Whether this holds.
pub fn holds(of: impl Fn() -> bool + Send + Sync + 'static) -> Holds {
    Holds(memo(Box::new(move |_| u32::from(of()))))
}

impl Holds {
    /// Whether it does now. Once what it was for is gone, it does not.
    pub fn get(self) -> bool {
        self.0.try_get().unwrap_or_default() != 0
    }
}

/// A value that is worked out from the view model, once for all that follow it; they are called again only
/// when it is another one. A handle: copying it copies no value.
pub struct Derived<T: 'static> {
    value: StoredValue<Option<T>>,
    /// How often it was another one.
    changes: Memo<u32>,
}

impl<T> Clone for Derived<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Derived<T> {}

impl<T: PartialEq + Send + Sync> Derived<T> {
    /// What `of` says, whenever what it looked at has changed.
    pub fn new(of: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let value = StoredValue::new(None);
        let changes = memo(Box::new(move |changes| {
            let new = Some(of());
            let is_other = value.with_value(|old| *old != new);
            if is_other {
                value.set_value(new);
            }
            changes.wrapping_add(u32::from(is_other))
        }));
        Self { value, changes }
    }

    /// Looks at it; who does so in a view or an effect is called again when it is another one.
    pub fn with<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.changes.get();
        self.look(look)
    }

    /// The same, without becoming dependent on it.
    pub fn with_untracked<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.changes.get_untracked();
        self.look(look)
    }

    /// A copy of it, as [`Derived::with`].
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    fn look<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.value
            .with_value(|value| look(value.as_ref().expect("asking for the changes made it")))
    }
}

fn memo(of: Box<dyn Fn(u32) -> u32 + Send + Sync>) -> Memo<u32> {
    Memo::new(move |before| of(before.copied().unwrap_or_default()))
}

/// Does this now, and again whenever something changes that it looked at.
pub fn keep(deed: impl Fn() + 'static) {
    fn boxed(deed: Box<dyn Fn()>) {
        Effect::new(move |_| deed());
    }
    boxed(Box::new(deed));
}

/// What is done about an event.
pub fn heard<E: 'static>(event: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(event)
}
