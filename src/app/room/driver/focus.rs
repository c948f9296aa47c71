//! The focus in the log: it goes from message to message, and stays when the message that has it is drawn anew.
//!
//! *Invariant:* nobody loses it but by moving it: what takes the place of a message takes the focus, and what is gone
//! leaves it to its neighbour.

use super::super::view_model::ViewModel;
use crate::app::browser::text_field::{self, COMPOSER};
use crate::app::browser::{keyboard, scroll};
use leptos::task::{spawn_local, tick};
use parlour_client::keys::Step;
use parlour_protocol::Number;

/// Begins to follow where it is.
pub(super) fn follow(model: ViewModel) {
    keyboard::on_focus(move |message| {
        model.change(|state| {
            state.screen.focused = message;
            // Somebody went on elsewhere.
            if message.is_none() {
                state.screen.is_edited_by_key = false;
            }
        });
    });
}

/// Another room is shown: what had it there is gone for good.
pub(super) fn forget(model: ViewModel) {
    model.change(|state| state.screen.focused = None);
}

/// The message that has it.
pub fn focused(model: ViewModel) -> Option<Number> {
    model.look(|state| state.screen.focused)
}

/// Goes to another message; from one that is out of view, or from none, to one that is in view.
pub fn step(model: ViewModel, step: Step) {
    let from = focused(model).filter(|number| scroll::is_in_view(*number));
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
    if focused(model).is_none() {
        return;
    }
    spawn_local(async move {
        tick().await;
        if let Some(number) = focused(model).filter(|_| keyboard::is_focus_lost()) {
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
    match focused(model).filter(|_| is_by_key) {
        None => text_field::focus(COMPOSER),
        Some(number) => spawn_local(async move {
            tick().await;
            scroll::focus(number, true);
        }),
    }
}
