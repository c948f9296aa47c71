//! Going from room to room without loading a page, and up and down a room's history.

use super::desk::{Desk, Dialog};
use super::{editing, reading, receiving, sending};
use crate::app::api::{self, Refused};
use crate::app::browser::text_field::{self, COMPOSER};
use crate::app::browser::{clock, navigation, scroll};
use leptos::prelude::*;
use leptos::task::spawn_local;
use parlour_client::shelf::Shelved;
use parlour_client::spots::Spot;
use parlour_client::timeline::{self, Timeline};
use parlour_protocol::{ClientFrame, ErrorCode, Number, RoomId, paths};

/// The page has come to life where the server rendered it.
pub fn arrive(desk: Desk) {
    desk.path.set_value(navigation::path());
    let marked = desk
        .open
        .with_untracked(|open| open.as_ref().and_then(|open| open.marked));
    match (reading::arrive(desk), marked) {
        (Some(spot), _) if marked.is_some() || !spot.is_end => come_back(desk, spot),
        (_, Some(number)) => reading::reveal(desk, number),
        _ => {}
    }
    desk.asked_for_name.set_value(desk.open_id_now().is_some());
}

/// Back or forward was used; a fragment alone is the browser's affair.
pub fn history_moved(desk: Desk) {
    let path = navigation::path();
    let is_elsewhere = desk.path.with_value(|shown| *shown != path);
    let is_left = || {
        desk.open_id_now()
            .and_then(|room| reading::left(desk, room))
    };
    if is_elsewhere || (desk.entry.get_value() != navigation::entry() && is_left().is_some()) {
        visit(desk, path, false);
    } else {
        // Back again, before the other place had come.
        count_visit(desk);
        desk.entry.set_value(navigation::entry());
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
    // Back and forward lead to where one was reading; whoever was at the end of a room wants its end.
    let left = || reading::left(desk, target.room);
    let spot = if push { None } else { left() };
    let spot = spot.filter(|spot| target.message.is_some() || !spot.is_end);
    let wanted = spot.map(|spot| spot.number).or(target.message);
    let has = |timeline: &Timeline| match wanted {
        Some(number) => timeline.get(number).is_some(),
        None => true,
    };
    if desk.open_id_now() == Some(target.room) {
        if desk.timeline.with_untracked(has) {
            go(desk, push, &path);
            return show_again(desk, target.message, spot);
        }
    } else if spot.is_some() || target.message.is_none() {
        let shelved = desk.shelf.update_value(|shelf| shelf.take(target.room));
        // One that fell behind while it was away has no end.
        let is_whole =
            |s: &Shelved| has(&s.timeline) && (spot.is_some() || !s.timeline.has_newer());
        if let Some(mut shelved) = shelved.filter(is_whole) {
            shelved.open.marked = target.message;
            go(desk, push, &path);
            return show(desk, shelved, spot);
        }
    }
    desk.loading.set(true);
    spawn_local(async move {
        let answer = api::open_room(target.room, wanted).await;
        if desk.visits.get_value() != visit {
            return;
        }
        desk.loading.set(false);
        match answer {
            Ok(room) => {
                // Back or forward has moved the address already, unless another place came in between.
                go(desk, true, &path);
                let mut shelved = Shelved::from(room);
                shelved.open.marked = target.message;
                show(desk, shelved, spot);
            }
            // What was read there is gone, and the room perhaps not.
            Err(refused) if is_gone(&refused) && spot.is_some() => {
                reading::forget(desk, target.room);
                self::visit(desk, path, false);
            }
            Err(refused) if is_gone(&refused) => navigation::load(&path),
            Err(refused) => {
                if !push {
                    // The address has moved already; the page has not.
                    navigation::replace(&desk.path.get_value());
                    desk.entry.set_value(navigation::entry());
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
pub fn take_anew(desk: Desk, room_id: RoomId, around: Option<Number>) {
    if desk.open_id_now() != Some(room_id) {
        desk.shelf.update_value(|shelf| {
            shelf.take(room_id);
        });
        return;
    }
    let turn = turn_over(desk);
    desk.loading.set(true);
    spawn_local(async move {
        let answer = api::open_room(room_id, around).await;
        if desk.turns.get_value() != turn {
            return;
        }
        desk.loading.set(false);
        match answer {
            Ok(room) => {
                let kept = reading::take(desk);
                desk.timeline.set(Timeline::new(room.history));
                if around.is_some() {
                    reading::hold(desk, kept);
                }
                editing::check(desk);
                sending::settle_shown(desk);
                desk.missed.set(0);
                let after = desk.timeline.with_untracked(Timeline::seq);
                receiving::announce_anew(desk);
                desk.say(ClientFrame::Sync {
                    room_id: Some(room_id),
                    after,
                });
            }
            Err(refused) if around.is_some() && is_gone(&refused) => {
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
    reading::to_end(desk);
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
    reading::scrolled(desk);
}

/// Fetches what comes before, while all that is here is in view: nobody can scroll there.
pub fn fill(desk: Desk) {
    if scroll::is_all() && desk.timeline.with_untracked(Timeline::has_older) {
        fetch_older(desk);
    }
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
                    let kept = reading::take(desk);
                    desk.timeline.update(|timeline| match before {
                        Some(_) => timeline.prepend(slice),
                        None => timeline.append(slice),
                    });
                    reading::hold(desk, kept);
                }
                editing::check(desk);
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

/// The open room at another place of it: marked, where somebody was reading, or at its end.
fn show_again(desk: Desk, marked: Option<Number>, spot: Option<Spot>) {
    desk.open.update(|open| {
        if let Some(open) = open {
            open.marked = marked;
        }
    });
    match (spot, marked) {
        (Some(spot), _) => request_animation_frame(move || reading::resume(desk, spot)),
        (None, Some(number)) => reading::reveal(desk, number),
        (None, None) => to_newest(desk),
    }
}

/// The page was loaded again: to where somebody was reading in it, fetching that if it is further back.
fn come_back(desk: Desk, spot: Spot) {
    let (Some(open), has) = (
        desk.open.get_untracked(),
        desk.timeline
            .with_untracked(|t| t.get(spot.number).is_some()),
    ) else {
        return;
    };
    if has {
        return request_animation_frame(move || reading::resume(desk, spot));
    }
    reading::forget(desk, open.room.id);
    let turn = turn_over(desk);
    spawn_local(async move {
        let answer = api::open_room(open.room.id, Some(spot.number)).await;
        if let Ok(room) = answer
            && desk.turns.get_value() == turn
        {
            let mut shelved = Shelved::from(room);
            shelved.open.marked = open.marked;
            show(desk, shelved, Some(spot));
        }
    });
}

fn welcome(desk: Desk, push: bool) {
    turn_over(desk);
    go(desk, push, paths::HOME);
    put_away(desk);
    desk.open.set(None);
    desk.dialog.set(None);
    navigation::focus_main();
}

fn show(desk: Desk, shelved: Shelved, spot: Option<Spot>) {
    turn_over(desk);
    let room = shelved.open.room.clone();
    let marked = shelved.open.marked;
    let seq = shelved.timeline.seq();
    put_away(desk);
    desk.shelf.update_value(|shelf| {
        shelf.take(room.id);
    });
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
    editing::resume(desk);
    reading::moved(desk);
    receiving::be_in(desk, room.id, seq);
    request_animation_frame(move || {
        sending::show_draft(desk);
        match (spot, marked) {
            (None, Some(number)) => reading::reveal(desk, number),
            (spot, _) => {
                match spot {
                    Some(spot) => reading::resume(desk, spot),
                    None => reading::to_end(desk),
                }
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

/// The page now shows what is at `path`; an entry of the tab's history more, unless it is there.
fn go(desk: Desk, push: bool, path: &str) {
    reading::leave(desk);
    if push && navigation::path() != path {
        navigation::push(path);
    }
    desk.entry.set_value(navigation::entry());
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
