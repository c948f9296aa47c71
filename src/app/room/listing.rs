//! The list of rooms in the sidebar: asked for with every socket, kept by frames in between.

use super::desk::Desk;
use super::{receiving, sending, visiting};
use crate::app::api;
use crate::app::state::outbox::Outbox;
use leptos::prelude::*;
use parlour_protocol::{Room, RoomEntry, RoomId};
use std::collections::HashSet;

/// The sidebar as a fresh page would show it: rooms may have come and gone meanwhile.
pub fn refresh(desk: Desk) {
    desk.told.update_value(HashSet::clear);
    leptos::task::spawn_local(async move {
        let Ok(mut fresh) = api::list_rooms().await else {
            return;
        };
        desk.rooms.update(|rooms| {
            for entry in &mut fresh {
                // A frame that came meanwhile knows more than the list.
                let newer = rooms
                    .iter()
                    .find(|e| e.room.id == entry.room.id && e.room.seq > entry.room.seq);
                if let Some(newer) = newer {
                    *entry = newer.clone();
                }
            }
            // So do the frames about rooms that came or went.
            desk.told.with_value(|told| {
                fresh.retain(|entry| !told.contains(&entry.room.id));
                rooms.retain(|entry| told.contains(&entry.room.id));
            });
            rooms.append(&mut fresh);
            rooms.sort_by_key(place);
        });
        let is_listed = |id: &RoomId| {
            desk.rooms
                .with_untracked(|rooms| rooms.iter().any(|entry| entry.room.id == *id))
        };
        let mut held: Vec<RoomId> = desk
            .shelf
            .with_value(|shelf| shelf.iter().map(|s| s.open.room.id).collect());
        held.extend(desk.open_id_now());
        held.extend(desk.outbox.with_untracked(Outbox::rooms));
        for gone in held.into_iter().filter(|id| !is_listed(id)) {
            deleted(desk, gone);
        }
        receiving::mark_read(desk);
    });
}

/// A room is there, or is another than it was.
pub fn changed(desk: Desk, room: Room) {
    desk.rooms.update(
        |rooms| match rooms.iter_mut().find(|entry| entry.room.id == room.id) {
            Some(entry) => entry.room = room.clone(),
            None => {
                rooms.push(RoomEntry {
                    room: room.clone(),
                    unread: 0,
                });
                rooms.sort_by_key(place);
                was_told_of(desk, room.id);
            }
        },
    );
    if desk.open_id_now() == Some(room.id) {
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
        told.insert(room_id);
    });
}

/// Where a room stands in the sidebar.
fn place(entry: &RoomEntry) -> String {
    entry.room.name.to_lowercase()
}

/// A room is no more.
pub fn deleted(desk: Desk, room_id: RoomId) {
    let name = desk.open.with_untracked(|open| {
        open.as_ref()
            .filter(|open| open.room.id == room_id)
            .map(|open| open.room.name.clone())
    });
    was_told_of(desk, room_id);
    desk.rooms
        .update(|rooms| rooms.retain(|entry| entry.room.id != room_id));
    sending::room_gone(desk, room_id);
    visiting::forget(desk, room_id);
    if let Some(name) = name {
        desk.tell(format!("The room {name} was deleted."));
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
