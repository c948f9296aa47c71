//! The socket's beginning, end and time-outs: as `app/room/link.rs`.

use super::{Client, Later};
use parlour_client::connection::Phase;
use parlour_client::outbox::Outbox;
use parlour_client::timeline::Timeline;
use parlour_protocol::{ClientFrame, RoomId, Seq};

/// An attempt to connect that takes longer than this has failed.
const CONNECT_TIMEOUT_MS: f64 = 10_000.0;
/// "Abnormal closure", RFC 6455 7.4.1: no close frame was seen.
const ABNORMAL: u16 = 1006;

/// What the owner of the socket is to do, in this order.
#[derive(Debug, Default, PartialEq)]
pub struct Todo {
    /// Drop the socket, open or being opened; [`Client::closed`] is not to be told of it.
    pub close: bool,
    /// Open one, and tell [`Client::opened`], or [`Client::closed`] with 1006.
    pub connect: bool,
    /// Send these.
    pub say: Vec<ClientFrame>,
}

impl Client {
    /// The socket is open; answers the first frames.
    pub fn opened(&mut self, now: f64) -> Vec<ClientFrame> {
        self.opening_since = None;
        self.connection.opened();
        self.connection.heard(now);
        self.wants_rooms = true;
        let mut rooms: Vec<(RoomId, Option<Seq>)> = Vec::new();
        for (room, held) in &self.rooms {
            if let Some(timeline) = &held.timeline {
                rooms.push((*room, Some(timeline.seq())));
            }
        }
        for room in self.outbox.rooms() {
            if rooms.iter().all(|(known, _)| *known != room) {
                rooms.push((room, None));
            }
        }
        self.joined.extend(rooms.iter().map(|(room, _)| *room));
        self.asked_for.extend(&self.joined);
        let mut say: Vec<ClientFrame> = rooms
            .into_iter()
            .map(|(room_id, after)| ClientFrame::Join { room_id, after })
            .collect();
        say.extend(self.pump(now));
        say
    }

    /// The socket was closed by the other side, broke, or could not be opened (1006). `random` is in
    /// 0..1.
    pub fn closed(&mut self, code: u16, reason: &str, now: f64, random: f64) {
        self.opening_since = None;
        self.is_given_up = false;
        self.connection.closed(code, reason, now, random);
        self.known_as = None;
        self.joined.clear();
        self.syncing.clear();
        self.change_outbox(Outbox::connection_lost);
    }

    /// Time passed; to be called at least once a second. `random` is in 0..1.
    pub fn tick(&mut self, now: f64, random: f64) -> Todo {
        let mut todo = Todo::default();
        let opening = self.opening_since;
        let is_late = opening.is_some_and(|since| now - since >= CONNECT_TIMEOUT_MS);
        if self.is_given_up || is_late || self.connection.is_silent(now) {
            todo.close = true;
            self.closed(ABNORMAL, "", now, random);
        }
        if self.connection.due(now) {
            self.connection.wake();
        }
        let is_connecting = matches!(self.connection.phase(), Phase::Connecting { .. });
        if is_connecting && self.opening_since.is_none() {
            self.opening_since = Some(now);
            todo.connect = true;
        }
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.later)
            .into_iter()
            .partition(|(at, _)| *at <= now);
        self.later = later;
        for (_, what) in due {
            let say = self.is_time(what, now);
            todo.say.extend(say);
        }
        todo.say.extend(self.idle(now));
        todo
    }

    /// The network or the tab is back, or somebody wants it now: [`Client::tick`] connects.
    pub fn wake(&mut self) {
        self.connection.wake();
    }

    /// The tab woke up, and its clock may have slept: asks something that the server answers.
    pub fn woke(&mut self, now: f64) -> Vec<ClientFrame> {
        let about = self.rooms.iter().find_map(|(room, held)| {
            let timeline = held.timeline.as_ref()?;
            Some((*room, timeline.seq()))
        });
        match about {
            Some((room_id, after)) if self.connection.ask(now) => vec![ClientFrame::Sync {
                room_id: Some(room_id),
                after,
            }],
            _ => Vec::new(),
        }
    }

    /// The socket is no use any more: do not wait for it to notice.
    pub(super) fn give_up(&mut self) {
        self.is_given_up = true;
    }

    fn is_time(&mut self, what: Later, now: f64) -> Vec<ClientFrame> {
        match what {
            Later::Pump => self.pump(now),
            Later::Join(room_id) if self.joined.contains(&room_id) => {
                let after = self.timeline(room_id).map(Timeline::seq);
                vec![ClientFrame::Join { room_id, after }]
            }
            Later::Join(_) => Vec::new(),
        }
    }
}
