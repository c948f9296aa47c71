//! Going from room to room without loading a page, and up and down a room's history.

use super::desk::{Desk, Dialog};
use super::{receiving, sending};
use crate::app::api::{self, Refused};
use crate::app::browser::scroll::{self, Anchor};
use crate::app::browser::text_field::{self, COMPOSER};
use crate::app::browser::{clock, navigation};
use crate::app::state::shelf::Shelved;
use crate::app::state::timeline::{self, Timeline};
use leptos::prelude::*;
use leptos::task::spawn_local;
use parlour_protocol::{ClientFrame, ErrorCode, Number, RoomId, paths};

/// The page has come to life where the server rendered it.
pub fn arrive(desk: Desk) {
    desk.path.set_value(navigation::path());
    let marked = desk
        .open
        .with_untracked(|open| open.as_ref().and_then(|open| open.marked));
    if let Some(number) = marked {
        scroll::reveal(&format!("m{number}"));
    }
    desk.asked_for_name.set_value(desk.open_id_now().is_some());
}

/// Back or forward was used; a fragment alone is the browser's affair.
pub fn history_moved(desk: Desk) {
    let path = navigation::path();
    if desk.path.with_value(|shown| *shown != path) {
        visit(desk, path, false);
    } else {
        // Back again, before the other place had come.
        count_visit(desk);
    }
}

/// Shows what `path` names; `push` when a new entry of the tab's history is to be made.
pub fn visit(desk: Desk, path: String, push: bool) {
    let target = match paths::parse_room(&path) {
        Some(target) => target,
        None if path == paths::HOME => {
            count_visit(desk);
            return welcome(desk, push);
        }
        None => return navigation::load(&path),
    };
    desk.dialog.set(None);
    let visit = count_visit(desk);
    let is_open = desk.open_id_now() == Some(target.room);
    match target.message {
        Some(number) if is_open && desk.timeline.with_untracked(|t| t.get(number).is_some()) => {
            go(desk, push, &path);
            return mark(desk, number);
        }
        None if is_open => {
            go(desk, push, &path);
            return to_end(desk);
        }
        None => {
            let shelved = desk.shelf.update_value(|shelf| shelf.take(target.room));
            if let Some(shelved) = shelved {
                go(desk, push, &path);
                return show(desk, shelved);
            }
        }
        Some(_) => {}
    }
    desk.loading.set(true);
    spawn_local(async move {
        let answer = api::open_room(target.room, target.message).await;
        if desk.visits.get_value() != visit {
            return;
        }
        desk.loading.set(false);
        match answer {
            Ok(room) => {
                // Back or forward has moved the address already, unless another place came in between.
                go(desk, true, &path);
                show(desk, room.into());
            }
            Err(refused) if is_gone(&refused) => navigation::load(&path),
            Err(refused) => {
                if !push {
                    // The address has moved already; the page has not.
                    navigation::replace(&desk.path.get_value());
                }
                desk.tell(refused.sentence());
            }
        }
    });
}

/// Asks for a name the first time a room is clicked without one; reading needs none.
pub fn ask_for_name_once(desk: Desk) {
    let is_nameless = desk.me.with_untracked(Option::is_none);
    if is_nameless && !desk.asked_for_name.get_value() {
        desk.asked_for_name.set_value(true);
        desk.dialog.set(Some(Dialog::Name));
    }
}

/// The room is not this person's any more: back to the welcome screen if it was open.
pub fn forget(desk: Desk, room_id: RoomId) {
    desk.joined.update_value(|joined| {
        joined.remove(room_id);
    });
    desk.read.update_value(|read| read.forget(room_id));
    if desk.open_id_now() == Some(room_id) {
        welcome(desk, true);
    }
    desk.shelf.update_value(|shelf| {
        shelf.take(room_id);
    });
}

/// What this tab holds of the room is void: takes it again from the server, around what is read
/// there or from its end.
pub fn take_anew(desk: Desk, room_id: RoomId, reading: Option<Number>) {
    if desk.open_id_now() != Some(room_id) {
        desk.shelf.update_value(|shelf| {
            shelf.take(room_id);
        });
        return;
    }
    let turn = turn_over(desk);
    desk.loading.set(true);
    spawn_local(async move {
        let answer = api::open_room(room_id, reading).await;
        if desk.turns.get_value() != turn {
            return;
        }
        desk.loading.set(false);
        match answer {
            Ok(room) => {
                let anchor = reading.and_then(|_| Anchor::take());
                desk.timeline.set(Timeline::new(room.history));
                scroll::hold(anchor);
                sending::settle_shown(desk);
                desk.missed.set(0);
                let after = desk.timeline.with_untracked(Timeline::seq);
                receiving::aloud(desk, |announcer| announcer.enter(after));
                desk.say(ClientFrame::Sync {
                    room_id: Some(room_id),
                    after,
                });
            }
            Err(refused) if reading.is_some() && is_gone(&refused) => {
                take_anew(desk, room_id, None);
            }
            Err(refused) => desk.tell(refused.sentence()),
        }
    });
}

/// Shows the end of the room, fetching it when the view is somewhere in its past.
pub fn to_newest(desk: Desk) {
    let Some(room_id) = desk.open_id_now() else {
        return;
    };
    if desk.timeline.with_untracked(Timeline::has_newer) {
        take_anew(desk, room_id, None);
    }
    desk.missed.set(0);
    scroll::to_bottom();
    request_animation_frame(move || receiving::mark_read(desk));
}

