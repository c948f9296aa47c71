//! The socket's beginning, end and time-outs.
//!
//! *Invariant:* at most one socket is open or being opened, and none while the connection waits or has stopped.

use super::membership::look_at;
use super::{Ask, Effect, Part, Session};
use crate::by_room::{ByRoom, Rooms};
use crate::connection::{Connection, Phase};
use crate::outbox::Outbox;
use crate::read_receipts::ReadReceipts;
use crate::timeline::Timeline;
use crate::upgrade::Upgrade;
use parlour_protocol::calls::{Answer, Refused, done};
use parlour_protocol::{ClientFrame, CloseCode, RoomId, Seq, User};

/// An attempt to connect that takes longer than this has failed.
const CONNECT_TIMEOUT_MS: f64 = 10_000.0;
/// The same where somebody asks for a connection: one that takes longer already is given up for another.
const CONNECT_TIMEOUT_ON_DEMAND_MS: f64 = 1_000.0;
/// When the date has moved on by this much more than the clock between two looks, the machine slept, or somebody
/// set it; asking whether the socket lives does no harm.
const LEAP_MS: f64 = 10_000.0;
/// "Abnormal closure", RFC 6455 7.4.1: no close frame was seen.
const ABNORMAL: u16 = 1006;

impl Session {
    /// Connects, now that somebody drives it. `build` is the page's own build, and `tried` what the tab kept
    /// of [`Effect::Reload`].
    pub fn start(&mut self, build: Option<String>, tried: Option<String>) {
        self.upgrade = Upgrade::new(build, tried);
        self.upgrade.touch(self.at.now);
        self.prepare();
        self.connect();
    }

    /// Somebody is about to drive it: a socket is to come.
    pub fn prepare(&mut self) {
        self.connection = Connection::new();
    }

    /// The socket is open: looks at every room this tab shows or has something to send to, and asks for the list
    /// of rooms.
    pub fn opened(&mut self) {
        self.opening_since = None;
        self.connection.opened();
        self.connection.heard(self.at.now);
        self.show(Part::Connection);
        self.linked_as = self.my_id();
        let mut rooms: Vec<(RoomId, Option<Seq>)> = Vec::new();
        if let Some(id) = self.open_id() {
            rooms.push((id, Some(self.timeline.seq())));
        }
        for state in self.cache.iter() {
            rooms.push((state.open.room.id, Some(state.timeline.seq())));
        }
        for id in self.outbox.rooms() {
            if rooms.iter().all(|(known, _)| *known != id) {
                rooms.push((id, None));
            }
        }
        for (room_id, after) in rooms {
            self.joined.insert(room_id, ());
            self.say(look_at(room_id, after));
        }
        let known = self.list_hash.clone();
        self.say(ClientFrame::Rooms { known });
    }

    /// The socket was closed by the other side, broke, or could not be opened (1006).
    pub fn closed(&mut self, code: u16, reason: &str) {
        let is_unopened = matches!(self.connection.phase(), Phase::Connecting { .. });
        self.connection
            .closed(code, reason, self.at.now, self.at.random);
        self.link_lost();
        if code == CloseCode::SessionEnded.code() {
            self.forget_pages();
        }
        if is_unopened && self.is_online {
            self.fetch(Ask::Connection);
        }
    }

    /// Time passed; to be called at least once a second. `wall` is the date as far as the machine knows it, in
    /// milliseconds: it may jump, and runs on while the machine sleeps.
    pub fn tick(&mut self, wall: f64) {
        let now = self.at.now;
        let is_late = |since: f64| now - since >= CONNECT_TIMEOUT_MS;
        if self.connection.is_silent(now) || self.opening_since.is_some_and(is_late) {
            self.lost();
        }
        if self.connection.due(now) {
            self.connection.wake();
            self.connect();
        }
        if !self.connection.is_live() {
            // It counts down.
            self.show(Part::Connection);
        }
        let ahead = wall - now;
        let before = self.date_ahead.replace(ahead);
        if before.is_some_and(|before| (ahead - before).abs() > LEAP_MS) {
            self.ask_for_a_sign();
        }
        let is_due = |&(at, _): &(f64, RoomId)| at <= now;
        let due: Vec<_> = self.rejoins.iter().copied().filter(is_due).collect();
        self.rejoins.retain(|rejoin| !is_due(rejoin));
        for (_, room_id) in due {
            if self.joined.contains(room_id) {
                let after = self.timeline_of(room_id).map(Timeline::seq);
                self.say(look_at(room_id, after));
            }
        }
        if self.read_at.is_some_and(|at| at <= now) {
            self.tell_read();
        }
        self.tell_reactions();
        self.keep_when_stayed();
        self.idle();
        self.reload_when_due();
    }

