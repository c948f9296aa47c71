//! The reactions below a message: a button for each kind, which adds one's own or takes it back.
//!
//! *Invariant:* the server prints every button as nobody's own; which are the reader's, `live_page/template.rs` puts in
//! where the page is filled. So the name, the state and the value of a button stand side by side
//! here, as they do there.

use super::driver::act;
use super::shown::heard;
use super::view_model::ViewModel;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use parlour_protocol::{Message, Reaction, paths};
use std::sync::Arc;

/// The reactions to a message.
#[component]
pub fn Reactions(
    /// One that somebody has reacted to.
    message: Arc<Message>,
) -> impl IntoView {
    let model = ViewModel::here();
    let (room, number) = (message.room_id, message.number);
    let action = model.room().map(|room| paths::react(&room, number));
    let buttons = message.reactions.iter().map(|reaction| {
        let Reaction {
            emoji, count, mine, ..
        } = reaction.clone();
        let (name, pressed) = match mine {
            true => ("off", "true"),
            false => ("emoji", "false"),
        };
        let (value, shown) = (emoji.clone(), emoji.clone());
        let press = move |event: MouseEvent| {
            event.prevent_default();
            act(model, |session| session.react(room, number, &emoji, !mine));
        };
        view! {
            <button class="reaction" name=name aria-pressed=pressed value=value on:click=heard(press)>
                {shown}
                " "
                {count.to_string()}
            </button>
        }
    });
    view! {
        <form class="reactions" method="post" action=action>
            {buttons.collect_view()}
        </form>
    }
}
