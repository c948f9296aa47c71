//! The list in the panel that finds rooms: which of them is chosen, and where it is.
//!
//! *Invariant:* one of them is chosen whenever there are any, and the field says to a screen reader which.

use super::dialog::{self, PATH, TITLE};
use leptos::prelude::document;
use parlour_client::tab::capped;
use parlour_client::unread::Unread;
use wasm_bindgen::JsCast;
use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};

/// The id of the field, and its name in the query.
pub const FIELD: &str = "q";
const LIST: &str = "found";
/// What is said where there is none.
const NONE: &str = "found-none";
const CHOSEN: &str = "aria-selected";

/// A room in the list.
pub struct Found {
    /// Where it is.
    pub path: String,
    /// What it is called.
    pub name: String,
    /// How many messages are unread in it.
    pub unread: Unread,
    /// By what the style knows that.
    pub class: &'static str,
}

/// Opens the panel, with an empty list.
pub fn open() {
    dialog::show(&format!(
        "<form class=finder action=/go><h2 id={TITLE} class=visually-hidden>Go to a room</h2>\
         <div class=field><input id={FIELD} name={FIELD} role=combobox aria-expanded=true aria-controls={LIST} \
         aria-autocomplete=list aria-labelledby={TITLE} autocomplete=off autofocus placeholder='Go to a room'></div>\
         <ul class=found id={LIST} role=listbox aria-labelledby={TITLE}></ul>\
         <p id={NONE} role=status></p></form>"
    ));
}

/// Shows these rooms, with the first of them chosen.
pub fn show(found: impl Iterator<Item = Found>) {
    let Some(list) = element(LIST) else { return };
    list.set_inner_html("");
    say(None);
    for found in found {
        let Found {
            path,
            name,
            unread,
            class,
        } = found;
        let parts = ["li", "bdi", "span"].map(|part| document().create_element(part));
        if let [Ok(line), Ok(called), Ok(count)] = parts {
            let _ = line.set_attribute("role", "option");
            let _ = line.set_attribute(PATH, &path);
            called.set_text_content(Some(&name));
            count.set_text_content(Some(&capped(unread.count)));
            count.set_class_name(class);
            let _ = count.set_attribute("role", "img");
            let _ = count.set_attribute("aria-label", &unread.name());
            let _ = line.append_child(&called);
            if unread.count > 0 {
                let _ = line.append_child(&count);
            }
            let _ = list.append_child(&line);
        }
    }
    choose(&list, 0);
}

/// Adds lines of the server's, but for rooms that are there already.
pub fn add(lines: &str) {
    let Some(list) = element(LIST) else { return };
    let known: Vec<_> = children(&list).filter_map(|line| path(&line)).collect();
    let at = chosen_at(&list);
    let _ = list.insert_adjacent_html("beforeend", lines);
    for line in children(&list).skip(known.len()).collect::<Vec<_>>() {
        if path(&line).is_none_or(|path| known.contains(&path)) {
            line.remove();
        }
    }
    choose(&list, at);
}

/// No more are coming: says this, if there are none.
pub fn end(none: &str) {
    if element(LIST).is_some_and(|list| list.first_element_child().is_none()) {
        say(Some(none));
    }
}

/// Chooses the one above or below; at an end, the one at the other.
pub fn step(is_up: bool) {
    let Some(list) = element(LIST) else { return };
    let count = children(&list).count();
    if count > 0 {
        let by = if is_up { count - 1 } else { 1 };
        choose(&list, (chosen_at(&list) + by) % count);
    }
}

/// Where the one that is chosen leads.
pub fn chosen() -> Option<String> {
    let list = element(LIST)?;
    children(&list).find(is_chosen).and_then(|line| path(&line))
}

fn say(sentence: Option<&str>) {
    if let Some(said) = element(NONE) {
        said.set_text_content(sentence);
    }
}

fn choose(list: &Element, chosen: usize) {
    for (at, line) in children(list).enumerate() {
        let id = format!("{LIST}-{at}");
        line.set_id(&id);
        let is_chosen = at == chosen;
        let _ = line.set_attribute(CHOSEN, if is_chosen { "true" } else { "false" });
        if is_chosen {
            let how = ScrollIntoViewOptions::new();
            how.set_block(ScrollLogicalPosition::Nearest);
            line.scroll_into_view_with_scroll_into_view_options(&how);
            if let Some(field) = element(FIELD) {
                let _ = field.set_attribute("aria-activedescendant", &id);
            }
        }
    }
}

fn chosen_at(list: &Element) -> usize {
    children(list)
        .position(|line| is_chosen(&line))
        .unwrap_or_default()
}

fn is_chosen(line: &Element) -> bool {
    line.get_attribute(CHOSEN).as_deref() == Some("true")
}

fn path(line: &Element) -> Option<String> {
    line.get_attribute(PATH)
}

fn children(list: &Element) -> impl Iterator<Item = Element> + use<> {
    let lines = list.children();
    (0..lines.length()).filter_map(move |at| lines.item(at))
}

fn element(id: &str) -> Option<Element> {
    document().get_element_by_id(id)?.dyn_into().ok()
}
