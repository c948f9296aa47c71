//! A message of a thread, in the panel or on its page.
//!
//! *Invariant:* nothing in it can be done about the message: that is done in the room.

use super::face::face;
use super::line::{card, numbered, unfold, way};
use super::markup::Markup;
use super::view_model::ViewModel;
use leptos::either::Either;
use leptos::prelude::*;
use parlour_client::timeline::MessageRow;
use parlour_protocol::{Number, paths};

/// The message, with its day, as the days have no lines of their own there. What it answers is said, unless that is the
/// message with which the thread begins.
pub fn thread_line(row: MessageRow, answered: Option<Number>) -> impl IntoView {
    let model = ViewModel::here();
    let message = row.message;
    let at = message.timestamp.civil(0);
    let permalink = model
        .room()
        .map(|room| paths::message(&room, message.number));
    let quote = answered.and(row.quote);
    let is_deleted = message.deleted;
    view! {
        <article
            class="message"
            data-opens=""
            data-own=row.is_own.then_some("")
            data-hidden=row.is_hidden.then_some("")
            data-deleted=is_deleted.then_some("")
        >
            {face(Some((message.user_id, message.username.as_str())))}
            <header class="message-head">
                <a class="author" href=card(model, message.user_id)>
                    <bdi>{message.username.clone()}</bdi>
                    {numbered(row.number)}
                </a>
                " "
                <a class="when" href=permalink>
                    <time datetime=message.timestamp.to_string()>{at.date()} ", " {at.clock()} " UTC"</time>
                </a>
            </header>
            {quote.map(|quote| Markup::Quote(way(model, answered, paths::message), quote))}
            {if is_deleted {
                Either::Left(view! { <p class="removed">"This message was removed."</p> })
            } else {
                Either::Right(view! { {row.is_hidden.then(unfold)} {Markup::Of(message)} })
            }}
        </article>
    }
}
