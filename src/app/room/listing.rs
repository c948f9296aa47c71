//! The list of rooms in the sidebar: asked for with every socket, kept by frames in between.

use super::desk::Desk;
use super::{receiving, sending, visiting};
use crate::app::api::{self, Refused};
use parlour_client::by_room::Rooms;
use parlour_client::listed;
use parlour_client::outbox::Outbox;
use parlour_client::shelf::Shelf;
use parlour_protocol::display::isolated;
use parlour_protocol::{ErrorCode, Room, RoomEntry, RoomId};

/// The sidebar as a fresh page would show it: rooms may have come and gone meanwhile.
pub fn refresh(desk: Desk) {
    desk.told.update_value(Rooms::clear);
    leptos::task::spawn_local(async move {
        let Ok(fresh) = api::list_rooms().await else {
            return;
        };
        // While the old list still knows their names.
        for gone in held(desk).rooms().filter(|id| is_gone(desk, *id, &fresh)) {
            deleted(desk, gone);
        }
        let open = desk.open_id_now();
        let posts_since = |room_id, seq| {
            (desk.is_in(room_id)).then(|| receiving::unread_since(desk, room_id, seq))
        };
        desk.rooms.update(|rooms| {
            desk.told
                .with_value(|told| listed::take(rooms, fresh, told, open, posts_since));
        });
        receiving::mark_read(desk);
    });
}

/// The rooms of which this tab has more than a line in the list.
fn held(desk: Desk) -> Rooms {
    let mut held = Rooms::default();
    let on_shelf = |shelf: &Shelf| shelf.iter().map(|s| s.open.room.id).collect::<Vec<_>>();
    let shelved = desk.shelf.with_value(on_shelf);
    let waited_for = desk.outbox.with_untracked(Outbox::rooms);
    for room in shelved
        .into_iter()
        .chain(waited_for)
        .chain(desk.open_id_now())
    {
        held.insert(room, ());
    }
    held
}

fn is_gone(desk: Desk, room_id: RoomId, fresh: &[RoomEntry]) -> bool {
    let is_gone = |told: &Rooms| {
        (desk.rooms).with_untracked(|rooms| listed::is_gone(room_id, rooms, fresh, told))
    };
    desk.told.with_value(is_gone)
}

/// What is listed is of another database: whatever the server says is newer.
pub fn distrust(desk: Desk) {
    desk.rooms
        .update(|rooms| rooms.iter_mut().for_each(|entry| entry.room.seq = 0));
    refresh(desk);
}

/// A room is there, or is another than it was.
pub fn changed(desk: Desk, room: Room) {
    let is_open = desk.open_id_now() == Some(room.id);
    desk.rooms.update(|rooms| {
        let listed = rooms.len();
        match rooms.iter_mut().find(|entry| entry.room.id == room.id) {
            Some(entry) => entry.room = room.clone(),
            // The list of all rooms has those that do not fit.
            None if is_open || listed::takes_another(listed) => {
                was_told_of(desk, room.id);
                let room = room.clone();
                listed::put(rooms, RoomEntry { room, unread: 0 });
            }
            None => {}
        }
    });
    if is_open {
        desk.open.update(|open| {
            if let Some(open) = open {
                open.room = room;
            }
        });
    }
}

/// A list of rooms that is on its way may not know it yet.
fn was_told_of(desk: Desk, room_id: RoomId) {
    desk.told.update_value(|told| {
        told.insert(room_id, ());
    });
}

/// A room is no more.
pub fn deleted(desk: Desk, room_id: RoomId) {
    let is_open = desk.open_id_now() == Some(room_id);
    let mut sentence = "The room was deleted.".to_owned();
    was_told_of(desk, room_id);
    desk.rooms.update(|rooms| {
        rooms.retain(|entry| {
            let is_other = entry.room.id != room_id;
            if !is_other {
                sentence = format!("The room {} was deleted.", isolated(&entry.room.name));
            }
            is_other
        })
    });
    let had_sends = sending::room_gone(desk, room_id, &sentence);
    visiting::forget(desk, room_id);
    if is_open || had_sends {
        desk.tell(sentence);
    }
}

/// What was asked of a room was refused; perhaps there is none any more.
pub fn refused(desk: Desk, room_id: RoomId, refused: &Refused) {
    if refused.code() == Some(ErrorCode::RoomNotFound) {
        deleted(desk, room_id);
    } else {
        desk.tell(refused.sentence());
    }
}

/// Changes a room's line in the sidebar, if it has one.
pub fn entry(desk: Desk, room_id: RoomId, change: impl FnOnce(&mut RoomEntry)) {
    desk.rooms.maybe_update(|rooms| {
        let Some(entry) = rooms.iter_mut().find(|entry| entry.room.id == room_id) else {
            return false;
        };
        let before = entry.clone();
        change(entry);
        *entry != before
    });
}
