//! The list of rooms in the sidebar, which scrolls.

use leptos::prelude::document;
use parlour_client::sections::{Hidden, hidden};
use web_sys::{Element, HtmlCollection, ScrollIntoViewOptions, ScrollLogicalPosition};

/// The list's id.
pub const LIST: &str = "room-list";

fn list() -> Option<Element> {
    document().get_element_by_id(LIST)
}

/// The counts that stand in its lines.
fn counts() -> Option<HtmlCollection> {
    Some(list()?.get_elements_by_class_name("unread"))
}

/// Which unread rooms are out of view. A list that is not shown hides none.
pub fn unread_out_of_view() -> Hidden {
    let (Some(list), Some(counts)) = (list(), counts()) else {
        return Hidden::default();
    };
    let view = list.get_bounding_client_rect();
    if view.height() == 0.0 {
        return Hidden::default();
    }
    let lines = (0..counts.length()).filter_map(|at| counts.item(at));
    let lines = lines.map(|count| {
        let place = count.get_bounding_client_rect();
        (place.top(), place.bottom())
    });
    hidden(view.top(), view.bottom(), lines)
}

/// Brings the open room into view, if it is not.
pub fn show_open() {
    let open = list().and_then(|list| list.query_selector("[aria-current]").ok()?);
    show(open);
}

/// Brings the first or the last unread room into view.
pub fn show_unread(is_last: bool) {
    show(counts().and_then(|counts| {
        let last = counts.length().checked_sub(1)?;
        counts.item(if is_last { last } else { 0 })
    }));
}

fn show(line: Option<Element>) {
    if let Some(line) = line {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        line.scroll_into_view_with_scroll_into_view_options(&options);
    }
}
