//! What is said above the composer while a reply is written.

use super::driver::act;
use super::one_of::when;
use super::shown;
use super::shown::heard;
use super::view_model::ViewModel;
use super::words::words;
use leptos::prelude::*;
use parlour_client::session::{Part, Session};
use parlour_protocol::Quote;

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
