//! The messages' scroller.
//!
//! It is a `column-reverse` flex box, so it starts at the bottom without script and what is put in
//! at the top moves nothing. Its `scrollTop` is 0 at the bottom and negative above.

use leptos::prelude::{document, request_animation_frame};
use leptos::task::{spawn_local, tick};
use parlour_protocol::Number;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

/// Pixels from the bottom within which the view counts as at the bottom.
const AT_BOTTOM: i32 = 60;
/// Pixels from an end within which the next page is fetched.
const NEAR_END: i32 = 600;

/// The scroller's id.
pub const SCROLLER: &str = "scroller";

fn scroller() -> Option<Element> {
    document().get_element_by_id(SCROLLER)
}

/// Whether the newest message is in view.
pub fn is_at_bottom() -> bool {
    scroller().is_none_or(|s| -s.scroll_top() <= AT_BOTTOM)
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

/// Remembers what is in view; [`hold`] keeps it there after the rows have changed.
///
/// It is held by its end: the first message of a page loses its author line when older ones of the
/// same author come above it, and what is read is below that.
pub struct Anchor {
    element: HtmlElement,
    end: f64,
}

impl Anchor {
    /// The first message whose end is below the scroller's top.
    pub fn take() -> Option<Self> {
        let scroller = scroller()?;
        let edge = scroller.get_bounding_client_rect().top();
        let rows = scroller.first_element_child()?.children();
        let row = |i| rows.item(i)?.dyn_into::<HtmlElement>().ok();
        let end = |element: &HtmlElement| element.get_bounding_client_rect().bottom();
        // They stand one below the other.
        let (mut from, mut to) = (0, rows.length());
        while from < to {
            let middle = (from + to) / 2;
            if end(&row(middle)?) > edge {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        let element = (from..rows.length())
            .filter_map(row)
            .find(|element| !element.id().is_empty())?;
        Some(Self {
            end: end(&element),
            element,
        })
    }

    /// Scrolls so that the remembered message is where it was.
    fn hold(self) {
        let id = self.element.id();
        let moved = document()
            .get_element_by_id(&id)
            .map(|element| element.get_bounding_client_rect().bottom() - self.end);
        if let (Some(scroller), Some(moved)) = (scroller(), moved)
            && moved.abs() >= 1.0
        {
            scroller.set_scroll_top(scroller.scroll_top() + moved.round() as i32);
        }
    }
}

/// Keeps what was in view in view: as soon as the rows have been changed, before they are painted.
pub fn hold(anchor: Option<Anchor>) {
    if let Some(anchor) = anchor {
        spawn_local(async move {
            tick().await;
            anchor.hold();
        });
    }
}

/// The number of the first message in view.
pub fn topmost() -> Option<Number> {
    Anchor::take()?.element.id().strip_prefix('m')?.parse().ok()
}

/// Brings the element with this id to the middle of the view and gives it the focus.
pub fn reveal(id: &str) {
    let id = id.to_owned();
    request_animation_frame(move || {
        let element = document().get_element_by_id(&id);
        if let Some(element) = element.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Center);
            element.scroll_into_view_with_scroll_into_view_options(&options);
            let _ = element.focus();
        }
    });
}
