//! The messages' scroller.
//!
//! It is a `column-reverse` flex box, so it starts at the bottom without script and what is put in
//! at the top moves nothing. Its `scrollTop` is 0 at the bottom and negative above.

use super::resize;
use leptos::prelude::document;
use leptos::prelude::request_animation_frame;
use parlour_client::scroll_position::{Frame, ScrollPosition};
use parlour_protocol::Number;
use wasm_bindgen::JsCast;
use web_sys::{
    Element, FocusOptions, HtmlCollection, HtmlElement, ScrollIntoViewOptions,
    ScrollLogicalPosition,
};

/// Pixels from the bottom within which the view counts as at the bottom.
const AT_BOTTOM: i32 = 60;
/// Pixels by which a message may end below the view and yet be in it: a browser lays out in parts of one.
const PART: f64 = 1.0;
/// Pixels from an end within which the next page is fetched.
const NEAR_END: i32 = 600;

/// The scroller's id.
pub const SCROLLER: &str = "scroller";
/// The id of the line *New*.
pub const NEW: &str = "new";

fn scroller() -> Option<Element> {
    document().get_element_by_id(SCROLLER)
}

/// Whether the newest message is in view, or, if that has to be `exact`, the very end.
pub fn is_at_bottom(exact: bool) -> bool {
    let tolerance = if exact { 1 } else { AT_BOTTOM };
    scroller().is_none_or(|s| -s.scroll_top() <= tolerance)
}

/// Whether all that is here is in view.
pub fn is_all() -> bool {
    scroller().is_some_and(|s| s.scroll_height() <= s.client_height())
}

/// Whether the view is close to the oldest message shown.
pub fn is_near_top() -> bool {
    scroller().is_some_and(|s| s.scroll_height() - s.client_height() + s.scroll_top() < NEAR_END)
}

/// Whether the view is close to the newest message shown.
pub fn is_near_bottom() -> bool {
    scroller().is_some_and(|s| -s.scroll_top() < NEAR_END)
}

/// Shows the newest message.
pub fn to_bottom() {
    if let Some(scroller) = scroller() {
        scroller.set_scroll_top(0);
    }
}

/// Moves what is shown up by so many pixels.
pub fn by(pixels: f64) {
    if let Some(scroller) = scroller()
        && pixels != 0.0
    {
        scroller.scroll_by_with_x_and_y(0.0, pixels);
    }
}

/// How the view is laid out.
pub fn frame() -> Frame {
    scroller().map_or_else(Frame::default, |scroller| Frame {
        width: scroller.client_width(),
        height: scroller.client_height(),
        at: scroller.scroll_top(),
    })
}

/// Shows the line *New* at the top of the view, if there is one. With `is_followed` who reads by keyboard goes on
/// with the message below it.
pub fn to_new(is_followed: bool) -> bool {
    let Some(line) = document().get_element_by_id(NEW) else {
        return false;
    };
    line.scroll_into_view();
    let message = line.next_element_sibling().filter(|_| is_followed);
    if let Some(message) = message.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        let _ = message.focus();
    }
    true
}

/// The first message whose end is below the scroller's top.
pub fn topmost() -> Option<ScrollPosition> {
    let scroller = scroller()?;
    let rows = scroller.first_element_child()?.children();
    let edge = scroller.get_bounding_client_rect().top();
    let from = ends_below(&rows, edge)?;
    let rows = (from..rows.length()).filter_map(|i| rows.item(i));
    // A day that sticks to the edge is found before what has gone under it.
    let mut rows = rows.filter(|row| row.get_bounding_client_rect().bottom() > edge);
    rows.find_map(|row| position(&scroller, &row))
}

/// The last message whose end is in view, or above it.
pub fn last_seen() -> Option<Number> {
    let scroller = scroller()?;
    let rows = scroller.first_element_child()?.children();
    let edge = scroller.get_bounding_client_rect().bottom();
    let to = ends_below(&rows, edge + PART)?;
    let mut rows = (0..to).rev().filter_map(|i| rows.item(i));
    rows.find_map(|row| number(&row))
}

/// The first row whose end is below this edge. They stand one below the other, but for a day that sticks to the upper one.
fn ends_below(rows: &HtmlCollection, edge: f64) -> Option<u32> {
    let (mut from, mut to) = (0, rows.length());
    while from < to {
        let middle = (from + to) / 2;
        if rows.item(middle)?.get_bounding_client_rect().bottom() > edge {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    Some(from)
}

/// The message with this field in it, while some of it is in view.
pub fn around(field: &str) -> Option<ScrollPosition> {
    let scroller = scroller()?;
    let row = document()
        .get_element_by_id(field)?
        .closest("article")
        .ok()??;
    let position = position(&scroller, &row)?;
    is_in_view(position.number).then_some(position)
}

/// Where this message stands.
pub fn place(number: Number) -> Option<ScrollPosition> {
    position(&scroller()?, &message(number)?)
}

fn message(number: Number) -> Option<Element> {
    document().get_element_by_id(&format!("m{number}"))
}

/// The number of a message.
pub fn number(element: &Element) -> Option<Number> {
    let number = element.id().strip_prefix('m')?.parse();
    number.ok().map(Number)
}

/// Where an element stands, if it is a message.
fn position(scroller: &Element, element: &Element) -> Option<ScrollPosition> {
    let number = number(element)?;
    let place = element.get_bounding_client_rect();
    Some(ScrollPosition {
        number,
        top: place.top() - scroller.get_bounding_client_rect().top(),
        height: place.height(),
        is_end: false,
    })
}

/// Whether any of this message is in view.
pub fn is_in_view(number: Number) -> bool {
    let height = frame().height.into();
    place(number).is_some_and(|at| at.top + at.height > 0.0 && at.top < height)
}

/// The last message that begins in view.
pub fn lowest() -> Option<Number> {
    let rows = scroller()?.first_element_child()?.children();
    let rows = (0..rows.length()).rev().filter_map(|i| rows.item(i));
    let mut numbers = rows.filter_map(|row| number(&row));
    numbers.find(|number| is_in_view(*number))
}

/// Gives this message the focus, and moves the view no further than has to be for it `to_be_seen`. It is called by what
/// a screen reader says of it.
pub fn focus(number: Number, to_be_seen: bool) {
    let Some(element) = message(number).and_then(|e| e.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let part = |selector: &str| {
        let part = element.query_selector(selector).ok().flatten();
        part.and_then(|part| part.text_content())
            .unwrap_or_default()
    };
    let label = [".author", ".when", ".text,.removed"].map(part).join(", ");
    let _ = element.set_attribute("aria-label", &label);
    let how = FocusOptions::new();
    how.set_prevent_scroll(true);
    let _ = element.focus_with_options(&how);
    if to_be_seen {
        let how = ScrollIntoViewOptions::new();
        how.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&how);
    }
}

/// Calls `changed` whenever the scroller or what is in it has another size, before that is painted;
/// ends with the caller's owner.
pub fn on_resize(changed: impl Fn() + 'static) {
    let Some(scroller) = scroller() else { return };
    let log = scroller.first_element_child();
    let parts: Vec<Element> = [Some(scroller), log].into_iter().flatten().collect();
    resize::on_resize(&parts, changed);
}

/// Brings this message to the middle of the view and gives it the focus.
pub fn reveal(number: Number) {
    request_animation_frame(move || {
        if let Some(element) = message(number).and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Center);
            element.scroll_into_view_with_scroll_into_view_options(&options);
            let _ = element.focus();
        }
    });
}
