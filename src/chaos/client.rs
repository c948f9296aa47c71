//! A tab without a browser: the browser's own [`Session`], driven, and a record of what it saw.
//!
//! Whatever the session decides is the session's alone. Here is what a person would do with it (show one room
//! after the other, write, look), what its effects come to without a page, and which events of the history they
//! are.
//!
//! *Invariant:* it reads no clock and draws no random numbers, so that the same calls give the same frames.

mod record;
mod storage;
#[cfg(test)]
mod tests;

pub use storage::Storage;

use crate::history::Event;
use parlour_client::connection::Phase;
use parlour_client::outbox::Outbox;
use parlour_client::session::{Ask, Effect, Landing, Moment, Session, Viewport};
use parlour_client::timeline::Timeline;
use parlour_protocol::calls::Answer;
use parlour_protocol::{
    ClientFrame, Number, Place, RoomId, ServerFrame, User, UserId, UserKind, rules,
};
use record::Seen;
use std::collections::{BTreeMap, BTreeSet};

/// What the owner of the socket is to do, in this order.
#[derive(Debug, PartialEq)]
pub enum Todo {
    /// Drop the socket, open or being opened; nothing more is reported of it.
    Disconnect,
    /// Open one, and call [`Client::opened`], or [`Client::closed`] with 1006.
    Connect,
    /// Send this frame.
    Send(ClientFrame),
    /// Ask this, and call [`Client::answered`] with the number.
    Fetch(u64, Ask),
}

/// One tab without a browser.
pub struct Client {
    name: String,
    /// Who it is, and whom it was before it signed in.
    mine: Vec<UserId>,
    storage: Storage,
    session: Session,
    /// The rooms that are to be shown, one after the other.
    rooms: BTreeSet<RoomId>,
    /// Every room this tab ever asked for.
    asked_for: BTreeSet<RoomId>,
    /// What was seen of each.
    seen: BTreeMap<RoomId, Seen>,
    todo: Vec<Todo>,
    events: Vec<Event>,
}

impl Client {
    /// The page of who wrote under these ids starts, of which the first is theirs now. `name` is what the history calls
    /// this tab: tabs of one device are `device` and `device#2`, and share `storage`. What is in there is taken up.
    pub fn new(name: &str, mine: &[UserId], storage: Storage, now: f64) -> Self {
        let user = |id: &UserId| User {
            id: *id,
            name: name.to_owned(),
            kind: UserKind::Guest,
            account: None,
        };
        let place = Place {
            me: mine.first().map(user),
            was: mine.iter().skip(1).copied().collect(),
            rooms: Vec::new(),
            open: None,
            form_key: String::new(),
            blocked: Vec::new(),
        };
        let mut client = Self {
            name: name.to_owned(),
            mine: mine.to_vec(),
            session: Session::new(place, Box::new(storage.clone())),
            storage,
            rooms: BTreeSet::new(),
            asked_for: BTreeSet::new(),
            seen: BTreeMap::new(),
            todo: Vec::new(),
            events: Vec::new(),
        };
        let start = Moment { now, random: 0.0 };
        client.on(start, |session| {
            session.restore("");
            session.arrive("/".to_owned(), 0, None, false);
            session.start(None, None);
        });
        client
    }

    /// Its person has signed in: these are their ids now.
    pub fn becomes(&mut self, mine: &[UserId]) {
        self.mine = mine.to_vec();
    }

    /// Shows a room from now on.
    pub fn enter(&mut self, room: RoomId) {
        if self.rooms.insert(room) {
            self.asked_for.insert(room);
            self.record(|client| Event::Member {
                client,
                room: room.0,
            });
        }
    }

    /// What is to be done now. To be asked for after every call.
    pub fn take_todo(&mut self) -> Vec<Todo> {
        std::mem::take(&mut self.todo)
    }

    /// What happened since this was last asked.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// What the history calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its connection is.
    pub fn phase(&self) -> &Phase {
        self.session.connection().phase()
    }

    /// What is sent and not yet stored.
    pub fn outbox(&self) -> &Outbox {
        self.session.outbox()
    }

