//! Going from room to room without loading a page, and up and down a room's history.

use super::desk::{Desk, Dialog, Shelved};
use super::{receiving, sending};
use crate::app::api::{self, Refused};
use crate::app::browser::scroll::{self, Anchor};
use crate::app::browser::{navigation, text_field};
use crate::app::state::timeline::Timeline;
use leptos::prelude::*;
use leptos::task::spawn_local;
use parlour_protocol::{ClientFrame, ErrorCode, Number, RoomId, paths};

/// The page has come to life where the server rendered it.
pub fn arrive(desk: Desk) {
    if let Some(number) = desk
        .open
        .with_untracked(|open| open.as_ref().and_then(|o| o.marked))
    {
        scroll::reveal(&format!("m{number}"));
    }
    desk.asked_for_name.set_value(desk.open_id_now().is_some());
}

/// Shows what `path` names; `push` when a new entry of the tab's history is to be made.
pub fn visit(desk: Desk, path: String, push: bool) {
    let target = match paths::parse_room(&path) {
        Some(target) => target,
        None if path == paths::HOME => return welcome(desk, push),
        None => return navigation::load(&path),
    };
    desk.dialog.set(None);
    let visit = count_visit(desk);
    if let Some(number) = target
        .message
        .filter(|_| desk.open_id_now() == Some(target.room))
        && desk.timeline.with_untracked(|t| t.get(number).is_some())
    {
        go(push, &path);
        return mark(desk, number);
    }
    if target.message.is_none() {
        if desk.open_id_now() == Some(target.room) {
            go(push, &path);
            return desk.open.update(|open| {
                if let Some(open) = open {
                    open.marked = None;
                }
            });
        }
        let shelved = desk
            .shelf
            .try_update_value(|shelf| shelf.remove(&target.room))
            .flatten();
        if let Some(shelved) = shelved {
            go(push, &path);
            show(desk, shelved);
            return;
        }
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
                go(push, &path);
                show(desk, Shelved::new(room));
            }
            Err(refused) if is_gone(&refused) => navigation::load(&path),
            Err(refused) => desk.tell(refused.sentence()),
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
        joined.remove(&room_id);
    });
    if desk.open_id_now() == Some(room_id) {
        welcome(desk, true);
    }
    desk.shelf.update_value(|shelf| {
        shelf.remove(&room_id);
    });
}

/// What this tab holds of the room is void: takes it again from the server.
pub fn take_anew(desk: Desk, room_id: RoomId) {
    if desk.open_id_now() != Some(room_id) {
        desk.shelf.update_value(|shelf| {
            shelf.remove(&room_id);
        });
        return;
    }
    let visit = count_visit(desk);
    spawn_local(async move {
        if let Ok(room) = api::open_room(room_id, None).await
            && desk.visits.get_value() == visit
        {
            desk.timeline.set(Timeline::new(room.history));
            desk.missed.set(0);
            desk.say(ClientFrame::Sync {
                room_id: Some(room_id),
                after: desk.timeline.with_untracked(Timeline::seq),
            });
        }
    });
}

/// Shows the end of the room, fetching it when the view is somewhere in its past.
pub fn to_newest(desk: Desk) {
    let Some(room_id) = desk.open_id_now() else {
        return;
    };
    if desk.timeline.with_untracked(Timeline::has_newer) {
        take_anew(desk, room_id);
    }
    desk.missed.set(0);
    scroll::to_bottom(desk.scroller);
    request_animation_frame(move || receiving::mark_read(desk));
}

/// The view moved: fetches what it comes close to, and tells what was read.
pub fn scrolled(desk: Desk) {
    let (first, last) = desk
        .timeline
        .with_untracked(|t| (t.first_number(), t.last_number()));
    let (has_older, has_newer) = desk
        .timeline
        .with_untracked(|t| (t.has_older(), t.has_newer()));
    if has_older && scroll::is_near_top(desk.scroller) {
        fetch(desk, first, None);
    } else if has_newer && scroll::is_near_bottom(desk.scroller) {
        fetch(desk, None, last);
    } else {
        receiving::mark_read(desk);
    }
    let top = if scroll::is_at_bottom(desk.scroller) {
        None
    } else {
        scroll::topmost(desk.scroller)
    };
    desk.timeline
        .update_untracked(|timeline| timeline.keep_in_view(top));
}