/// The view moved: fetches what it comes close to, and tells what was read.
pub fn scrolled(desk: Desk) {
    let (has_older, has_newer) = desk
        .timeline
        .with_untracked(|t| (t.has_older(), t.has_newer()));
    if has_older && scroll::is_near_top() {
        fetch_older(desk);
    } else if has_newer && scroll::is_near_bottom() {
        fetch_newer(desk);
    } else {
        receiving::mark_read(desk);
    }
    let is_at_bottom = scroll::is_at_bottom();
    let top = if is_at_bottom {
        None
    } else {
        scroll::topmost()
    };
    desk.timeline
        .update_untracked(|timeline| timeline.keep_in_view(top));
}

/// The page of history before the first message shown.
pub fn fetch_older(desk: Desk) {
    fetch(
        desk,
        desk.timeline.with_untracked(Timeline::first_number),
        None,
    );
}

/// The page of history after the last message shown.
pub fn fetch_newer(desk: Desk) {
    fetch(
        desk,
        None,
        desk.timeline.with_untracked(Timeline::last_number),
    );
}

fn fetch(desk: Desk, before: Option<Number>, after: Option<Number>) {
    let Some(room_id) = desk.open_id_now() else {
        return;
    };
    if desk.loading.get_untracked() || (before.is_none() && after.is_none()) {
        return;
    }
    desk.loading.set(true);
    let turn = desk.turns.get_value();
    spawn_local(async move {
        let answer = api::read_history(room_id, before, after).await;
        let is_current = || desk.turns.get_value() == turn;
        if !is_current() {
            return;
        }
        match answer {
            Ok(page) => {
                // Piece by piece, so that no frame has to wait for a whole page.
                for (at, slice) in timeline::slices(page, before.is_some())
                    .into_iter()
                    .enumerate()
                {
                    if at > 0 {
                        clock::frame().await;
                        if !is_current() {
                            return;
                        }
                    }
                    let anchor = Anchor::take();
                    desk.timeline.update(|timeline| match before {
                        Some(_) => timeline.prepend(slice),
                        None => timeline.append(slice),
                    });
                    scroll::hold(anchor);
                }
                // Not a frame later: who has come to the end meanwhile cannot scroll any further.
                desk.loading.set(false);
                // The page may have been read at a later seq than ours.
                if let Some(after) = desk.timeline.with_untracked(Timeline::behind) {
                    receiving::ask(desk, room_id, after);
                }
            }
            Err(refused) => {
                desk.loading.set(false);
                desk.tell(refused.sentence());
            }
        }
    });
}

/// The end of the room that is open, without a mark.
fn to_end(desk: Desk) {
    desk.open.update(|open| {
        if let Some(open) = open {
            open.marked = None;
        }
    });
    to_newest(desk);
}

fn welcome(desk: Desk, push: bool) {
    turn_over(desk);
    put_away(desk);
    desk.open.set(None);
    desk.dialog.set(None);
    go(desk, push, paths::HOME);
    navigation::focus_main();
}

fn show(desk: Desk, shelved: Shelved) {
    turn_over(desk);
    let room = shelved.open.room.clone();
    let marked = shelved.open.marked;
    let seq = shelved.timeline.seq();
    put_away(desk);
    desk.shelf.update_value(|shelf| {
        shelf.take(room.id);
    });
    desk.editing.set(None);
    if let Some(Dialog::DeleteRoom | Dialog::DeleteMessage(_)) = desk.dialog.get_untracked() {
        // It asked about what is not shown any more.
        desk.dialog.set(None);
    }
    receiving::aloud(desk, |announcer| announcer.enter(seq));
    desk.missed.set(0);
    desk.timeline.set(shelved.timeline);
    desk.presence.set(shelved.presence);
    desk.open.set(Some(shelved.open));
    // At once: the next key is for this room. And later, for a composer that is only drawn then.
    sending::show_draft(desk);
    sending::settle_shown(desk);
    receiving::be_in(desk, room.id, seq);
    request_animation_frame(move || {
        sending::show_draft(desk);
        match marked {
            Some(number) => scroll::reveal(&format!("m{number}")),
            None => {
                scroll::to_bottom();
                // On a phone the focus would bring up the keyboard, over what one came to read.
                if navigation::has_fine_pointer() {
                    text_field::focus(COMPOSER);
                } else {
                    navigation::focus_main();
                }
            }
        }
        receiving::mark_read(desk);
    });
}

fn put_away(desk: Desk) {
    sending::leave(desk);
    receiving::tell_read(desk);
    if let Some(open) = desk.open.get_untracked() {
        let timeline = desk.timeline.get_untracked();
        let presence = desk.presence.get_untracked();
        desk.shelf.update_value(|shelf| {
            shelf.put(Shelved {
                open,
                timeline,
                presence,
            })
        });
    }
}

fn mark(desk: Desk, number: Number) {
    desk.open.update(|open| {
        if let Some(open) = open {
            open.marked = Some(number);
        }
    });
    scroll::reveal(&format!("m{number}"));
}

/// The page now shows what is at `path`; an entry of the tab's history more, unless it is there.
fn go(desk: Desk, push: bool, path: &str) {
    if push && navigation::path() != path {
        navigation::push(path);
    }
    desk.path.set_value(path.to_owned());
}

/// What is on its way for an earlier visit will be dropped, so nothing waits for it any more.
fn count_visit(desk: Desk) -> u64 {
    turn_over(desk);
    desk.visits.update_value(|visits| *visits += 1);
    desk.visits.get_value()
}

/// The same of what is on its way for what is shown. A visit goes on, whatever becomes of the room
/// that one comes from.
fn turn_over(desk: Desk) -> u64 {
    desk.loading.set(false);
    desk.turns.update_value(|turns| *turns += 1);
    desk.turns.get_value()
}

fn is_gone(refused: &Refused) -> bool {
    matches!(
        refused.code(),
        Some(ErrorCode::RoomNotFound | ErrorCode::MessageNotFound)
    )
}
