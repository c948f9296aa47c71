//! Where one reads: noted with every scroll, kept through whatever changes, and taken up again by
//! whoever comes back.
//!
//! *Invariant:* what moves the view on purpose forgets what was noted ([`to_end`], [`moved`]), so
//! that nothing brings it back.

use super::desk::Desk;
use super::receiving;
use crate::app::browser::text_field::{self, EDITOR};
use crate::app::browser::{navigation, scroll, storage};
use leptos::task::{spawn_local, tick};
use parlour_client::spots::{Spot, Spots, View};
use parlour_client::timeline::Timeline;
use parlour_protocol::{Number, RoomId};

const SPOTS_KEY: &str = "parlour.spots";

/// Whether the last line that is shown is in view.
pub fn is_at_end(desk: Desk) -> bool {
    // What comes below an open form is not seen, however little it is.
    scroll::is_at_bottom(form(desk).is_some())
}

/// Whether the view is at the end of the room and goes on with it. While somebody has a form in view
/// it does not: what others say must not carry that away.
pub fn follows(desk: Desk) -> bool {
    is_at_end(desk) && !desk.timeline.with_untracked(Timeline::has_newer) && form(desk).is_none()
}

/// The message that is changed, while its form is in view.
fn form(desk: Desk) -> Option<Spot> {
    desk.editing.get_untracked()?;
    scroll::around(EDITOR)
}

/// What has to stay where it is.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    spot: Option<Spot>,
    cursor: Option<(u32, u32)>,
}

/// What has to stay where it is, whatever is about to change.
pub fn take(desk: Desk) -> Kept {
    let spot = if follows(desk) {
        None
    } else {
        form(desk).or_else(|| noted(desk)).or_else(scroll::topmost)
    };
    let is_editing = desk.editing.with_untracked(Option::is_some);
    let cursor = || text_field::cursor(EDITOR);
    Kept {
        spot,
        cursor: is_editing.then(cursor).flatten(),
    }
}

/// What was noted, while it is not where it is to be: the window changed a moment ago, or there are too few
/// rows yet to scroll by. What is at the top meanwhile is not what one reads.
fn noted(desk: Desk) -> Option<Spot> {
    let view = desk.reading.get_value()?;
    let now = scroll::place(view.spot().number)?;
    (view.is_at(scroll::frame().at) && view.away(now) != 0.0).then(|| view.spot())
}

/// The same when a form comes or goes: that is not what has to stay.
pub fn take_top(desk: Desk) -> Kept {
    let is_elsewhere = !is_at_end(desk);
    Kept {
        spot: is_elsewhere.then(scroll::topmost).flatten(),
        cursor: None,
    }
}

/// The message at the top of the view; nothing at the end of the room.
pub fn number(desk: Desk) -> Option<Number> {
    take(desk).spot.map(|spot| spot.number)
}

/// Keeps it there: as soon as the rows have been changed, before they are painted.
pub fn hold(desk: Desk, Kept { spot, cursor }: Kept) {
    if spot.is_none() && cursor.is_none() {
        return;
    }
    spawn_local(async move {
        tick().await;
        if let Some(cursor) = cursor {
            text_field::put_cursor(EDITOR, cursor);
        }
        let Some(kept) = spot else { return };
        if let Some(now) = scroll::place(kept.number) {
            let noted = desk.reading.get_value();
            let noted = noted.filter(|view| view.is_of(kept));
            let mut view = noted.unwrap_or_else(|| View::new(kept, scroll::frame()));
            view.changed(now.height);
            put(desk, view, now);
        }
        // It may all be in view, with an open form and without an end to scroll to.
        receiving::mark_read(desk);
    });
}

/// Brings the message to where it is to be.
fn put(desk: Desk, mut view: View, now: Spot) {
    scroll::by(view.away(now));
    view.put(scroll::frame().at);
    desk.reading.set_value(Some(view));
    keep_in_view(desk);
}

