//! What a reply quotes, and what is said above the composer while one is written.

use super::driver::{act, follow};
use super::one_of::when;
use super::shown;
use super::shown::heard;
use super::view_model::ViewModel;
use super::words::{Words, words};
use crate::app::slots::STOP;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use parlour_client::session::{Part, Session};
use parlour_protocol::quote::REPLIES_MAX;
use parlour_protocol::{Number, Quote, Replies, paths};

/// What is said of a message that was deleted.
const REMOVED: &str = "This message was removed.";

/// The line of a reply that leads to what it answers.
pub fn quote(model: ViewModel, quote: Quote, number: Option<Number>) -> impl IntoView {
    let path = model.room().zip(number);
    let path = path.map(|(room, number)| paths::message(&room, number));
    let text = match quote.text.is_empty() {
        true => REMOVED.to_owned(),
        false => quote.text,
    };
    view! {
        <p class="quote">
            <a href=path.clone() tabindex=STOP on:click=visit(model, path.unwrap_or_default())>
                <bdi>{quote.username}</bdi>
                " "
                <span dir="auto">{Words(text)}</span>
            </a>
        </p>
    }
}

/// The line of a message that leads to its thread; `browser/cards.rs` opens it in the panel.
pub fn replies(model: ViewModel, number: Number, replies: Replies) -> impl IntoView {
    let path = model.room().map(|room| paths::thread(&room, number));
    let said = match replies.count {
        1 => "1 reply".to_owned(),
        REPLIES_MAX.. => "99+ replies".to_owned(),
        count => format!("{count} replies"),
    };
    view! { <p class="replies"><a href=path tabindex=STOP>{said}</a></p> }
}

/// Leads to a message of the room without loading a page.
pub fn visit(model: ViewModel, permalink: String) -> Box<dyn FnMut(MouseEvent)> {
    heard(move |event: MouseEvent| {
        let path = permalink.split('#').next().unwrap_or_default().to_owned();
        follow(model, &event, path);
    })
}

/// Says what is being answered, and takes it back.
#[component]
pub fn Replying() -> impl IntoView {
    let model = ViewModel::here();
    let is_replying =
        shown::holds(move || model.see(Part::Composer, |session| session.answers().is_some()));
    when(is_replying, move || {
        let name = shown::text(move || match quoted(model) {
            Some(quote) => quote.username,
            None => "an earlier message".to_owned(),
        });
        let text = shown::text(move || quoted(model).map_or_else(String::new, |quote| quote.text));
        view! {
            <p class="replying">
                <span>"Reply to " <bdi>{words(name)}</bdi></span>
                <span dir="auto">{words(text)}</span>
                <button
                    class="quiet"
                    type="button"
                    aria-label="Do not reply"
                    on:click=heard(move |_| {
                        act(model, |session: &mut Session| session.reply_to_none());
                    })
                >
                    "×"
                </button>
            </p>
        }
    })
}

/// What is being answered, if it is held.
fn quoted(model: ViewModel) -> Option<Quote> {
    model.see(Part::Composer, |_| ());
    model.see(Part::Timeline, Session::quoted)
}
