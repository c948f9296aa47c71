//! What a tab saw, as events of its history.
//!
//! *Invariant:* a message is received once between two pages of its room.

use super::Client;
use crate::history::{Event, Shown};
use parlour_client::outbox::Pending;
use parlour_client::timeline::{Row, Timeline, utc};
use parlour_protocol::{Message, Number, RoomGone, RoomId, Seq, ServerFrame, Sync};
use std::collections::BTreeSet;

/// What this tab was shown of a room.
#[derive(Default)]
pub(super) struct Seen {
    /// Up to where the last page showed everything.
    shown_to: Seq,
    /// The messages after it that came since.
    came: BTreeSet<Number>,
    /// Those whose refusal was recorded.
    refused: BTreeSet<String>,
}

impl Seen {
    /// Whether it was not held before. Neither the seq nor the window tells: of a sync in several
    /// frames the later ones bring messages that were changed meanwhile, with numbers below those of
    /// the first, and perhaps below the window.
    fn is_unseen(&self, number: Number) -> bool {
        number.seq() > self.shown_to && !self.came.contains(&number)
    }
}

/// A message that a frame brought and that was not held before.
struct New {
    room: RoomId,
    number: Number,
    seq: Seq,
    key: String,
    is_live: bool,
}

/// What has to be known of a frame before it is applied.
#[derive(Default)]
pub(super) struct Before {
    new: Vec<New>,
    /// Own sends that it says are stored.
    stored: Vec<(RoomId, String, Number)>,
    /// The room that was open, and up to where it was held.
    open: Option<(RoomId, Seq)>,
}

impl Client {
    pub(super) fn before(&mut self, frame: &ServerFrame) -> Before {
        let open = self.session.open_id();
        let mut before = Before {
            open: open.map(|room| (room, self.session.timeline().seq())),
            ..Before::default()
        };
        let messages: &[Message] = match frame {
            ServerFrame::Message(message) | ServerFrame::MessageChanged(message) => {
                before.new.extend(self.new_in(message));
                std::slice::from_ref(message)
            }
            ServerFrame::Sync(sync) => {
                before.new.extend(self.new_in_sync(sync));
                &sync.messages
            }
            ServerFrame::RoomDeleted(RoomGone { room_id }) => {
                self.rooms.remove(room_id);
                &[]
            }
            _ => &[],
        };
        let own = messages.iter().filter(|m| self.mine.contains(&m.user_id));
        let waited_for = own.filter(|m| self.session.outbox().contains(&m.client_id));
        let stored = waited_for.map(|m| (m.room_id, m.client_id.clone(), m.number));
        before.stored = stored.collect();
        before
    }

    /// A message that came live, if it follows what is held.
    fn new_in(&self, message: &Message) -> Option<New> {
        let room = message.room_id;
        let is_new = match self.session.timeline_of(room) {
            Some(held) => message.seq == held.seq().next() && message.number.seq() == message.seq,
            // Of a room this tab never asked for: for the checker to complain about.
            None => !self.asked_for.contains(&room) && !self.mine.contains(&message.user_id),
        };
        is_new.then(|| New {
            room,
            number: message.number,
            seq: message.seq,
            key: message.client_id.clone(),
            is_live: true,
        })
    }

    fn new_in_sync(&self, sync: &Sync) -> Vec<New> {
        let room = sync.room_id;
        let held = self.session.timeline_of(room).map(Timeline::seq);
        let seen = self.seen.get(&room);
        if sync.reset || held.is_none_or(|held| sync.from > held) {
            return Vec::new();
        }
        let is_new = |m: &&Message| seen.is_some_and(|seen| seen.is_unseen(m.number));
        let new = sync.messages.iter().filter(is_new).map(|message| New {
            room,
            number: message.number,
            seq: message.seq,
            key: message.client_id.clone(),
            is_live: false,
        });
        new.collect()
    }

