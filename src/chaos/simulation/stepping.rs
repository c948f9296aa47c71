//! The steps of a world: in each, one thing that may happen next is drawn and done.

use super::PlantedFault;
use super::network::{BROKEN, Request};
use super::socket_driver::as_sent;
use super::world::World;
use crate::client::Client;
use parlour_client::session::Ask;
use parlour_protocol::calls::{Answer, Answered};
use parlour_protocol::{History, Number, OpenRoom, RoomId, Roster, ServerFrame};
use parlour_server::messages::{self, View};
use parlour_server::{ServiceError, rooms};

/// Something that may happen next in the network.
#[derive(Clone, Copy)]
enum NetworkStep {
    /// A socket that is being opened is open, or is refused.
    Accept(u32),
    /// The server takes in what came on a socket.
    Receive(u32),
    /// The server works on what came on a socket.
    Advance(u32),
    /// The server writes what the hub queued.
    Flush(u32),
    /// A frame reaches its tab.
    Deliver(u32),
    /// The server notices that the other side is gone.
    NoticeDisconnect(u32),
    /// The server answers a request.
    Serve(usize),
    /// The answer reaches its tab.
    Answer(usize),
    /// A tab hears that another one saved something.
    StorageEvent(u32),
}

impl World<'_> {
    /// Runs until it is quiescent; says why if it never is.
    pub(super) async fn run(&mut self) -> Option<String> {
        // The pages that everybody begins with.
        self.pass(1.0);
        let steps = self.rng.u32(200..600);
        let is_deep = self.seed % 500 == 250;
        for step in 0..steps {
            if is_deep && step == steps / 2 {
                Box::pin(self.flood()).await;
            }
            Box::pin(self.step()).await;
        }
        Box::pin(self.quiesce()).await
    }

    async fn step(&mut self) {
        match self.rng.u32(0..100) {
            0..=69 => {
                if !Box::pin(self.network_step()).await {
                    self.pass(50.0);
                }
            }
            70 | 71 => self.type_or_read(),
            72..=79 => {
                let times = [5.0, 60.0, 60.0, 400.0, 400.0, 1_500.0, 6_000.0, 27_000.0];
                let at = self.rng.usize(0..times.len());
                let time = times[at] * self.rng.f64();
                self.pass(time);
            }
            80..=89 => self.write(),
            90..=92 => self.change(),
            93 => self.react(),
            94 | 95 => self.scroll_up(),
            96 => self.decide_about_refused(),
            _ => Box::pin(self.inject_fault()).await,
        }
    }

    /// One step of the network; false when there is nothing to do.
    pub(super) async fn network_step(&mut self) -> bool {
        let steps = self.network_steps();
        let Some(at) = (!steps.is_empty()).then(|| self.rng.usize(0..steps.len())) else {
            return false;
        };
        match steps[at] {
            NetworkStep::Accept(connection) => self.accept(connection),
            NetworkStep::Receive(connection) => self.receive(connection),
            NetworkStep::Advance(connection) => Box::pin(self.advance(connection)).await,
            NetworkStep::Flush(connection) => self.flush(connection),
            NetworkStep::Deliver(connection) => self.deliver(connection),
            NetworkStep::NoticeDisconnect(connection) => {
                self.end_connection(connection, BROKEN, String::new())
            }
            NetworkStep::Serve(at) => {
                let answer = Box::pin(self.serve(at)).await;
                let delayed_until = self.now + self.latency();
                let request = &mut self.requests[at];
                request.answer = Some(answer);
                request.delayed_until = delayed_until;
            }
            NetworkStep::Answer(at) => self.answer(at),
            NetworkStep::StorageEvent(tab) => {
                if let Some(notified) = self.tabs.get_mut(&tab) {
                    notified.has_storage_event = false;
                }
                self.on_tab(tab, Client::take_in);
            }
        }
        true
    }

    fn network_steps(&self) -> Vec<NetworkStep> {
        let mut steps = Vec::new();
        let is_down = self.is_down();
        for (&id, connection) in &self.connections {
            let is_awake = self.is_awake(connection.device);
            if connection.is_opening {
                let is_silent = connection.is_silent_up || connection.is_silent_down;
                let is_waiting = is_down && !self.is_refusing;
                if connection.is_held && is_awake && !is_silent && !is_waiting {
                    steps.push(NetworkStep::Accept(id));
                }
                continue;
            }
            if let Some(socket) = &connection.socket {
                if socket.is_listening() && !connection.up.is_empty() {
                    steps.push(NetworkStep::Receive(id));
                }
                if socket.has_work() {
                    steps.push(NetworkStep::Advance(id));
                }
                if socket.has_mail() {
                    steps.push(NetworkStep::Flush(id));
                }
                if !connection.is_held {
                    steps.push(NetworkStep::NoticeDisconnect(id));
                }
            }
            if connection.is_held && is_awake && !connection.down.is_empty() {
                steps.push(NetworkStep::Deliver(id));
            }
        }
        for (at, request) in self.requests.iter().enumerate() {
            if request.delayed_until > self.now {
                continue;
            }
            if request.answer.is_none() {
                steps.push(NetworkStep::Serve(at));
            } else if self.is_awake(request.device) {
                steps.push(NetworkStep::Answer(at));
            }
        }
        let notified = self.tabs.iter().filter(|(_, tab)| tab.has_storage_event);
        let notified = notified.filter(|(_, tab)| self.is_awake(tab.device));
        steps.extend(notified.map(|(id, _)| NetworkStep::StorageEvent(*id)));
        steps
    }

    fn receive(&mut self, id: u32) {
        if let Some(connection) = self.connections.get_mut(&id)
            && let Some(socket) = &mut connection.socket
            && let Some(frame) = connection.up.pop_front()
        {
            socket.receive(self.server, &frame);
        }
    }

    async fn advance(&mut self, id: u32) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let Some(socket) = &mut connection.socket else {
            return;
        };
        let advancing = socket.advance(self.server, &mut self.rng, self.behavior);
        let posted_in = Box::pin(advancing).await;
        if let (Some(room), Some(PlantedFault::DeliversToOutsiders)) =
            (posted_in, self.behavior.planted)
        {
            self.deliver_to_outsiders(room).await;
        }
    }

    /// The newest message of a room goes to those who are not in it.
    async fn deliver_to_outsiders(&mut self, room: RoomId) {
        let scope = &self.devices[0].scope;
        let page = messages::history(&self.server.ctx, scope, room, View::Newest, 1).await;
        let Some(newest) = page.ok().and_then(|mut page| page.messages.pop()) else {
            return;
        };
        let frame = ServerFrame::Message(newest).encode();
        for connection in self.connections.values_mut() {
            if !self.devices[connection.device].rooms.contains(&room) && !connection.is_opening {
                connection.write([frame.clone()]);
            }
        }
    }

    fn flush(&mut self, id: u32) {
        let behavior = self.behavior;
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let Some(socket) = &mut connection.socket else {
            return;
        };
        let (frames, closing) = socket.flush(behavior);
        connection.write(frames);
        if let Some((code, reason)) = closing {
            self.end_connection(id, code, reason);
        }
    }

    async fn serve(&mut self, at: usize) -> Answer {
        let Request { device, ask, .. } = &self.requests[at];
        if self.is_down() || self.is_offline(*device) {
            return None;
        }
        let scope = &self.devices[*device].scope;
        let (room, view) = match *ask {
            // Everybody here looks at once, and has read it all.
            Ask::Open(room, None) | Ask::Unread(room) => (room, View::Newest),
            Ask::Open(room, Some(number)) => (room, View::Around(number)),
            Ask::Older(room, than) => (room, View::Before(than)),
            Ask::Newer(room, than) => (room, View::After(than)),
            Ask::Connection | Ask::Join(_) | Ask::Leave(_) | Ask::UndoDelete(..) => return None,
        };
        let ctx = &self.server.ctx;
        let page = messages::history(ctx, scope, room, view, self.page_size).await;
        let text = match page {
            Ok(page) if matches!(ask, Ask::Open(..) | Ask::Unread(_)) => {
                let open = OpenRoom {
                    room: rooms::get(ctx, scope, room).await.ok()?,
                    may_delete: false,
                    read_only: None,
                    asking: 0,
                    read: None,
                    roster: Roster::default(),
                    history: self.as_delivered_page(page),
                    marked: None,
                };
                serde_json::to_string(&open)
            }
            Ok(page) => serde_json::to_string(&self.as_delivered_page(page)),
            Err(ServiceError::RoomNotFound) => {
                let text = r#"{"code":"room_not_found","detail":"There is no such room."}"#;
                return Some(Answered {
                    is_ok: false,
                    text: text.to_owned(),
                });
            }
            Err(_) => return None,
        };
        Some(Answered {
            is_ok: true,
            text: text.expect("a page is no map with keys JSON cannot have"),
        })
    }

    /// A page as its readers get it.
    pub(super) fn as_delivered_page(&self, mut page: History) -> History {
        if self.behavior.planted == Some(PlantedFault::StoresRepeats) {
            for message in &mut page.messages {
                message.client_id = as_sent(&message.client_id);
            }
        }
        page
    }

    /// Some tab, and some room that it shows.
    fn somewhere(&mut self) -> Option<(u32, RoomId)> {
        let tabs: Vec<u32> = self.tabs.keys().copied().collect();
        let tab = *self.rng.choice(&tabs)?;
        let at = &self.tabs[&tab];
        if !self.is_awake(at.device) {
            return None;
        }
        let rooms: Vec<RoomId> = at.client.rooms().collect();
        let room = *self.rng.choice(&rooms)?;
        Some((tab, room))
    }

    /// Somebody writes something, or several things at once.
    pub(super) fn write(&mut self) {
        let Some((tab, room)) = self.somewhere() else {
            return;
        };
        for _ in 0..[1, 1, 1, 3][self.rng.usize(0..4)] {
            self.counters.sends += 1;
            let key = format!("w{}k{}", self.seed, self.counters.sends);
            let text = match self.rng.u32(0..40) {
                // More than a message may have: refused for good.
                0 => format!("{key}{}", "x".repeat(10_000)),
                1..=8 if self.is_long => format!("{key} {}", "🙂".repeat(9_900)),
                _ => format!("Text of {key}."),
            };
            self.on_tab(tab, |client, at| client.write(room, &text, &key, at));
        }
    }

    /// Somebody begins to type or stops; and has read the room they do it in.
    fn type_or_read(&mut self) {
        let Some((tab, room)) = self.somewhere() else {
            return;
        };
        let text = ["", "a", "ab"][self.rng.usize(0..3)];
        self.on_tab(tab, |client, at| client.type_text(room, text, at));
    }

    /// Somebody changes one of their messages, or takes it back.
    pub(super) fn change(&mut self) {
        let Some((tab, room)) = self.somewhere() else {
            return;
        };
        let at = &self.tabs[&tab];
        let me = self.devices[at.device].user;
        let Some(timeline) = at.client.timeline(room) else {
            return;
        };
        let own = (timeline.messages())
            .filter(|message| message.user_id == me && !message.deleted)
            .map(|message| message.number);
        let own: Vec<Number> = own.collect();
        let Some(&number) = self.rng.choice(&own) else {
            return;
        };
        self.counters.changes += 1;
        let is_edit = self.rng.u32(0..3) > 0;
        let text = format!("Edit {} of {number}.", self.counters.changes);
        self.on_tab(tab, |client, at| match is_edit {
            true => client.edit(room, number, &text, at),
            false => client.delete(room, number, at),
        });
    }

    /// Somebody reacts to a message, anybody's, or takes that back.
    fn react(&mut self) {
        let Some((tab, room)) = self.somewhere() else {
            return;
        };
        let Some(timeline) = self.tabs[&tab].client.timeline(room) else {
            return;
        };
        let held = timeline.messages().map(|message| message.number);
        let held: Vec<Number> = held.collect();
        let Some(&number) = self.rng.choice(&held) else {
            return;
        };
        let emoji = ["👍", "🎉", "👀"][self.rng.usize(0..3)];
        let on = self.rng.u32(0..4) > 0;
        self.on_tab(tab, |client, at| {
            client.react((room, number), emoji, on, at)
        });
    }

    fn scroll_up(&mut self) {
        let Some((tab, room)) = self.somewhere() else {
            return;
        };
        self.on_tab(tab, |client, at| client.scroll_up(room, at));
    }

    /// Somebody tries again what was refused, or gives it up.
    fn decide_about_refused(&mut self) {
        let Some((tab, room)) = self.somewhere() else {
            return;
        };
        let pending = self.tabs[&tab].client.outbox().pending(room);
        let refused = pending.into_iter().filter(|send| send.is_refused());
        let refused: Vec<String> = refused.map(|send| send.client_id).collect();
        let Some(key) = self.rng.choice(&refused).cloned() else {
            return;
        };
        let is_retry = self.rng.bool();
        self.on_tab(tab, |client, at| match is_retry {
            true => client.retry(&key, at),
            false => client.discard(&key, at),
        });
    }
}
