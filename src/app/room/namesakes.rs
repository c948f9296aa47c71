//! Who has to be told from somebody of the same name, worked out once for all that shows names.

use super::shown::Derived;
use super::view_model::ViewModel;
use leptos::prelude::*;
use parlour_client::namesakes::Namesakes;

/// What is provided of it.
#[derive(Clone, Copy)]
struct Known(Derived<Namesakes>);

/// Works it out from now on, for what is drawn under the caller's owner.
pub fn provide(model: ViewModel) {
    provide_context(Known(Derived::new(move || model.namesakes())));
}

/// Who has to be told from somebody else.
pub fn all(model: ViewModel) -> Derived<Namesakes> {
    match use_context() {
        Some(Known(namesakes)) => namesakes,
        None => Derived::new(move || model.namesakes()),
    }
}