    /// A frame was applied.
    pub(super) fn note(&mut self, before: Before) {
        for (room, key, number) in before.stored {
            if !self.session.outbox().contains(&key) {
                self.record(|client| Event::Acknowledged {
                    client,
                    room: room.0,
                    key,
                    number: number.0,
                });
            }
        }
        for new in before.new {
            self.seen
                .entry(new.room)
                .or_default()
                .came
                .insert(new.number);
            self.record(|client| Event::Received {
                client,
                room: new.room.0,
                number: new.number.0,
                seq: new.seq.0,
                key: new.key,
                live: new.is_live,
            });
        }
        let open = before.open.filter(|(room, seq)| {
            let is_empty = self.session.timeline().seq() < *seq;
            self.session.open_id() == Some(*room) && is_empty
        });
        if let Some((room, _)) = open {
            // It was emptied: another database.
            self.note_page(room);
        }
    }

    /// A page of a room is shown.
    pub(super) fn note_page(&mut self, room: RoomId) {
        let Some(timeline) = self.session.timeline_of(room) else {
            return;
        };
        let seq = timeline.seq();
        let seen = self.seen.entry(room).or_default();
        seen.shown_to = seq;
        seen.came.clear();
        self.record(|client| Event::TookPage {
            client,
            room: room.0,
            seq: seq.0,
        });
    }

    /// What waits to be sent or was refused.
    pub(super) fn pending(&self) -> Vec<Pending> {
        let outbox = self.session.outbox();
        let mut rooms: BTreeSet<RoomId> = outbox.rooms().into_iter().collect();
        // What was refused may turn out to be stored: a room can be gone for a while only.
        rooms.extend(outbox.outside(&[]).into_iter().map(|send| send.room_id));
        let rooms = rooms.into_iter();
        rooms.flat_map(|room| outbox.pending(room)).collect()
    }

    /// Of these sends a page shows some as stored.
    pub(super) fn record_acknowledged(&mut self, waiting: Vec<Pending>) {
        for pending in waiting {
            let (room, key) = (pending.room_id, pending.client_id);
            if self.session.outbox().contains(&key) {
                continue;
            }
            let timeline = self.session.timeline_of(room);
            let number = timeline.and_then(|timeline| {
                let mut messages = timeline.messages();
                let stored =
                    messages.find(|m| m.client_id == key && self.mine.contains(&m.user_id))?;
                Some(stored.number)
            });
            if let Some(number) = number {
                self.record(|client| Event::Acknowledged {
                    client,
                    room: room.0,
                    key,
                    number: number.0,
                });
            }
        }
    }

    /// What is shown as refused since, with its text.
    pub(super) fn record_refused(&mut self) {
        let outbox = self.session.outbox();
        let all = outbox.outside(&[]);
        for pending in all {
            let (room, key) = (pending.room_id, pending.client_id);
            let seen = self.seen.entry(room).or_default();
            if seen.refused.insert(key.clone()) {
                self.record(|client| Event::Refused {
                    client,
                    room: room.0,
                    key,
                });
            }
        }
    }

    /// What is on its screen and in its outbox, as the last events of its history.
    pub fn finish(&mut self) {
        let mut last = Vec::new();
        for room in self.rooms() {
            if let Some(timeline) = self.timeline(room) {
                last.push(Event::Screen {
                    client: self.name.clone(),
                    room: room.0,
                    rows: shown(timeline),
                    has_newer: timeline.has_newer(),
                });
            }
        }
        let waiting = self.pending().into_iter();
        last.extend(
            waiting
                .filter(|send| !send.is_refused())
                .map(|send| Event::Waiting {
                    client: self.name.clone(),
                    room: send.room_id.0,
                    key: send.client_id,
                }),
        );
        self.events.extend(last);
    }
}

/// What is drawn of a timeline.
pub(super) fn shown(timeline: &Timeline) -> Vec<Shown> {
    let rows = timeline.rows(&[], None, utc).into_iter();
    rows.filter_map(|row| match row {
        Row::Message(row) => Some(Shown::of(&row.message)),
        Row::Day { .. } | Row::New | Row::Note { .. } | Row::Pending(_) => None,
    })
    .collect()
}
