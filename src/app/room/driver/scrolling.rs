//! Where one reads: noted with every scroll, kept through whatever changes, and taken up again by
//! whoever comes back.
//!
//! *Invariant:* what moves the view on purpose forgets what was noted ([`to_end`], [`moved`]), so
//! that nothing brings it back.

use super::super::view_model::ViewModel;
use super::act;
use crate::app::browser::text_field::{self, EDITOR};
use crate::app::browser::{navigation, scroll};
use leptos::task::{spawn_local, tick};
use parlour_client::scroll_position::{ScrollPosition, View};
use parlour_client::session::{Session, Viewport};
use parlour_client::timeline::Timeline;
use parlour_protocol::Number;

/// What is seen of the page now.
pub(super) fn seen(model: ViewModel) -> Viewport {
    let form = form(model);
    // What comes below an open form is not seen, however little it is.
    let is_at_end = scroll::is_at_bottom(form.is_some());
    Viewport {
        is_visible: navigation::is_visible(),
        is_at_end,
        last: (!is_at_end).then(scroll::last_seen).flatten(),
        has_form: form.is_some(),
        has_dialog: model.dialog().with_untracked(Option::is_some),
        position: form.or_else(|| noted(model)).or_else(scroll::topmost),
    }
}

/// The message that is changed, while its form is in view.
fn form(model: ViewModel) -> Option<ScrollPosition> {
    let is_editing = model.editing().with_untracked(Option::is_some);
    is_editing.then(|| scroll::around(EDITOR)).flatten()
}

/// What has to stay where it is.
pub(super) struct Kept {
    position: Option<ScrollPosition>,
    cursor: Option<(u32, u32)>,
}

/// What has to stay where it is, whatever was changed just now: nothing of it is drawn yet. At the end of the
/// room (`follows`) nothing has to.
pub(super) fn kept(model: ViewModel, seen: Viewport, follows: bool) -> Kept {
    let is_editing = model.editing().with_untracked(Option::is_some);
    let cursor = || text_field::cursor(EDITOR);
    Kept {
        position: seen.position.filter(|_| !follows),
        cursor: is_editing.then(cursor).flatten(),
    }
}

/// What was noted, while it is not where it is to be: the window changed a moment ago, or there are too few
/// rows yet to scroll by. What is at the top meanwhile is not what one reads.
fn noted(model: ViewModel) -> Option<ScrollPosition> {
    let view = reading(model)?;
    let now = scroll::place(view.position().number)?;
    (view.is_at(scroll::frame().at) && view.away(now) != 0.0).then(|| view.position())
}

fn reading(model: ViewModel) -> Option<View> {
    model.look(|state| state.screen.reading)
}

fn set_reading(model: ViewModel, view: Option<View>) {
    model.change(|state| state.screen.reading = view);
}

/// The same when a form comes or goes: that is not what has to stay.
pub(super) fn keep_top(model: ViewModel, seen: Viewport) {
    let is_elsewhere = !seen.is_at_end;
    let position = is_elsewhere.then(scroll::topmost).flatten();
    let cursor = None;
    hold(model, Kept { position, cursor });
    if model.editing().with_untracked(Option::is_none) {
        moved(model);
    }
}

/// Keeps it there: as soon as the rows have been changed, before they are painted.
pub(super) fn hold(model: ViewModel, Kept { position, cursor }: Kept) {
    if position.is_none() && cursor.is_none() {
        return;
    }
    spawn_local(async move {
        tick().await;
        if let Some(cursor) = cursor {
            text_field::put_cursor(EDITOR, cursor);
        }
        let Some(kept) = position else { return };
        if let Some(now) = scroll::place(kept.number) {
            let noted = reading(model).filter(|view| view.is_of(kept));
            let mut view = noted.unwrap_or_else(|| View::new(kept, scroll::frame()));
            view.changed(now.height);
            put(model, view, now);
        }
        // It may all be in view, with an open form and without an end to scroll to.
        act(model, Session::look);
    });
}

/// Brings the message to where it is to be.
fn put(model: ViewModel, mut view: View, now: ScrollPosition) {
    scroll::by(view.away(now));
    view.put(scroll::frame().at);
    set_reading(model, Some(view));
    keep_in_view(model);
}

/// The log was scrolled.
pub fn scrolled(model: ViewModel) {
    let (top, bottom) = (scroll::is_near_top(), scroll::is_near_bottom());
    act(model, |session| session.scrolled(top, bottom));
    let frame = scroll::frame();
    let is_put = |view: &Option<View>| {
        // A window that changes scrolls by itself, before it is laid out anew; but who is at the end stays
        // there, and has scrolled to it.
        let is_window = |view: &View| view.is_resized(frame) && !scroll::is_at_bottom(true);
        view.is_some_and(|view| view.is_at(frame.at) || is_window(&view))
    };
    if !is_put(&reading(model)) {
        note(model);
    }
}

/// The view was moved on purpose: what it shows when it comes to rest is what one reads.
pub(super) fn moved(model: ViewModel) {
    set_reading(model, None);
}

/// Notes what is in view.
pub(super) fn note(model: ViewModel) {
    let position = here(model).map(|position| View::new(position, scroll::frame()));
    set_reading(model, position);
    keep_in_view(model);
}

/// What is in view now.
fn here(model: ViewModel) -> Option<ScrollPosition> {
    let form = form(model);
    let has_newer = model.timeline().with_untracked(Timeline::has_newer);
    let is_end = form.is_none() && !has_newer && scroll::is_at_bottom(false);
    let position = form.or_else(scroll::topmost);
    position.map(|position| ScrollPosition { is_end, ..position })
}

/// What is looked at stays in the window of messages that are held.
fn keep_in_view(model: ViewModel) {
    let position = reading(model).map(|view| view.position());
    let top = position
        .filter(|position| !position.is_end)
        .map(|position| position.number);
    model.change(|state| state.session.keep_in_view(top));
}

/// The log, or the window around it, has another size.
pub fn laid_out(model: ViewModel) {
    let placed =
        reading(model).and_then(|view| Some((view, scroll::place(view.position().number)?)));
    let Some((mut view, now)) = placed else {
        return note(model);
    };
    view.laid_out(now, scroll::frame(), text_field::is_writing());
    put(model, view, now);
    if model.look(|state| state.session.has_unseen_line()) {
        // It was drawn just now, perhaps, above a view that is at the end and moves by nothing.
        act(model, Session::look);
    }
}

/// All that is here is in view: fetches what comes before, for nobody can scroll there.
pub fn fill(model: ViewModel) {
    if scroll::is_all() {
        act(model, |session| session.scrolled(true, false));
    }
}

/// Shows the end of what is here.
pub(super) fn to_end(model: ViewModel) {
    scroll::to_bottom();
    moved(model);
}

/// Shows the line *New* at the top of the view; with all that is new in view that is the end of what is here.
pub(super) fn to_new(model: ViewModel, is_followed: bool) {
    if !scroll::to_new(is_followed) {
        return to_end(model);
    }
    moved(model);
}

/// Brings this message to the middle of the view.
pub(super) fn reveal(model: ViewModel, number: Number) {
    moved(model);
    scroll::reveal(number);
}

/// Shows again what somebody read, now that the rows are there.
pub(super) fn resume(model: ViewModel, position: ScrollPosition) {
    let Some(now) = scroll::place(position.number) else {
        return to_end(model);
    };
    let frame = scroll::frame();
    let top = position.rewrapped(now.height, f64::from(frame.height));
    put(model, View::new(ScrollPosition { top, ..now }, frame), now);
}
