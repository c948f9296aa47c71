//! Names in the room, each a link to its person's card; and the ways to threads and to what messages said before.

use super::keyboard;
use leptos::ev::MouseEvent;
use wasm_bindgen::JsCast;

/// A name in the room, or the way to a thread, or to what a message said before.
const NAME: &str = "leptos-island :is(a[href^='/people/'],.replies a,.edited)";

/// Calls `ask` with every click on a name, and where its card is; what it says yes to the browser does nothing about.
/// For as long as the page is there.
pub fn on_card(ask: impl Fn(&MouseEvent, String) -> bool + 'static) {
    keyboard::on("click", move |event| {
        let target = keyboard::target(&event);
        let name = target.and_then(|target| target.closest(NAME).ok().flatten());
        let card = name.and_then(|name| name.get_attribute("href"));
        if card.is_some_and(|card| ask(event.unchecked_ref(), card)) {
            event.prevent_default();
        }
    });
}