fn fetch(desk: Desk, before: Option<Number>, after: Option<Number>) {
    let Some(room_id) = desk.open_id_now() else {
        return;
    };
    if desk.loading.get_untracked() || (before.is_none() && after.is_none()) {
        return;
    }
    desk.loading.set(true);
    let visit = desk.visits.get_value();
    spawn_local(async move {
        let answer = api::read_history(room_id, before, after).await;
        if desk.visits.get_value() != visit {
            return;
        }
        desk.loading.set(false);
        if let Ok(page) = answer {
            let anchor = Anchor::take(desk.scroller);
            desk.timeline.update(|timeline| match before {
                Some(_) => timeline.prepend(page),
                None => timeline.append(page),
            });
            // The page may have been read at a later seq than ours.
            if let Some(after) = desk.timeline.with_untracked(Timeline::behind) {
                receiving::ask(desk, room_id, after);
            }
            request_animation_frame(move || {
                if let Some(anchor) = anchor {
                    anchor.hold(desk.scroller);
                }
            });
        }
    });
}

fn welcome(desk: Desk, push: bool) {
    count_visit(desk);
    put_away(desk);
    desk.open.set(None);
    desk.dialog.set(None);
    go(push, paths::HOME);
    navigation::set_title("Parlour");
    navigation::focus_main();
}

fn show(desk: Desk, shelved: Shelved) {
    count_visit(desk);
    put_away(desk);
    let room = shelved.open.room.clone();
    let marked = shelved.open.marked;
    let seq = shelved.timeline.seq();
    navigation::set_title(&format!("{} · Parlour", room.name));
    desk.editing.set(None);
    desk.missed.set(0);
    desk.timeline.set(shelved.timeline);
    desk.presence.set(shelved.presence);
    desk.open.set(Some(shelved.open));
    let is_joined = desk
        .joined
        .try_update_value(|joined| !joined.insert(room.id));
    desk.say(if is_joined == Some(true) {
        ClientFrame::Sync {
            room_id: Some(room.id),
            after: seq,
        }
    } else {
        ClientFrame::Join {
            room_id: room.id,
            after: Some(seq),
        }
    });
    request_animation_frame(move || {
        sending::show_draft(desk);
        match marked {
            Some(number) => scroll::reveal(&format!("m{number}")),
            None => {
                scroll::to_bottom(desk.scroller);
                // On a phone the focus would bring up the keyboard, over what one came to read.
                if navigation::has_fine_pointer() {
                    text_field::focus(desk.composer);
                } else {
                    navigation::focus_main();
                }
            }
        }
        receiving::mark_read(desk);
    });
}

fn put_away(desk: Desk) {
    if let Some(open) = desk.open.get_untracked() {
        let shelved = Shelved {
            timeline: desk.timeline.get_untracked(),
            presence: desk.presence.get_untracked(),
            open,
        };
        // A permalink's page is somewhere in the past; coming back, people want the end.
        if !shelved.timeline.has_newer() {
            let open = super::desk::Open {
                marked: None,
                ..shelved.open.clone()
            };
            desk.shelf.update_value(|shelf| {
                shelf.insert(open.room.id, Shelved { open, ..shelved });
            });
        }
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

fn go(push: bool, path: &str) {
    if push {
        navigation::push(path);
    }
}

/// What is on its way for an earlier visit will be dropped, so nothing waits for it any more.
fn count_visit(desk: Desk) -> u64 {
    desk.loading.set(false);
    desk.visits.update_value(|visits| *visits += 1);
    desk.visits.get_value()
}

fn is_gone(refused: &Refused) -> bool {
    matches!(
        refused.code(),
        Some(ErrorCode::RoomNotFound | ErrorCode::MessageNotFound)
    )
}
