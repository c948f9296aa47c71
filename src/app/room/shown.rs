//! What a view shows and hears, as values of few types.
//!
//! Every closure in a view is a type of its own, with its own copy of the code that builds,
//! hydrates and updates it; behind one type they share it.

use leptos::prelude::*;

/// Text that follows the desk.
pub fn text(of: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(of)
}

/// An attribute that follows the desk; absent while there is `None`.
pub fn attribute(
    of: impl Fn() -> Option<String> + Send + Sync + 'static,
) -> Signal<Option<String>> {
    Signal::derive(of)
}

/// A `data-` attribute that is there while something holds.
pub fn mark(holds: impl Fn() -> bool + Send + Sync + 'static) -> Signal<Option<String>> {
    attribute(move || holds().then(String::new))
}

/// `aria-invalid` of a field, from what is wrong with it.
pub fn invalid(error: RwSignal<Option<String>>) -> Signal<Option<String>> {
    attribute(move || error.with(Option::is_some).then(|| "true".to_owned()))
}

/// The sentence that says what is wrong with a field.
pub fn sentence(error: RwSignal<Option<String>>) -> Signal<String> {
    text(move || error.get().unwrap_or_default())
}

/// What is done about an event.
pub fn heard<E: 'static>(event: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(event)
}
