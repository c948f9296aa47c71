//! What the sidebar says at its folds: how many unread rooms are out of view, and the way to them.

use super::one_of::when;
use super::shown::{self, heard};
use super::view_model::ViewModel;
use super::words::words;
use crate::app::browser::room_list;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use std::cell::Cell;

/// The pill at one end of the list; nothing while all that is unread is in view there.
#[component]
pub fn Fold(
    /// It is about what is below, and not above.
    is_below: bool,
) -> impl IntoView {
    let model = ViewModel::here();
    let hidden = move || {
        let hidden = model.hidden();
        if is_below { hidden.below } else { hidden.above }
    };
    let is_any = shown::holds(move || hidden() > 0);
    let reveal = move |_: MouseEvent| room_list::show_unread(is_below);
    view! {
        <div class="fold" data-below=is_below.then_some("")>
            {when(is_any, move || {
                let text = shown::text(move || {
                    let arrow = if is_below { '↓' } else { '↑' };
                    format!("{} unread {arrow}", hidden())
                });
                view! {
                    <button type="button" on:click=heard(reveal)>{words(text)}</button>
                }
            })}
        </div>
    }
}

/// Brings the open room into view when another one is opened, and counts what is hidden whenever the list changes. The
/// room of the page was brought there by the page's script, and somebody may have scrolled since.
pub fn keep(model: ViewModel) {
    let before = Cell::new(model.look(|state| state.session.open_id()));
    shown::keep(move || {
        let open = model.open_id();
        let is_another = before.replace(open) != open;
        model.rooms().with(|_| ());
        request_animation_frame(move || {
            if is_another {
                room_list::show_open();
            }
            look(model);
        });
    });
}

/// The list was scrolled, or is another one.
pub fn look(model: ViewModel) {
    model.set_hidden_unread(room_list::unread_out_of_view());
}
