//! What one sees before a room is open: what this is, what to do, and what could not be sent because
//! its room is gone.

use super::dialogs;
use super::driver::{copy_link, is_plain};
use super::one_of::one_of;
use super::shown::{self, heard};
use super::unsent::Unsent;
use super::view_model::{Dialog, ViewModel};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use parlour_client::listed;
use parlour_protocol::paths;

/// The welcome screen.
#[component]
pub fn Welcome() -> impl IntoView {
    let model = ViewModel::here();
    let is_new = shown::holds(move || model.rooms().with(|rooms| listed::is_new(rooms)));
    view! {
        <section class="welcome">
            <Unsent/>
            <h1>"Welcome"</h1>
            {one_of(is_new, || view! { <FirstSteps/> }, || view! { <Steps/> })}
        </section>
    }
}

/// What to do where others have been.
#[component]
fn Steps() -> impl IntoView {
    view! {
        <p>"A quiet place to talk. Everything said here is kept, in order, and is there when you come back."</p>
        <ol class="steps">
            <li>
                <h2>"Pick a room"</h2>
                <p>"Read along in any of them; nobody needs a name for that."</p>
            </li>
            <li>
                <h2>"Say who you are"</h2>
                <p>"A name is enough. It is yours on this browser until you change it."</p>
            </li>
            <li>
                <h2>"Write"</h2>
                <p>"Enter sends, Shift and Enter breaks the line, ↑ edits your last message."</p>
            </li>
        </ol>
    }
}

/// What to do where nobody has been: there is one room, and nothing in it.
#[component]
fn FirstSteps() -> impl IntoView {
    let model = ViewModel::here();
    let new_room = move |event: MouseEvent| {
        if is_plain(&event) {
            event.prevent_default();
            dialogs::with_name(model, Dialog::NewRoom);
        }
    };
    view! {
        <p>"A quiet place to talk. Nobody has said anything here yet: you are the first."</p>
        <ol class="steps">
            <li>
                <h2>"Make a room"</h2>
                <p>
                    "One for each thing to talk about. "
                    <a href=paths::NEW_ROOM on:click=heard(new_room)>"Make one"</a>
                </p>
            </li>
            <li>
                <h2>"Send this link"</h2>
                <p>
                    "Whoever has the address of this page reads along, and writes under a name. "
                    <button
                        class="link live-only"
                        type="button"
                        on:click=heard(move |_| copy_link(model, paths::HOME))
                    >
                        "Copy link"
                    </button>
                </p>
            </li>
            <li>
                <h2>"Say hello"</h2>
                <p>"In any room. It is kept, and whoever comes later finds it there."</p>
            </li>
        </ol>
    }
}
