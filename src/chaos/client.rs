//! A tab without a browser: frames in, frames out, the time passed in, and a record of what it saw.
//!
//! It is made of the browser's own structs, `Outbox`, `Timeline` and `Connection` from
//! `parlour-client`, which hold every rule about order, repeats, gaps and waiting. What the island adds
//! to them, it adds in the same places and in the same order: `receiving` here is
//! `app/room/receiving.rs` (and what of `visiting.rs` and `listing.rs` frames lead to), `sending` is
//! `app/room/sending.rs`, `link` is `app/room/link.rs`, function by function under the same names.
//! What changes there has to change here. What only the eye needs (drafts, notices, presence,
//! scrolling) is left out, and all of this tab's rooms are treated as the one that is open: those
//! on the island's shelf differ only in that a reset drops them until they are opened again.
//!
//! *Invariant:* it reads no clock and draws no chance, so that the same calls give the same frames.

mod link;
mod receiving;
mod sending;
mod storage;
#[cfg(test)]
mod tests;

pub use link::Todo;
pub use storage::Storage;

use crate::history::{Event, Shown};
use parlour_client::connection::{Connection, Phase};
use parlour_client::outbox::Outbox;
use parlour_client::timeline::{Row, Timeline, utc};
use parlour_protocol::{History, Number, RoomId, Seq, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// One tab.
pub struct Client {
    name: String,
    me: UserId,
    /// Who the server says this is, on this socket.
    known_as: Option<UserId>,
    storage: Storage,
    /// The store as it was when this tab last wrote or read it.
    stored_at: u64,
    /// What it wrote then.
    stored: Option<Outbox>,
    outbox: Outbox,
    connection: Connection,
    /// Since when the socket is being opened.
    opening_since: Option<f64>,
    /// The socket is no use any more.
    is_given_up: bool,
    /// Nothing is sent before this moment.
    hold_until: f64,
    rooms: BTreeMap<RoomId, Held>,
    joined: BTreeSet<RoomId>,
    /// Every room this tab ever asked for.
    asked_for: BTreeSet<RoomId>,
    syncing: BTreeMap<RoomId, Seq>,
    epoch: Option<String>,
    wants_rooms: bool,
    later: Vec<(f64, Later)>,
    events: Vec<Event>,
}

/// A room that this tab shows.
#[derive(Default)]
struct Held {
    /// Its messages, once there was a page.
    timeline: Option<Timeline>,
    page: Page,
    /// The page before this message was asked for.
    older: Option<Number>,
    /// Up to where the last page showed everything.
    shown_to: Seq,
    /// The messages after it that came since.
    came: BTreeSet<Number>,
}

impl Held {
    /// A page is shown.
    fn show(&mut self, page: History) {
        self.shown_to = page.seq;
        self.came.clear();
        self.older = None;
        self.timeline = Some(Timeline::new(page));
    }

    /// Whether it was not held before. Neither the seq nor the window tells: of a sync in several
    /// frames the later ones bring messages that were changed meanwhile, with numbers below those of
    /// the first, and perhaps below the window.
    fn is_unseen(&self, number: Number) -> bool {
        number > self.shown_to && !self.came.contains(&number)
    }
}

/// How far a fresh page of a room is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Page {
    /// Nobody needs one.
    #[default]
    Taken,
    /// To be asked for.
    Wanted,
    /// Asked for.
    UnderWay,
}

/// What waits for a moment.
#[derive(Clone, Copy)]
enum Later {
    Pump,
    Join(RoomId),
}

impl Client {
    /// The page of `me` has come to life. `name` is what the history calls this tab: tabs of one
    /// device are `device` and `device#2`, and share `storage`. What is in there is taken up.
    pub fn new(name: &str, me: UserId, storage: Storage) -> Self {
        let mut client = Self {
            name: name.to_owned(),
            me,
            known_as: None,
            storage,
            stored_at: 0,
            stored: None,
            outbox: Outbox::default(),
            connection: Connection::new(),
            opening_since: None,
            is_given_up: false,
            hold_until: 0.0,
            rooms: BTreeMap::new(),
            joined: BTreeSet::new(),
            asked_for: BTreeSet::new(),
            syncing: BTreeMap::new(),
            epoch: None,
            wants_rooms: false,
            later: Vec::new(),
            events: Vec::new(),
        };
        client.change_outbox(|_| ());
        client
    }

    /// Shows a room from now on: its page is wanted, and its frames once that is there.
    pub fn enter(&mut self, room: RoomId) {
        if !self.rooms.contains_key(&room) {
            self.asked_for.insert(room);
            self.tell(|client| Event::Member {
                client,
                room: room.0,
            });
            let held = Held {
                page: Page::Wanted,
                ..Held::default()
            };
            self.rooms.insert(room, held);
        }
    }

    /// What the history calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its connection is.
    pub fn phase(&self) -> &Phase {
        self.connection.phase()
    }

    /// What is sent and not yet stored.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// A room it shows, once there was a page.
    pub fn timeline(&self, room: RoomId) -> Option<&Timeline> {
        self.rooms.get(&room)?.timeline.as_ref()
    }

    /// The rooms it shows.
    pub fn rooms(&self) -> impl Iterator<Item = RoomId> {
        self.rooms.keys().copied()
    }

    /// What `localStorage` holds of the outbox now.
    pub fn stored(&self) -> String {
        self.storage.outbox().unwrap_or_default()
    }

    /// Nothing is under way or waited for: connected, every page there, nothing to be sent, no
    /// question without an answer.
    pub fn is_idle(&self) -> bool {
        let has_page = |held: &Held| held.page == Page::Taken && held.timeline.is_some();
        self.connection.is_live()
            && !self.is_given_up
            && self.later.is_empty()
            && self.syncing.is_empty()
            && self.outbox.waiting() == 0
            && self.rooms.values().all(has_page)
    }

    /// What happened since this was last asked.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// What is on its screen and in its outbox, as the last events of its history.
    pub fn finish(&mut self) {
        let mut last = Vec::new();
        for (room, held) in &self.rooms {
            if let Some(timeline) = &held.timeline {
                last.push(Event::Screen {
                    client: self.name.clone(),
                    room: room.0,
                    rows: shown(timeline),
                    has_newer: timeline.has_newer(),
                });
            }
        }
        for room in self.outbox.rooms() {
            let waiting = self.outbox.pending(room).into_iter();
            last.extend(
                waiting
                    .filter(|send| !send.is_refused())
                    .map(|send| Event::Waiting {
                        client: self.name.clone(),
                        room: room.0,
                        key: send.client_id,
                    }),
            );
        }
        self.events.extend(last);
    }

    fn tell(&mut self, event: impl FnOnce(String) -> Event) {
        let event = event(self.name.clone());
        self.events.push(event);
    }
}

/// What is drawn of a timeline.
fn shown(timeline: &Timeline) -> Vec<Shown> {
    let rows = timeline.rows(None, None, utc).into_iter();
    rows.filter_map(|row| match row {
        Row::Message(row) => Some(Shown {
            number: row.message.number,
            key: Some(row.message.client_id.clone()),
            content: row.message.content.clone(),
            deleted: row.message.deleted,
        }),
        Row::Day { .. } | Row::Note { .. } => None,
    })
    .collect()
}