    /// What a room is called that it shows, once there was a page.
    pub fn room_name(&self, room: RoomId) -> Option<&str> {
        self.session.room(room).map(|room| &*room.name)
    }

    /// Whoever this tab shows as being there, and its own person.
    pub fn people_shown(&self) -> Vec<(UserId, &str)> {
        let here = self.session.presence().roster.people.iter();
        let here = here.map(|person| (person.id, &*person.name));
        let me = self.session.me().iter();
        here.chain(me.map(|me| (me.id, &*me.name))).collect()
    }

    /// Whether its person is a member of a room that it lists.
    pub fn membership(&self, room: RoomId) -> Option<bool> {
        let mut listed = self.session.rooms().iter();
        let entry = listed.find(|entry| entry.room.id == room)?;
        Some(entry.is_member)
    }

    /// A room it shows, once there was a page.
    pub fn timeline(&self, room: RoomId) -> Option<&Timeline> {
        self.session.timeline_of(room)
    }

    /// The rooms it shows.
    pub fn rooms(&self) -> impl Iterator<Item = RoomId> {
        self.rooms.iter().copied()
    }

    /// What `localStorage` holds of the outbox now.
    pub fn stored(&self) -> String {
        self.storage.outbox().unwrap_or_default()
    }

    /// Nothing is under way or waited for: connected, every page there, nothing to be sent, no
    /// question without an answer.
    pub fn is_idle(&self) -> bool {
        self.session.is_idle() && self.lacking().is_none()
    }

    /// The socket is open.
    pub fn opened(&mut self, at: Moment) {
        let waiting = self.session.outbox().rooms();
        self.asked_for.extend(waiting);
        self.on(at, Session::opened);
    }

    /// The socket was closed by the other side, broke, or could not be opened (1006).
    pub fn closed(&mut self, code: u16, reason: &str, at: Moment) {
        self.on(at, |session| session.closed(code, reason));
    }

    /// A frame came.
    pub fn received(&mut self, frame: ServerFrame, at: Moment) {
        let before = self.before(&frame);
        self.on(at, |session| session.received(frame));
        self.note(before);
        self.record_refused();
    }

    /// The answer to a question.
    pub fn answered(&mut self, number: u64, ask: &Ask, answer: Answer, at: Moment) {
        let is_page = self.session.awaits(number);
        let waiting = self.pending();
        self.on(at, |session| session.answered(number, ask, answer));
        if let (Ask::Open(room, _) | Ask::Unread(room), true) = (ask, is_page) {
            self.note_page(*room);
        }
        self.record_acknowledged(waiting);
        self.record_refused();
        self.show_next(at);
    }

    /// Time passed; to be called at least once a second.
    pub fn tick(&mut self, at: Moment) {
        // The date goes on as the clock does.
        self.on(at, |session| session.tick(at.now));
        self.show_next(at);
    }

    /// Somebody looks at the tab again, or its clock was set: it may have slept.
    pub fn woke_up(&mut self, at: Moment) {
        self.on(at, |session| session.turned(true));
    }

    /// Writes a message and presses Enter; `key` is its key for ever. What the composer would not send is sent all
    /// the same, so that the server's refusal can be seen.
    pub fn write(&mut self, room: RoomId, content: &str, key: &str, at: Moment) {
        self.go(room, at);
        let is_open = self.session.open_id() == Some(room);
        let is_valid = rules::message(content).is_ok_and(|valid| valid == content);
        let (content, sent_with) = (content.to_owned(), key.to_owned());
        self.on(at, |session| {
            if is_open && is_valid {
                session.typed(&content);
                session.send(&content, sent_with);
            } else {
                session.queue(room, content, sent_with);
            }
        });
        self.record(|client| Event::Sent {
            client,
            room: room.0,
            key: key.to_owned(),
        });
    }

    /// Types into the composer of a room, or empties it.
    pub fn type_text(&mut self, room: RoomId, text: &str, at: Moment) {
        self.go(room, at);
        if self.session.open_id() == Some(room) {
            self.on(at, |session| session.typed(text));
        }
    }

