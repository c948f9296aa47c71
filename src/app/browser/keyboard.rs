//! Keys that are pressed anywhere on the page, and the focus in the log.
//!
//! *Invariant:* the log is one stop of Tab's. What is in a message can be reached by Tab while the focus is in that
//! message, and in no other one.

use super::scroll::SCROLLER;
use super::text_field::press;
use super::{dialog, finder, scroll};
use leptos::ev::KeyboardEvent;
use leptos::prelude::{document, window};
use parlour_client::keys::{At, Press};
use parlour_protocol::Number;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, HtmlElement};

/// Where somebody writes.
const FIELDS: &str = "input:not([type=checkbox]),textarea,select,[contenteditable]";

/// Tells of every key that is pressed, and where; what `hear` says yes to the browser does nothing about. For as long
/// as the page is there.
pub fn on_key(hear: impl Fn(&Press, At) -> bool + 'static) {
    on("keydown", move |event| {
        let event: KeyboardEvent = event.unchecked_into();
        let Some(target) = target(&event) else { return };
        if !event.default_prevented() && hear(&press(&event), place(&target)) {
            event.prevent_default();
        }
    });
}

/// Tells in which message the focus is now; `None` when it went elsewhere, or is about to: somebody points there. What
/// comes over the page for a while changes nothing.
pub fn on_focus(tell: impl Fn(Option<Number>) + Clone + 'static) {
    for event in ["pointerdown", "focusin"] {
        let tell = tell.clone();
        on(event, move |event| {
            let Some(target) = target(&event) else { return };
            if closest(&target, "dialog").is_none() {
                let message = message_around(&target).filter(|_| event.type_() == "focusin");
                open_stops(message.as_ref());
                tell(message.and_then(|message| scroll::number(&message)));
            }
        });
    }
}

/// Whether nothing has the focus: what had it was taken out of the page. What is in a modal that was closed keeps it
/// until the browser paints, where what had it before is gone.
pub fn is_focus_lost() -> bool {
    let active = document().active_element();
    active.is_none_or(|active| active.matches("body,dialog:not([open]) *") == Ok(true))
}

pub(super) fn on(event: &str, hear: impl Fn(Event) + 'static) {
    let hear = Closure::<dyn Fn(Event)>::new(hear).into_js_value();
    // Refused for nothing but what is no event.
    let _ = window().add_event_listener_with_callback(event, hear.unchecked_ref());
}

pub(super) fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// The message that this is a part of.
pub(super) fn message_around(element: &Element) -> Option<Element> {
    closest(element, ".log article[id]")
}

fn closest(element: &Element, selector: &str) -> Option<Element> {
    element.closest(selector).ok().flatten()
}

fn place(target: &Element) -> At {
    if target.id() == finder::FIELD {
        At::Finder
    } else if dialog::is_modal() {
        At::Modal
    } else if target.matches(FIELDS) == Ok(true) {
        At::Field
    } else if closest(target, ".scroller").is_some() {
        At::Log
    } else {
        At::Page
    }
}

/// Lets Tab stop at what is in this message, and at what is in another one no more.
fn open_stops(message: Option<&Element>) {
    let set = |of: &Element, selector: &str, stop: &str| {
        let Ok(found) = of.query_selector_all(selector) else {
            return;
        };
        for i in 0..found.length() {
            if let Some(element) = found.item(i) {
                let _ = element
                    .unchecked_ref::<Element>()
                    .set_attribute("tabindex", stop);
            }
        }
    };
    if let Some(scroller) = document().get_element_by_id(SCROLLER) {
        set(&scroller, "[tabindex='0']", "-1");
    }
    if let Some(message) = message {
        set(message, "[tabindex]", "0");
    }
}

/// Presses the button with this id, if it is there, seen or not.
pub fn press_button(id: &str) {
    if let Some(button) = document().get_element_by_id(id) {
        button.unchecked_ref::<HtmlElement>().click();
    }
}
