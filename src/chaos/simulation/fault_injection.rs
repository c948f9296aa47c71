//! The faults that are injected into a world.

use super::network::BROKEN;
use super::world::World;
use super::{PlantedFault, shared_server};
use crate::client::Storage;
use crate::history::Event;
use futures::future::join_all;
use parlour_client::outbox::Pending;
use parlour_protocol::CloseCode;
use parlour_server::accounts;
use parlour_server::messages::{self, NewMessage};
use parlour_server::realtime::Closing;
use parlour_server::rooms::{self, Changes};

/// Ten years, by which a clock jumps.
const TEN_YEARS_MS: i64 = 10 * 365 * 24 * 60 * 60 * 1_000;
/// Tabs that one device has open at most.
const TABS: usize = 2;
/// More changes than a sync lists one by one.
const FLOOD: usize = 2_100;

impl World<'_> {
    pub(super) async fn inject_fault(&mut self) {
        match self.rng.u32(0..22) {
            0 | 1 => self.cut(),
            2 | 3 => self.silence(),
            4 | 5 => self.drop_publications(),
            6 => self.lose_network(),
            7 | 8 => self.stop_server(),
            9 => self.kill_tab(),
            10 | 11 => self.open_another_tab(),
            12 => self.toggle_storage(),
            13 => self.sleep(),
            14 => self.jump_clocks(),
            15 | 16 => Box::pin(self.rename_room()).await,
            17 | 18 => Box::pin(self.rename_person()).await,
            19 | 20 => Box::pin(self.put_out_or_let_in()).await,
            _ => Box::pin(self.delete_room()).await,
        }
    }

    fn some_connection(&mut self) -> Option<u32> {
        let connections: Vec<u32> = self.connections.keys().copied().collect();
        self.rng.choice(&connections).copied()
    }

    fn some_device(&mut self) -> usize {
        self.rng.usize(0..self.devices.len())
    }

    /// A socket breaks; what was on its way to the server may still get there.
    fn cut(&mut self) {
        let Some(id) = self.some_connection() else {
            return;
        };
        self.counters.cuts += 1;
        if self.rng.u32(0..4) == 0
            && let Some(socket) = self
                .connections
                .get(&id)
                .and_then(|connection| connection.socket.as_ref())
        {
            // Thrown out, because it did not read fast enough.
            return socket.close(Closing::plain(CloseCode::TooSlow));
        }
        let rng = &mut self.rng;
        if let Some(connection) = self.connections.get_mut(&id) {
            let arrived = rng.usize(0..=connection.up.len());
            connection.up.truncate(arrived);
        }
        self.lose(id, BROKEN, "");
    }

    /// A socket is silent from now on, in one direction or in both, and neither side notices.
    fn silence(&mut self) {
        let Some(id) = self.some_connection() else {
            return;
        };
        self.counters.cuts += 1;
        let (up, down) = [(true, true), (true, false), (false, true)][self.rng.usize(0..3)];
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.silence(up, down);
        }
    }

    fn drop_publications(&mut self) {
        let Some(id) = self.some_connection() else {
            return;
        };
        let frames = self.rng.u32(1..4);
        if let Some(socket) = self
            .connections
            .get(&id)
            .and_then(|connection| connection.socket.as_ref())
        {
            socket.drop_next(frames);
        }
    }

    /// A device has no network for a while.
    fn lose_network(&mut self) {
        let device = self.some_device();
        let (is_noticed, time) = (self.rng.bool(), self.rng.f64() * 90_000.0);
        self.devices[device].offline_until = self.now + time;
        let connections = self
            .connections
            .iter()
            .filter(|(_, connection)| connection.device == device);
        let connections: Vec<u32> = connections.map(|(id, _)| *id).collect();
        for id in connections {
            self.counters.cuts += 1;
            if let Some(connection) = self.connections.get_mut(&id) {
                connection.silence(true, true);
            }
            if is_noticed {
                self.lose(id, BROKEN, "");
            }
        }
    }

    /// The server is killed, or restarted on purpose.
    pub(super) fn stop_server(&mut self) {
        self.counters.restarts += 1;
        let is_planned = self.rng.u32(0..3) == 0;
        let connections: Vec<u32> = self.connections.keys().copied().collect();
        for id in connections {
            let wait = self.rng.u64(0..1_000);
            let rng = &mut self.rng;
            let Some(connection) = self.connections.get_mut(&id) else {
                continue;
            };
            let Some(socket) = &connection.socket else {
                continue;
            };
            if is_planned {
                socket.close(Closing::going_away(wait));
            } else {
                // What it had written is with the system, or not.
                let written = rng.usize(0..=connection.down.len());
                connection.down.truncate(written);
                self.end_connection(id, BROKEN, String::new());
            }
        }
        if !is_planned {
            for request in &mut self.requests {
                request.answer.get_or_insert(None);
            }
        }
        self.is_refusing = !is_planned;
        let away = if is_planned { 300.0 } else { 20_000.0 };
        self.down_until = self.now + away * self.rng.f64();
    }

    /// A tab is gone with all it had in memory.
    fn kill_tab(&mut self) {
        let tabs: Vec<u32> = self.tabs.keys().copied().collect();
        let Some(&id) = self.rng.choice(&tabs) else {
            return;
        };
        let Some(tab) = self.tabs.remove(&id) else {
            return;
        };
        self.counters.tabs += 1;
        if let Some(connection) = tab.connection {
            if let Some(connection) = self.connections.get_mut(&connection) {
                connection.is_held = false;
                connection.down.clear();
            }
            self.remove_if_gone(connection);
        }
        self.requests.retain(|request| request.tab != id);
        let device = &mut self.devices[tab.device];
        let stored = device.storage.outbox().unwrap_or_default();
        let others: Vec<&super::world::Tab> = self
            .tabs
            .values()
            .filter(|other| other.device == tab.device)
            .collect();
        let outbox = tab.client.outbox();
        let waiting = outbox.rooms().into_iter();
        let mut sends: Vec<Pending> = waiting.flat_map(|room| outbox.pending(room)).collect();
        sends.retain(|send| !send.is_refused());
        sends.extend(outbox.outside(&[]));
        let is_kept = |key: &str| {
            let is_there = |other: &&super::world::Tab| other.client.outbox().contains(key);
            stored.contains(&format!("\"{key}\"")) || others.iter().any(is_there)
        };
        // Their author was shown that this browser keeps nothing.
        let lost = sends.into_iter().filter(|send| !is_kept(&send.client_id));
        let discarded: Vec<Event> = lost
            .map(|send| Event::Discarded {
                client: tab.client.name().to_owned(),
                room: send.room_id.0,
                key: send.client_id,
            })
            .collect();
        if self.behavior.planted == Some(PlantedFault::ForgetsOutbox) {
            device.storage = Storage::default();
        }
        self.history.extend(discarded);
    }

    /// Somebody opens the page again, or a second time.
    fn open_another_tab(&mut self) {
        let device = self.some_device();
        if self.is_awake(device) && self.tabs_of(device).len() < TABS {
            self.open_tab(device);
        }
    }

    /// A browser saves nothing any more, or does again.
    fn toggle_storage(&mut self) {
        let device = self.some_device();
        let storage = &self.devices[device].storage;
        storage.refuse(!storage.refuses());
    }

    /// A device sleeps for a while: its lid is closed.
    fn sleep(&mut self) {
        let device = self.some_device();
        let time = self.rng.f64() * 200_000.0;
        let until = self.now + time;
        self.devices[device].asleep_until.get_or_insert(until);
    }

    /// The server's clock is set, or a device's; the tab that notices asks whether its socket lives.
    fn jump_clocks(&mut self) {
        let sign = if self.rng.bool() { 1 } else { -1 };
        self.server.clock.set_by(sign * TEN_YEARS_MS);
        let device = self.some_device();
        if self.is_awake(device) {
            self.probe_sockets(device);
        }
    }

    /// A room is called otherwise: a change of it that is none of a message.
    async fn rename_room(&mut self) {
        if self.is_down() {
            return;
        }
        let at = self.rng.usize(0..self.rooms.len());
        let name = format!("Room {at} of world {}, {}", self.seed, self.rng.u32(..));
        let Some(room) = self.rooms.get_mut(at).filter(|room| !room.is_deleted) else {
            return;
        };
        let maker = &self.server.people[0];
        let changes = Changes {
            name: Some(name),
            description: None,
            ..Changes::default()
        };
        // It may have written too much just before.
        if let Ok(changed) = rooms::change(&self.server.ctx, maker, room.id, changes).await {
            room.name = changed.name;
            self.counters.changes += 1;
        }
    }

    /// Somebody is called otherwise: a change that belongs to no room.
    async fn rename_person(&mut self) {
        if self.is_down() {
            return;
        }
        let at = self.some_device();
        let name = format!("{at} of {}, {}", self.seed, self.rng.u32(0..1_000_000));
        let device = &mut self.devices[at];
        // They may have written too much just before.
        if let Ok(user) = accounts::rename(&self.server.ctx, &device.scope, &name).await {
            if let Some(person) = &mut device.scope.person {
                person.user.name.clone_from(&user.name);
            }
            device.called = user.name;
            self.counters.changes += 1;
        }
    }

    /// Somebody is put out of a room, whatever they are doing there, or is let in again.
    async fn put_out_or_let_in(&mut self) {
        if self.is_down() {
            return;
        }
        let (at, room) = (self.some_device(), self.rng.usize(0..self.rooms.len()));
        let is_end = self.rng.bool();
        let (maker, who) = (&self.server.people[0], self.devices[at].user);
        let room = self.rooms.get(room).filter(|room| !room.is_deleted);
        let Some(room) = room.filter(|_| maker.user_id() != Some(who)) else {
            return;
        };
        let ctx = &self.server.ctx;
        let done = match is_end {
            true => rooms::put_out(ctx, maker, room.id, who).await,
            false => rooms::let_in(ctx, maker, room.id, who).await.map(drop),
        };
        // Nobody is put out who is not in it; and its maker may have written too much just before.
        if done.is_ok() {
            self.counters.changes += 1;
        }
    }

    /// The second room goes, with everything in it; the first one stays.
    async fn delete_room(&mut self) {
        if self.is_down() || self.rng.u32(0..4) > 0 {
            return;
        }
        let Some(room) = self.rooms.get_mut(1).filter(|room| !room.is_deleted) else {
            return;
        };
        let maker = &self.server.people[0];
        let deleted = rooms::delete(&self.server.ctx, maker, room.id).await;
        deleted.expect("who made a room may delete it");
        room.is_deleted = true;
        let room = room.id.0;
        self.record(Event::RoomDeleted { room });
    }

    /// A program writes more at once than any sync lists one by one.
    pub(super) async fn flood(&mut self) {
        let program = &self.server.people[shared_server::PEOPLE];
        let room = self.rooms[0].id;
        let client = || "program".to_owned();
        let keys: Vec<String> = (0..FLOOD).map(|n| format!("w{}f{n}", self.seed)).collect();
        // As many as it may send in a second.
        for some in keys.chunks(super::shared_server::MESSAGES as usize) {
            self.pass(1_000.0);
            let posts = some.iter().map(|key| {
                let new = NewMessage {
                    content: format!("Text of {key}."),
                    client_id: Some(key.clone()),
                    ..NewMessage::default()
                };
                messages::post(&self.server.ctx, program, room, new)
            });
            let posted = join_all(posts).await;
            for (key, posted) in some.iter().zip(posted) {
                let posted = posted.expect("a program's message is stored");
                self.history.push(Event::Sent {
                    client: client(),
                    room: room.0,
                    key: key.clone(),
                });
                self.history.push(Event::Acknowledged {
                    client: client(),
                    room: room.0,
                    key: key.clone(),
                    number: posted.message.number.0,
                });
            }
        }
        self.counters.sends += FLOOD as u64;
    }
}
