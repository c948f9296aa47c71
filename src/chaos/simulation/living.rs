//! What happens in a world from one step to the next.

use super::Plant;
use super::network::{BROKEN, Request};
use super::serving::as_sent;
use super::world::World;
use crate::client::Client;
use parlour_client::session::Ask;
use parlour_protocol::calls::{Answer, Answered};
use parlour_protocol::{History, Number, OpenRoom, RoomId, Roster, ServerFrame};
use parlour_server::messages::{self, View};
use parlour_server::{ServiceError, rooms};

/// Something that may happen next in the network.
#[derive(Clone, Copy)]
enum Move {
    /// A socket that is being opened is open, or is refused.
    Accept(u32),
    /// The server takes in what came on a socket.
    Hear(u32),
    /// The server goes on with what was said on a socket.
    Proceed(u32),
    /// The server writes what the hub queued.
    Flush(u32),
    /// A frame reaches its tab.
    Deliver(u32),
    /// The server notices that the other side is gone.
    Notice(u32),
    /// The server answers a request.
    Serve(usize),
    /// The answer reaches its tab.
    Answer(usize),
    /// A tab hears that another one saved something.
    Stir(u32),
}

impl World<'_> {
    /// Lives, and comes to rest; says why if it does not.
    pub(super) async fn live(&mut self) -> Option<String> {
        // The pages that everybody begins with.
        self.pass(1.0);
        let steps = self.chance.u32(200..600);
        let is_deep = self.seed % 500 == 250;
        for step in 0..steps {
            if is_deep && step == steps / 2 {
                Box::pin(self.flood()).await;
            }
            Box::pin(self.step()).await;
        }
        Box::pin(self.come_to_rest()).await
    }

    async fn step(&mut self) {
        match self.chance.u32(0..100) {
            0..=69 => {
                if !Box::pin(self.move_on()).await {
                    self.pass(50.0);
                }
            }
            70 | 71 => self.type_or_read(),
            72..=79 => {
                let times = [5.0, 60.0, 60.0, 400.0, 400.0, 1_500.0, 6_000.0, 27_000.0];
                let at = self.chance.usize(0..times.len());
                let time = times[at] * self.chance.f64();
                self.pass(time);
            }
            80..=89 => self.write(),
            90..=93 => self.change(),
            94 | 95 => self.scroll_up(),
            96 => self.decide_about_refused(),
            _ => Box::pin(self.break_something()).await,
        }
    }

    /// One thing in the network; false when there is nothing to do.
    pub(super) async fn move_on(&mut self) -> bool {
        let moves = self.moves();
        let Some(at) = (!moves.is_empty()).then(|| self.chance.usize(0..moves.len())) else {
            return false;
        };
        match moves[at] {
            Move::Accept(line) => self.accept(line),
            Move::Hear(line) => self.hear(line),
            Move::Proceed(line) => Box::pin(self.proceed(line)).await,
            Move::Flush(line) => self.flush(line),
            Move::Deliver(line) => self.deliver(line),
            Move::Notice(line) => self.end_line(line, BROKEN, String::new()),
            Move::Serve(at) => {
                let answer = Box::pin(self.serve(at)).await;
                let slow_until = self.now + self.slowness();
                let request = &mut self.requests[at];
                request.answer = Some(answer);
                request.slow_until = slow_until;
            }
            Move::Answer(at) => self.answer(at),
            Move::Stir(tab) => {
                if let Some(stirred) = self.tabs.get_mut(&tab) {
                    stirred.is_stirred = false;
                }
                self.on_tab(tab, Client::take_in);
            }
        }
        true
    }

    fn moves(&self) -> Vec<Move> {
        let mut moves = Vec::new();
        let is_down = self.is_down();
        for (&id, line) in &self.lines {
            let is_awake = self.is_awake(line.device);
            if line.is_opening {
                let is_deaf = line.is_deaf_up || line.is_deaf_down;
                let is_waiting = is_down && !self.is_refusing;
                if line.is_held && is_awake && !is_deaf && !is_waiting {
                    moves.push(Move::Accept(id));
                }
                continue;
            }
            if let Some(served) = &line.served {
                if served.is_listening() && !line.up.is_empty() {
                    moves.push(Move::Hear(id));
                }
                if served.has_work() {
                    moves.push(Move::Proceed(id));
                }
                if served.has_mail() {
                    moves.push(Move::Flush(id));
                }
                if !line.is_held {
                    moves.push(Move::Notice(id));
                }
            }
            if line.is_held && is_awake && !line.down.is_empty() {
                moves.push(Move::Deliver(id));
            }
        }
        for (at, request) in self.requests.iter().enumerate() {
            if request.slow_until > self.now {
                continue;
            }
            if request.answer.is_none() {
                moves.push(Move::Serve(at));
            } else if self.is_awake(request.device) {
                moves.push(Move::Answer(at));
            }
        }
        let stirred = self.tabs.iter().filter(|(_, tab)| tab.is_stirred);
        let stirred = stirred.filter(|(_, tab)| self.is_awake(tab.device));
        moves.extend(stirred.map(|(id, _)| Move::Stir(*id)));
        moves
    }

    fn hear(&mut self, id: u32) {
        if let Some(line) = self.lines.get_mut(&id)
            && let Some(served) = &mut line.served
            && let Some(said) = line.up.pop_front()
        {
            served.hear(self.bench, &said);
        }
    }

    async fn proceed(&mut self, id: u32) {
        let Some(line) = self.lines.get_mut(&id) else {
            return;
        };
        let Some(served) = &mut line.served else {
            return;
        };
        let going_on = served.go_on(self.bench, &mut self.chance, self.manners);
        let posted_in = Box::pin(going_on).await;
        if let (Some(room), Some(Plant::TellsOutsiders)) = (posted_in, self.manners.plant) {
            self.tell_outsiders(room).await;
        }
    }

    /// The newest message of a room goes to those who are not in it.
    async fn tell_outsiders(&mut self, room: RoomId) {
        let scope = &self.devices[0].scope;
        let page = messages::history(&self.bench.ctx, scope, room, View::Newest, 1).await;
        let Some(newest) = page.ok().and_then(|mut page| page.messages.pop()) else {
            return;
        };
        let frame = ServerFrame::Message(newest).encode();
        for line in self.lines.values_mut() {
            if !self.devices[line.device].rooms.contains(&room) && !line.is_opening {
                line.write([frame.clone()]);
            }
        }
    }

    fn flush(&mut self, id: u32) {
        let manners = self.manners;
        let Some(line) = self.lines.get_mut(&id) else {
            return;
        };
        let Some(served) = &mut line.served else {
            return;
        };
        let (frames, closing) = served.flush(manners);
        line.write(frames);
        if let Some((code, reason)) = closing {
            self.end_line(id, code, reason);
        }
    }

    async fn serve(&mut self, at: usize) -> Answer {
        let Request { device, ask, .. } = &self.requests[at];
        if self.is_down() || self.is_offline(*device) {
            return None;
        }
        let scope = &self.devices[*device].scope;
        let (room, view) = match *ask {
            Ask::Open(room, None) => (room, View::Newest),
            Ask::Open(room, Some(number)) => (room, View::Around(number)),
            Ask::Older(room, than) => (room, View::Before(than)),
            Ask::Newer(room, than) => (room, View::After(than)),
            Ask::Connection | Ask::Leave(_) => return None,
        };
        let ctx = &self.bench.ctx;
        let page = messages::history(ctx, scope, room, view, self.page_size).await;
        let told = match page {
            Ok(page) if matches!(ask, Ask::Open(..)) => {
                let open = OpenRoom {
                    room: rooms::get(ctx, scope, room).await.ok()?,
                    may_delete: false,
                    roster: Roster::default(),
                    history: self.as_told(page),
                    marked: None,
                };
                serde_json::to_string(&open)
            }
            Ok(page) => serde_json::to_string(&self.as_told(page)),
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
            text: told.expect("a page is no map with keys JSON cannot have"),
        })
    }

    /// A page as its readers get it.
    pub(super) fn as_told(&self, mut page: History) -> History {
        if self.manners.plant == Some(Plant::StoresRepeats) {
            for message in &mut page.messages {
                message.client_id = as_sent(&message.client_id);
            }
        }
        page
    }

    /// Some tab, and some room that it shows.
    fn somewhere(&mut self) -> Option<(u32, RoomId)> {
        let tabs: Vec<u32> = self.tabs.keys().copied().collect();
        let tab = *self.chance.choice(&tabs)?;
        let at = &self.tabs[&tab];
        if !self.is_awake(at.device) {
            return None;
        }
        let rooms: Vec<RoomId> = at.client.rooms().collect();
        let room = *self.chance.choice(&rooms)?;
        Some((tab, room))
    }

    /// Somebody writes something, or several things at once.
    pub(super) fn write(&mut self) {
        let Some((tab, room)) = self.somewhere() else {
            return;
        };
        for _ in 0..[1, 1, 1, 3][self.chance.usize(0..4)] {
            self.figures.sends += 1;
            let key = format!("w{}k{}", self.seed, self.figures.sends);
            let text = match self.chance.u32(0..40) {
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
        let text = ["", "a", "ab"][self.chance.usize(0..3)];
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
        let Some(&number) = self.chance.choice(&own) else {
            return;
        };
        self.figures.changes += 1;
        let is_edit = self.chance.u32(0..3) > 0;
        let text = format!("Edit {} of {number}.", self.figures.changes);
        self.on_tab(tab, |client, at| match is_edit {
            true => client.edit(room, number, &text, at),
            false => client.delete(room, number, at),
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
        let Some(key) = self.chance.choice(&refused).cloned() else {
            return;
        };
        let is_retry = self.chance.bool();
        self.on_tab(tab, |client, at| match is_retry {
            true => client.retry(&key, at),
            false => client.discard(&key, at),
        });
    }
}