    /// Gives an own message another text. Nothing is kept of it: without a connection its author
    /// is told to try again.
    pub fn edit(&mut self, room: RoomId, number: Number, content: &str, at: Moment) {
        let content = content.to_owned();
        self.on(at, |session| {
            // Its author sees why.
            let _ = session.edit(room, number, content);
        });
    }

    /// Takes an own message back, as [`Client::edit`].
    pub fn delete(&mut self, room: RoomId, number: Number, at: Moment) {
        self.on(at, |session| session.delete(room, number));
    }

    /// Reacts to a message, or takes that back, as [`Client::edit`].
    pub fn react(&mut self, (room, number): (RoomId, Number), emoji: &str, on: bool, at: Moment) {
        self.on(at, |session| session.react(room, number, emoji, on));
    }

    /// Sends a refused message again, under its old key.
    pub fn retry(&mut self, key: &str, at: Moment) {
        self.on(at, |session| session.retry(key));
    }

    /// Gives a refused message up.
    pub fn discard(&mut self, key: &str, at: Moment) {
        let mut discarded = None;
        self.on(at, |session| discarded = session.discard(key));
        if let Some(pending) = discarded {
            self.record(|client| Event::Discarded {
                client,
                room: pending.room_id.0,
                key: pending.client_id,
            });
        }
    }

    /// Another tab has changed what both share.
    pub fn take_in(&mut self, at: Moment) {
        self.on(at, |session| session.storage_changed(false));
    }

    /// Scrolls up in a room, as far as what is there goes.
    pub fn scroll_up(&mut self, room: RoomId, at: Moment) {
        self.go(room, at);
        if self.session.open_id() == Some(room) {
            self.on(at, |session| session.scrolled(true, false));
        }
    }

    /// Goes to a room that is at hand.
    fn go(&mut self, room: RoomId, at: Moment) {
        let is_open = self.session.open_id() == Some(room);
        if !is_open && !self.session.is_loading() && self.session.timeline_of(room).is_some() {
            self.on(at, |session| session.visit(path(room), true));
        }
    }

    /// Goes to a room that is not at hand yet.
    fn show_next(&mut self, at: Moment) {
        if !self.session.is_loading()
            && let Some(room) = self.lacking()
        {
            self.on(at, |session| session.visit(path(room), true));
        }
    }

    fn lacking(&self) -> Option<RoomId> {
        let mut rooms = self.rooms();
        rooms.find(|room| self.session.timeline_of(*room).is_none())
    }

    /// Lets something happen to the session, before eyes that see the end of what is shown, and does what follows
    /// from it.
    fn on(&mut self, at: Moment, happens: impl FnOnce(&mut Session)) {
        let viewport = Viewport {
            is_visible: true,
            is_at_end: true,
            ..Viewport::default()
        };
        happens(self.session.at(at, viewport));
        loop {
            let (effects, _) = self.session.take_effects();
            if effects.is_empty() {
                break;
            }
            for effect in effects {
                self.perform(effect);
            }
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Connect => self.todo.push(Todo::Connect),
            Effect::Disconnect => self.todo.push(Todo::Disconnect),
            Effect::Say(frame) => self.todo.push(Todo::Send(frame)),
            Effect::Fetch(number, ask) => self.todo.push(Todo::Fetch(number, ask)),
            Effect::NextFrame => self.session.frame(),
            Effect::Land(landing, _) => {
                self.session.show_draft();
                match landing {
                    // Who is here wants the end.
                    Landing::New if self.session.timeline().has_newer() => self.session.to_newest(),
                    _ => self.session.look(),
                }
            }
            // There is no such room.
            Effect::Load(to) => self.rooms.retain(|room| path(*room) != to),
            // For the eye, or for a timer: time passes by `tick`.
            _ => {}
        }
    }

    fn record(&mut self, event: impl FnOnce(String) -> Event) {
        let event = event(self.name.clone());
        self.events.push(event);
    }
}

fn path(room: RoomId) -> String {
    format!("/rooms/{room}")
}
