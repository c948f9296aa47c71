//! `/keys`: which keys there are.

use super::form_page::panel;
use super::parts::PlainPage;
use super::shape::Shape;
use crate::app::browser::dialog::SINGLE_KEYS;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::paths;

/// What the page is called.
const HEADING: &str = "Keyboard shortcuts";

/// Keys, with what each is for. Of several any one does.
type Keys = (&'static [&'static str], &'static str);

/// What they are for, by where they are pressed.
const KEYS: [(&str, &[Keys]); 3] = [
    (
        "Anywhere",
        &[
            (&["Ctrl K", "⌘ K"], "Go to a room by a part of its name"),
            (&["Alt ↑", "Alt ↓"], "The room above, the room below"),
            (
                &["Alt Shift ↑", "Alt Shift ↓"],
                "The same, with something unread",
            ),
            (&["Shift Esc"], "Mark all rooms as read"),
            (&["A letter"], "Begin to write"),
        ],
    ),
    (
        "Where you write",
        &[
            (&["Enter"], "Send"),
            (
                &["Shift Enter"],
                "Break the line; a list goes on in the next one",
            ),
            (&["Ctrl B", "⌘ B"], "Bold, or no longer"),
            (&["Ctrl I", "⌘ I"], "Italic"),
            (&["Ctrl E", "⌘ E"], "Code"),
            (&["Ctrl Shift K", "⌘ Shift K"], "Link"),
            (&["Ctrl Shift 8", "⌘ Shift 8"], "List"),
            (&["Ctrl Shift 9", "⌘ Shift 9"], "Quote"),
            (
                &["@", "#", ":", "/"],
                "Name somebody, a room, an emoji or a command",
            ),
            (&["Tab", "Enter"], "Take what is offered"),
            (&["↑"], "Edit your last message, while nothing is written"),
            (
                &["Esc"],
                "Leave a message that you edit as it was, or answer none",
            ),
            (&["Shift Tab"], "To the messages"),
        ],
    ),
    (
        "In the messages",
        &[
            (&["↑", "k"], "The message above"),
            (&["↓", "j"], "The message below"),
            (&["Home", "End"], "The first that is here, the last"),
            (&["Tab"], "What can be done with the message"),
            (&["r"], "Answer the message"),
            (&["e"], "Edit the message, if it is yours"),
            (&["u"], "Mark it unread, and all below it"),
            (&["Esc"], "Back to where you write"),
            (&["?"], "This list"),
        ],
    ),
];

/// `GET /keys`: the list of keys; in the panel also whether those that are one letter do anything.
pub async fn keys(State(site): State<Site>, shape: Shape) -> Response {
    let head = Head {
        title: HEADING,
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    match shape {
        Shape::Page => site.assets.page(StatusCode::OK, &head, || {
            view! {
                <PlainPage heading=HEADING back=paths::LIST.to_owned() back_label="Back to the rooms">
                    {tables()}
                </PlainPage>
            }
            .into_any()
        }),
        Shape::Panel => panel(StatusCode::OK, HEADING, || {
            view! {
                {tables()}
                <label class="choice">
                    <input type="checkbox" id=SINGLE_KEYS/>
                    "Use keys without Ctrl or Alt. Switch this off if you dictate, or often hit keys by accident."
                </label>
            }
            .into_any()
        }),
    }
}

fn tables() -> impl IntoView {
    KEYS.map(|(place, keys)| {
        view! {
            <table class="keys">
                <caption>{place}</caption>
                {keys.iter().map(row).collect_view()}
            </table>
        }
    })
    .into_iter()
    .collect_view()
}

fn row((keys, purpose): &Keys) -> impl IntoView + use<> {
    let keys = keys.iter().map(|key| view! { <kbd>{*key}</kbd>" " });
    view! {
        <tr>
            <th scope="row">{keys.collect_view()}</th>
            <td>{*purpose}</td>
        </tr>
    }
}
