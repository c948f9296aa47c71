//! What is pressed in the messages and leads somewhere: names, to their people's cards; times and quotes, to a message;
//! the ways to threads and to what one can react with; and reactions. One listener hears it all, since messages are drawn without any of their own.

use super::keyboard::{self, message_around};
use super::scroll;
use leptos::ev::MouseEvent;
use parlour_protocol::Number;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Whatever it hears.
const PRESSED: &str = "leptos-island :is(a[href^='/people/'],.action[href$='/react'],[href='/emoji'],.quote a,.replies a,.edited,.when,button[value])";

/// What was pressed.
pub enum Pressed {
    /// A name, that a message was edited, or the way to some emoji; where the card is, what it said before, or they are.
    Card(String),
    /// The way to a thread; where that is.
    Thread(String),
    /// The way to a message; where it leads.
    Message(String),
    /// A reaction to a message: which, whether it is one's own from now on, and whether it stands among what can be done
    /// with the message.
    Reaction(Number, String, bool, bool),
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
            element.class_name() == "action",
        ));
    };
    Some(if path.ends_with("/thread") {
        Pressed::Thread(path)
    } else if path.contains("/m/") && path.ends_with(|last: char| last.is_ascii_digit()) {
        Pressed::Message(path)
    } else {
        Pressed::Card(path)
    })
}
