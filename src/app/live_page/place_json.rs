//! What a page shows, as JSON with slots for what is its reader's own.
//!
//! *Invariant:* filled in, it is what serde makes of the [`Place`]. Every field is named here, so that a new one
//! does not compile before it has its place.

use super::document::json;
use super::draft::{Draft, ReaderSlot};
use parlour_protocol::{Level, Listed, OpenRoom, Place};
use parlour_server::rooms::ReaderEntry;
use std::fmt::Write;

/// Writes the place.
pub fn write(to: &mut Draft, place: &Place) {
    let Place {
        me: _,
        was: _,
        rooms,
        open,
        form_key: _,
        blocked: _,
    } = place;
    to.text("{\"me\":");
    to.slot(ReaderSlot::Me, "");
    // Nearly nobody was anybody else: it is left out then.
    to.slot(ReaderSlot::Was, "");
    to.text(",\"rooms\":[");
    for (room, entry) in rooms.iter().enumerate() {
        let listed = json(&Listed::from(entry.clone()));
        // Behind all else that an entry has; it is left out where there is nothing of it.
        to.text(if room == 0 { "" } else { "," });
        to.text(&listed[..listed.len() - "}".len()]);
        to.slot(ReaderSlot::Entry(room), "");
        to.text("}");
    }
    to.text("],\"open\":");
    match open {
        None => to.text("null"),
        Some(open) => write_open(to, open),
    }
    to.text(",\"form_key\":\"");
    to.slot(ReaderSlot::FormKey, "");
    to.text("\"");
    to.slot(ReaderSlot::Blocked, "");
    to.text("}");
}

fn write_open(to: &mut Draft, open: &OpenRoom) {
    let OpenRoom {
        room,
        may_delete: _,
        read_only: _,
        asking: _,
        read: _,
        roster,
        history,
        marked,
    } = open;
    to.text("{\"room\":");
    to.text(&json(room));
    to.text(",\"may_delete\":");
    to.slot(ReaderSlot::MayDelete, "");
    to.slot(ReaderSlot::ReadOnly, "");
    to.text(",\"read\":");
    to.slot(ReaderSlot::Read, "");
    to.text(",\"roster\":");
    to.text(&json(roster));
    to.text(",\"history\":");
    to.slot(ReaderSlot::History, &json(history));
    to.text(",\"marked\":");
    to.text(&json(marked));
    to.text("}");
}

/// Writes what an entry is to its reader, behind all else that it has; without what is nothing.
pub fn write_entry(html: &mut String, own: ReaderEntry) {
    let ReaderEntry {
        unread,
        mentions,
        is_member,
        is_favourite,
        level,
    } = own;
    for (name, count) in [("unread", unread), ("mentions", mentions)] {
        if count > 0 {
            let _ = write!(html, ",\"{name}\":{count}");
        }
    }
    for (name, is_so) in [("is_member", is_member), ("is_favourite", is_favourite)] {
        if is_so {
            let _ = write!(html, ",\"{name}\":true");
        }
    }
    if level != Level::All {
        let _ = write!(html, ",\"level\":{}", json(&level));
    }
}
