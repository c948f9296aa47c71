//! What the server says, applied: as `app/room/receiving.rs`, with what frames lead to in
//! `visiting.rs` and `listing.rs`.

use super::sending::wait_ms;
use super::{Client, Later, Page};
use crate::history::Event;
use parlour_client::timeline::{Applied, Synced, Timeline};
use parlour_protocol::{
    AppError, ClientFrame, Heartbeat, History, Message, Number, Refusal, RoomGone, RoomId, Seq,
    ServerFrame, Sync, Welcome,
};

impl Client {
    /// Applies one frame; answers what to say.
    pub fn received(&mut self, frame: ServerFrame, now: f64) -> Vec<ClientFrame> {
        self.connection.heard(now);
        match frame {
            ServerFrame::Welcome(frame) => self.welcome(frame, now),
            ServerFrame::Message(message) | ServerFrame::MessageChanged(message) => {
                self.changed(message, now)
            }
            ServerFrame::Sync(frame) => self.synced(frame, now),
            ServerFrame::RoomDeleted(RoomGone { room_id }) => {
                self.deleted(room_id);
                Vec::new()
            }
            ServerFrame::Left(RoomGone { room_id }) => {
                self.forget(room_id);
                Vec::new()
            }
            ServerFrame::Heartbeat(Heartbeat { rooms }) => {
                let mut say = Vec::new();
                for (room, reached) in rooms {
                    let timeline = self.timeline(room);
                    if let Some(after) = timeline.and_then(|timeline| timeline.heard(reached)) {
                        // A question that is as old as a heartbeat was not heard.
                        self.syncing.remove(&room);
                        say.extend(self.ask(room, after));
                    }
                }
                say.extend(self.send_again(now));
                say
            }
            ServerFrame::Error(frame) => self.refused(frame, now),
            ServerFrame::UsersList(_)
            | ServerFrame::Typing(_)
            | ServerFrame::System(_)
            | ServerFrame::RoomChanged(_)
            | ServerFrame::RoomActivity(_)
            // Never asked for.
            | ServerFrame::Rooms(_) => Vec::new(),
        }
    }

    /// A room whose page is to be fetched now (`GET`, newest messages); told once. Answer it with
    /// [`Client::take_page`] or [`Client::page_failed`].
    pub fn wants_page(&mut self) -> Option<RoomId> {
        let mut held = self.rooms.iter_mut();
        let (room, held) = held.find(|(_, held)| held.page == Page::Wanted)?;
        held.page = Page::UnderWay;
        Some(*room)
    }

    /// The page that was wanted. One that nobody waits for any more does nothing.
    pub fn take_page(&mut self, room: RoomId, page: History) -> Vec<ClientFrame> {
        let Some(held) = self.rooms.get_mut(&room) else {
            return Vec::new();
        };
        if held.page != Page::UnderWay {
            return Vec::new();
        }
        held.page = Page::Taken;
        let seq = page.seq;
        let messages = page.messages.clone();
        held.show(page);
        self.tell(|client| Event::TookPage {
            client,
            room: room.0,
            seq,
        });
        self.settle_shown(&messages);
        self.be_in(room, seq)
    }

    /// The page could not be fetched. A room that was shown before asks again when it is next
    /// found to be behind; one that never was, at once.
    pub fn page_failed(&mut self, room: RoomId) {
        if let Some(held) = self.rooms.get_mut(&room) {
            held.page = match held.timeline {
                Some(_) => Page::Taken,
                None => Page::Wanted,
            };
        }
    }

    /// Somebody scrolls up: the page before which message is to be fetched now. One at a time, and
    /// nothing when there are no older ones. Answer it with [`Client::take_older`] or
    /// [`Client::older_failed`].
    pub fn wants_older(&mut self, room: RoomId) -> Option<Number> {
        let held = self.rooms.get_mut(&room)?;
        let timeline = held.timeline.as_ref().filter(|held| held.has_older())?;
        if held.page != Page::Taken || held.older.is_some() {
            return None;
        }
        held.older = timeline.first_number();
        held.older
    }

    /// The page before a message, read at whatever seq. One that was asked for before the room's
    /// page was taken anew does nothing.
    pub fn take_older(&mut self, room: RoomId, before: Number, page: History) -> Vec<ClientFrame> {
        let held = self.rooms.get_mut(&room);
        let Some(held) = held.filter(|held| held.older == Some(before)) else {
            return Vec::new();
        };
        held.older = None;
        let Some(timeline) = &mut held.timeline else {
            return Vec::new();
        };
        timeline.prepend(page);
        match timeline.behind() {
            Some(after) => self.ask(room, after),
            None => Vec::new(),
        }
    }

    /// The page before a message could not be fetched.
    pub fn older_failed(&mut self, room: RoomId) {
        if let Some(held) = self.rooms.get_mut(&room) {
            held.older = None;
        }
    }

    /// Whether the list of rooms is to be fetched now; told once a socket.
    pub fn wants_rooms(&mut self) -> bool {
        std::mem::take(&mut self.wants_rooms)
    }

    /// All rooms that there are: those that are not among them are gone.
    pub fn listed(&mut self, rooms: &[RoomId]) {
        let mut held: Vec<RoomId> = self.rooms().collect();
        held.extend(self.outbox.rooms());
        for gone in held.into_iter().filter(|room| !rooms.contains(room)) {
            self.deleted(gone);
        }
    }

    /// Be in a room that is shown from now on, and hear what happened since `seq`.
    fn be_in(&mut self, room_id: RoomId, seq: Seq) -> Vec<ClientFrame> {
        if !self.connection.is_live() {
            // The next socket begins with it.
            return Vec::new();
        }
        vec![if self.joined.insert(room_id) {
            ClientFrame::Join {
                room_id,
                after: Some(seq),
            }
        } else {
            ClientFrame::Sync {
                room_id: Some(room_id),
                after: seq,
            }
        }]
    }

