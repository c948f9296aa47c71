//! What a view shows and hears, as values of few types.
//!
//! Every closure in a view is a type of its own, with its own copy of the code that builds,
//! hydrates and updates it; behind one type they share it.

use super::desk::Live;
use leptos::prelude::*;

/// Text that follows the desk.
pub fn text(of: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    fn boxed(of: Box<dyn Fn() -> String + Send + Sync>) -> Signal<String> {
        Signal::derive(of)
    }
    boxed(Box::new(of))
}

/// An attribute that follows the desk; absent while there is `None`.
pub fn attribute(
    of: impl Fn() -> Option<String> + Send + Sync + 'static,
) -> Signal<Option<String>> {
    fn boxed(of: Box<dyn Fn() -> Option<String> + Send + Sync>) -> Signal<Option<String>> {
        Signal::derive(of)
    }
    boxed(Box::new(of))
}

/// Whether something holds; what follows it is drawn again only when that changes.
pub fn holds(of: impl Fn() -> bool + Send + Sync + 'static) -> Memo<bool> {
    fn boxed(of: Box<dyn Fn() -> bool + Send + Sync>) -> Memo<bool> {
        Memo::new(move |_| of())
    }
    boxed(Box::new(of))
}

/// A `data-` attribute that is there while something holds.
pub fn mark(holds: impl Fn() -> bool + Send + Sync + 'static) -> Signal<Option<String>> {
    attribute(move || holds().then(String::new))
}

/// A sentence, where there is one.
pub fn sentence(of: Live<Option<String>>) -> Signal<String> {
    text(move || of.get().unwrap_or_default())
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
