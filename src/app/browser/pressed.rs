//! What is pressed in the messages and leads somewhere: names, to their people's cards; times and quotes, to a message;
//! the ways to threads and to what one can react with; and reactions. One listener hears it all, since messages are drawn without any of their own.

use super::keyboard::{self, message_around};
use super::scroll;
use leptos::ev::MouseEvent;
use parlour_protocol::Number;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Whatever it hears.
const PRESSED: &str = ":is(leptos-island,#panel) :is(a[href^='/people/'],.pins,.mentions a,[href='/emoji'],.quote a,.replies a,.edited,.when,.action,button[value])";

/// What was pressed.
pub enum Pressed {
    /// The way to a page that the panel shows: somebody's card, what a message said before, emoji, the room's pins,
    /// or all that one may do with a message.
    Card(String),
    /// That one answers this message.
    Reply(Number),
    /// That one changes it.
    Edit(Number),
    /// That one deletes it.
    Delete(Number),
    /// The way to a thread; where that is.
    Thread(String),
    /// The way to a message; where it leads.
    Message(String),
    /// A reaction to a message: which, and whether it is one's own from now on.
    Reaction(Number, String, bool),
}

/// Calls `hear` with every such click, for as long as the page is there; what it says yes to the browser does nothing
/// about any more.
pub fn attend(hear: impl Fn(&MouseEvent, Pressed) -> bool + 'static) {
    keyboard::on("click", move |event| {
        let target = keyboard::target(&event);
        let element = target.and_then(|target| target.closest(PRESSED).ok().flatten());
        let pressed = element.and_then(|element| pressed(&element));
        if pressed.is_some_and(|pressed| hear(event.unchecked_ref(), pressed)) {
            event.prevent_default();
        }
    });
}

fn pressed(element: &Element) -> Option<Pressed> {
    let Some(path) = element.get_attribute("href") else {
        let number = message_around(element).and_then(|message| scroll::number(&message))?;
        let is_own = element.get_attribute("name")? == "off";
        return Some(Pressed::Reaction(
            number,
            element.get_attribute("value")?,
            !is_own,
        ));
    };
    // A way to a message ends with the fragment that scrolls there.
    let whole = path.split('#').next().unwrap_or_default();
    let mut parts = whole.split('/').skip(4);
    let number = parts.next().and_then(|number| number.parse().ok());
    Some(match (parts.next(), number.map(Number)) {
        (Some("thread"), Some(number)) if element.class_list().contains("reply") => {
            Pressed::Reply(number)
        }
        (Some("thread"), _) => Pressed::Thread(path),
        (Some("edit"), Some(number)) => Pressed::Edit(number),
        (Some("delete"), Some(number)) => Pressed::Delete(number),
        (None, Some(_)) => Pressed::Message(path),
        _ => Pressed::Card(path),
    })
}