    fn welcome(&mut self, frame: Welcome, now: f64) -> Vec<ClientFrame> {
        self.known_as = frame.user.as_ref().map(|user| user.id);
        let before = self.epoch.replace(frame.epoch.clone());
        if before.is_some_and(|before| before != frame.epoch) {
            // Another database: what this tab holds means nothing there.
            let rooms: Vec<RoomId> = self.rooms().collect();
            for room in rooms {
                self.empty(room);
            }
            self.wants_rooms = true;
        }
        // A tab that holds more than the server has is of another time, too.
        if self.held(frame.room_id) > Some(frame.seq) {
            self.take_anew(frame.room_id);
        }
        self.pump(now)
    }

    fn changed(&mut self, message: Message, now: f64) -> Vec<ClientFrame> {
        let room = message.room_id;
        let mut say = Vec::new();
        if self.held(room).is_none_or(|held| message.seq <= held + 1) {
            // One that cannot be shown yet comes once more, with what is missing before it.
            say.extend(self.acknowledged(&message, now));
        }
        let (number, seq) = (message.number, message.seq);
        let key = message.client_id.clone();
        let is_answer = message.user_id == self.me;
        let applied = self.on_timeline(room, |timeline| timeline.apply(message));
        let is_leak = applied.is_none() && !self.asked_for.contains(&room) && !is_answer;
        match applied {
            Some(Applied::Gap { after }) => say.extend(self.ask(room, after)),
            Some(Applied::Live { is_new: true }) => self.note(room, number, seq, key, true),
            // Of a room this tab never asked for: for the checker to complain about.
            None if is_leak => self.note(room, number, seq, key, true),
            Some(Applied::Live { is_new: false } | Applied::Stale) | None => {}
        }
        say
    }

    fn synced(&mut self, frame: Sync, now: f64) -> Vec<ClientFrame> {
        let Sync {
            room_id,
            messages,
            from,
            to,
            complete,
            reset,
        } = frame;
        self.syncing.remove(&room_id);
        let mut say = Vec::new();
        for message in &messages {
            say.extend(self.acknowledged(message, now));
        }
        let held = self.rooms.get(&room_id);
        let unseen = messages
            .iter()
            .filter(|message| held.is_some_and(|held| held.is_unseen(message.number)))
            .map(|message| (message.number, message.seq, message.client_id.clone()));
        let unseen: Vec<_> = unseen.collect();
        let applied = self.on_timeline(room_id, |timeline| {
            timeline.apply_sync(messages, from, to, complete, reset)
        });
        match applied {
            Some(Synced::More { .. } | Synced::CaughtUp) => {
                for (number, seq, key) in unseen {
                    self.note(room_id, number, seq, key, false);
                }
            }
            Some(Synced::Reset) => self.take_anew(room_id),
            Some(Synced::Ignored) | None => {}
        }
        say
    }

    /// A message that was not held before.
    fn note(&mut self, room: RoomId, number: i64, seq: Seq, key: String, live: bool) {
        if let Some(held) = self.rooms.get_mut(&room) {
            held.came.insert(number);
        }
        self.tell(|client| Event::Received {
            client,
            room: room.0,
            number,
            seq,
            key,
            live,
        });
    }

    /// Something this tab said did nothing. A join or a sync that came at a bad time is said again.
    fn refused(&mut self, frame: Refusal, now: f64) -> Vec<ClientFrame> {
        let error = AppError {
            at: frame.at,
            retry_after_ms: frame.retry_after_ms,
            ..AppError::new(frame.code, frame.message)
        };
        if let Some(key) = frame.client_id {
            return self.send_refused(&error, &key, now);
        }
        if let Some(room) = frame.room_id.filter(|_| frame.code.is_passing()) {
            self.syncing.remove(&room);
            self.later.push((now + wait_ms(&error), Later::Join(room)));
        }
        Vec::new()
    }

    /// Asks for what changed since, unless that question is already under way.
    pub(super) fn ask(&mut self, room_id: RoomId, after: Seq) -> Vec<ClientFrame> {
        if self.syncing.insert(room_id, after) == Some(after) {
            return Vec::new();
        }
        vec![ClientFrame::Sync {
            room_id: Some(room_id),
            after,
        }]
    }

    /// What this tab holds of the room is void: its page is wanted again.
    fn take_anew(&mut self, room: RoomId) {
        if let Some(held) = self.rooms.get_mut(&room) {
            held.page = Page::Wanted;
            held.older = None;
        }
    }

    /// The room of another database: nothing is held of it.
    fn empty(&mut self, room: RoomId) {
        if let Some(held) = self.rooms.get_mut(&room) {
            held.show(History::default());
            held.page = Page::Wanted;
            self.tell(|client| Event::TookPage {
                client,
                room: room.0,
                seq: 0,
            });
        }
    }

    /// A room is no more.
    fn deleted(&mut self, room: RoomId) {
        self.room_gone(room);
        self.forget(room);
    }

    fn forget(&mut self, room: RoomId) {
        self.joined.remove(&room);
        self.syncing.remove(&room);
        self.rooms.remove(&room);
    }

    fn held(&self, room: RoomId) -> Option<Seq> {
        self.timeline(room).map(Timeline::seq)
    }

    fn on_timeline<T>(
        &mut self,
        room: RoomId,
        change: impl FnOnce(&mut Timeline) -> T,
    ) -> Option<T> {
        self.rooms.get_mut(&room)?.timeline.as_mut().map(change)
    }
}