/// Somebody scrolled.
pub fn scrolled(desk: Desk) {
    let frame = scroll::frame();
    let is_put = |view: &Option<View>| {
        // A window that changes scrolls by itself, before it is laid out anew; but who is at the end stays
        // there, and has scrolled to it.
        let is_window = |view: &View| view.is_resized(frame) && !scroll::is_at_bottom(true);
        view.is_some_and(|view| view.is_at(frame.at) || is_window(&view))
    };
    if !desk.reading.with_value(is_put) {
        note(desk);
    }
}

/// The view was moved on purpose: what it shows when it comes to rest is what one reads.
pub fn moved(desk: Desk) {
    desk.reading.set_value(None);
}

/// Notes what is in view.
pub fn note(desk: Desk) {
    let spot = here(desk).map(|spot| View::new(spot, scroll::frame()));
    desk.reading.set_value(spot);
    keep_in_view(desk);
}

/// What is in view now.
fn here(desk: Desk) -> Option<Spot> {
    let is_end = follows(desk);
    let spot = form(desk).or_else(scroll::topmost)?;
    Some(Spot { is_end, ..spot })
}

/// What is looked at stays in the window of messages that are held.
fn keep_in_view(desk: Desk) {
    let spot = desk.reading.get_value().map(|view| view.spot());
    let top = spot.filter(|spot| !spot.is_end).map(|spot| spot.number);
    desk.timeline.update_untracked(|t| t.keep_in_view(top));
}

/// The log, or the window around it, has another size.
pub fn laid_out(desk: Desk) {
    let view = desk.reading.get_value();
    let placed = view.and_then(|view| Some((view, scroll::place(view.spot().number)?)));
    let Some((mut view, now)) = placed else {
        return note(desk);
    };
    view.laid_out(now, scroll::frame(), text_field::is_writing());
    put(desk, view, now);
}

/// Shows the end of what is here.
pub fn to_end(desk: Desk) {
    scroll::to_bottom();
    moved(desk);
}

/// Brings this message to the middle of the view.
pub fn reveal(desk: Desk, number: Number) {
    moved(desk);
    scroll::reveal(number);
}

/// Shows again what somebody read, now that the rows are there.
pub fn resume(desk: Desk, spot: Spot) {
    let Some(now) = scroll::place(spot.number) else {
        return to_end(desk);
    };
    let frame = scroll::frame();
    let top = spot.rewrapped(now.height, f64::from(frame.height));
    put(desk, View::new(Spot { top, ..now }, frame), now);
}

/// The page has come to life: where one was reading when it was left, if it was.
pub fn arrive(desk: Desk) -> Option<Spot> {
    if let Some(json) = storage::load_for_tab(SPOTS_KEY) {
        desk.spots.set_value(Spots::from_json(&json));
    }
    desk.entry.set_value(navigation::entry());
    navigation::on_leave(move || {
        leave(desk);
        storage::save_for_tab(SPOTS_KEY, &desk.spots.with_value(Spots::to_json));
    });
    let room = desk.open_id_now()?;
    if !navigation::is_return() {
        // Whoever follows a link to where they are already wants what it leads to.
        forget(desk, room);
    }
    left(desk, room)
}

/// Where this room was left at the present entry of the tab's history.
pub fn left(desk: Desk, room: RoomId) -> Option<Spot> {
    let entry = navigation::entry();
    desk.spots.with_value(|spots| spots.get(entry, room))
}

/// What is shown is about to be something else.
pub fn leave(desk: Desk) {
    if let Some(room) = desk.open_id_now() {
        let (entry, spot) = (desk.entry.get_value(), here(desk));
        desk.spots
            .update_value(|spots| spots.leave(entry, room, spot));
    }
}

/// There is no coming back to where this entry was left.
pub fn forget(desk: Desk, room: RoomId) {
    let entry = navigation::entry();
    desk.spots
        .update_value(|spots| spots.leave(entry, room, None));
}
