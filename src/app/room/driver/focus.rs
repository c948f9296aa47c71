//! The focus in the log, and where somebody points: it goes from message to message, and stays when the message that
//! has it is drawn anew.
//!
//! *Invariant:* nobody loses it but by moving it: what takes the place of a message takes the focus, and what is gone
//! leaves it to its neighbour.

use super::super::view_model::ViewModel;
use crate::app::browser::text_field::{self, COMPOSER};
use crate::app::browser::{keyboard, pointer, scroll};
use leptos::task::{spawn_local, tick};
use parlour_client::keys::Step;

/// Begins to follow where it is.
pub(super) fn follow(model: ViewModel) {
    keyboard::on_focus(move |message| {
        model.set_focused(message);
        // Somebody went on elsewhere.
        if message.is_none() {
            model.change(|state| state.screen.is_edited_by_key = false);
        }
    });
    pointer::on_point(move |message| model.set_pointed(message));
}

/// Another room is shown: what had it there is gone for good.
pub(super) fn forget(model: ViewModel) {
    model.set_focused(None);
}

/// Goes to another message; from one that is out of view, or from none, to one that is in view.
pub fn step(model: ViewModel, step: Step) {
    let from = model.focused().filter(|number| scroll::is_in_view(*number));
    let to = match (from, step) {
        (None, Step::Older) => scroll::lowest(),
        (None, Step::Newer) => scroll::topmost().map(|position| position.number),
        _ => model
            .timeline()
            .with_untracked(|timeline| timeline.walk(from, step)),
    };
    if let Some(to) = to {
        scroll::focus(to, true);
    }
}

/// The rows are others, or a modal is gone: what had the focus has it.
pub fn keep_focus(model: ViewModel) {
    if model.focused().is_none() {
        return;
    }
    spawn_local(async move {
        tick().await;
        if let Some(number) = model.focused().filter(|_| keyboard::is_focus_lost()) {
            let kept = model
                .timeline()
                .with_untracked(|timeline| timeline.nearest(number));
            kept.inspect(|kept| scroll::focus(*kept, false));
        }
    });
}

/// To where one writes, or back to the message that was changed there by a key.
pub(super) fn to_composer(model: ViewModel) {
    let is_by_key = model.change(|state| std::mem::take(&mut state.screen.is_edited_by_key));
    match model.focused().filter(|_| is_by_key) {
        None => text_field::focus(COMPOSER),
        Some(number) => spawn_local(async move {
            tick().await;
            scroll::focus(number, true);
        }),
    }
}
