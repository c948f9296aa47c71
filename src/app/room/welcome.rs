//! What one sees before a room is open: what this is, what to do, and what could not be sent because
//! its room is gone.

use super::line::Unsent;
use leptos::prelude::*;

/// The welcome screen.
#[component]
pub fn Welcome() -> impl IntoView {
    view! {
        <section class="welcome">
            <Unsent/>
            <h1>"Welcome to Parlour"</h1>
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
        </section>
    }
}