    /// The tab is seen or hidden, or the network came or went.
    pub fn turned(&mut self, is_online: bool) {
        self.is_online = is_online;
        self.touched(self.at.now);
        self.show(Part::Connection);
        if !is_online {
            if matches!(
                self.connection.phase(),
                Phase::Live | Phase::Connecting { .. }
            ) {
                // It would take long to notice.
                self.lost();
            }
        } else if self.viewport.is_visible {
            self.wake();
            self.ask_for_a_sign();
            self.look();
        } else {
            // It may be the last moment of this page.
            self.tell_read();
            self.keep_page();
        }
    }

    /// Somebody touched a key or the pointer, at this time in milliseconds.
    pub fn touched(&mut self, now: f64) {
        self.upgrade.touch(now);
    }

    /// Somebody wants a connection now.
    pub fn retry_connection(&mut self) {
        let is_stopped = matches!(self.connection.phase(), Phase::Stopped { .. });
        if is_stopped || self.connection.refusal().is_some() {
            self.reconnect();
        } else {
            self.wake();
        }
    }

    /// This person has this name now, the first or another.
    pub fn named(&mut self, user: User) {
        let is_other = self.my_id() != Some(user.id);
        if is_other {
            self.my_ids = vec![user.id];
        }
        self.me = Some(user);
        self.show(Part::Me);
        if is_other {
            self.forget_pages();
            self.reconnect();
        }
    }

    /// Why no socket could be opened.
    pub(super) fn connection_answered(&mut self, answer: Answer) {
        let refusal = match done(answer) {
            Err(Refused::Said(error)) => Some(error),
            _ => None,
        };
        self.connection
            .answered(refusal, self.at.now, self.at.random);
        self.show(Part::Connection);
    }

    /// A try is worth while now.
    fn wake(&mut self) {
        match self.connection.phase() {
            Phase::Waiting { .. } => {
                self.connection.nudge();
                if matches!(self.connection.phase(), Phase::Connecting { .. }) {
                    self.connect();
                }
            }
            Phase::Connecting { .. } => {
                let is_old = |since: f64| self.at.now - since >= CONNECT_TIMEOUT_ON_DEMAND_MS;
                if self.opening_since.is_some_and(is_old) {
                    self.begin_again();
                }
            }
            _ => {}
        }
    }

    /// Closes the socket and comes back at once, as somebody else perhaps.
    fn reconnect(&mut self) {
        match self.connection.phase() {
            Phase::Absent => {}
            Phase::Live | Phase::Connecting { .. } => self.begin_again(),
            Phase::Waiting { .. } | Phase::Stopped { .. } => {
                self.connection.restart();
                self.connect();
            }
        }
    }

    fn begin_again(&mut self) {
        self.push(Effect::Disconnect);
        let code = CloseCode::GoingAway.code();
        self.connection
            .closed(code, "", self.at.now, self.at.random);
        self.link_lost();
        self.connection.wake();
        self.connect();
    }

    fn connect(&mut self) {
        self.opening_since = Some(self.at.now);
        self.show(Part::Connection);
        self.push(Effect::Connect);
    }

    /// The socket is no use any more: does not wait for it to notice.
    pub(super) fn lost(&mut self) {
        self.push(Effect::Disconnect);
        self.closed(ABNORMAL, "");
    }

    /// The socket is gone, and with it everything that was only said to it.
    fn link_lost(&mut self) {
        self.opening_since = None;
        self.known_as = None;
        self.was_away = true;
        self.joined = Rooms::default();
        self.rejoins.clear();
        self.syncing = ByRoom::default();
        self.streams_lost();
        self.forget_reactions();
        self.read = ReadReceipts::default();
        self.read_at = None;
        // Nobody will say when somebody stops to type.
        self.typing.on_left();
        self.presence.connection_lost();
        for state in self.cache.iter_mut() {
            state.presence.connection_lost();
        }
        self.show(Part::Presence);
        self.show(Part::Connection);
        if self.outbox.waiting() > 0 {
            self.change_outbox(Outbox::connection_lost);
        }
    }

    /// Asks something that the server answers, about whatever room: is the socket alive?
    pub(super) fn ask_for_a_sign(&mut self) {
        let listed = || {
            self.rooms
                .first()
                .map(|entry| (entry.room.id, entry.room.seq))
        };
        let open = self.open_id().map(|id| (id, self.timeline.seq()));
        if let Some((room_id, after)) = open.or_else(listed)
            && self.connection.ask(self.at.now)
        {
            self.say(ClientFrame::Sync {
                room_id: Some(room_id),
                after,
            });
        }
    }

    fn reload_when_due(&mut self) {
        // Without the server there would be no page to load, and a question without an answer means that nobody
        // knows whether it is there.
        let is_busy = !self.connection.is_live()
            || self.connection.is_asking()
            || self.is_loading()
            || self.outbox.waiting() > 0
            || self.viewport.has_dialog
            || !self.keeps();
        let is_hidden = !self.viewport.is_visible;
        if let Some(tried) = self.upgrade.due(self.at.now, is_hidden, is_busy) {
            self.push(Effect::Reload(tried));
        }
    }
}
