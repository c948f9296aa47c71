//! What goes wrong in a world.

use super::network::BROKEN;
use super::world::World;
use super::{Plant, bench};
use crate::client::Storage;
use crate::history::Event;
use futures::future::join_all;
use parlour_client::outbox::Pending;
use parlour_protocol::CloseCode;
use parlour_server::messages::{self, NewMessage};
use parlour_server::realtime::Closing;
use parlour_server::rooms;

/// Ten years, by which a clock jumps.
const TEN_YEARS_MS: i64 = 10 * 365 * 24 * 60 * 60 * 1_000;
/// Tabs that one device has open at most.
const TABS: usize = 2;
/// More than a sync says one by one.
const FLOOD: usize = 2_100;

impl World<'_> {
    pub(super) async fn break_something(&mut self) {
        match self.chance.u32(0..16) {
            0 | 1 => self.cut(),
            2 | 3 => self.silence(),
            4 | 5 => self.drop_publications(),
            6 => self.lose_network(),
            7 | 8 => self.stop_server(),
            9 => self.kill_tab(),
            10 | 11 => self.open_another_tab(),
            12 => self.turn_storage(),
            13 => self.sleep(),
            14 => self.jump_clocks(),
            _ => Box::pin(self.delete_room()).await,
        }
    }

    fn some_line(&mut self) -> Option<u32> {
        let lines: Vec<u32> = self.lines.keys().copied().collect();
        self.chance.choice(&lines).copied()
    }

    fn some_device(&mut self) -> usize {
        self.chance.usize(0..self.devices.len())
    }

    /// A socket breaks; what was on its way to the server may still get there.
    fn cut(&mut self) {
        let Some(id) = self.some_line() else { return };
        self.figures.cuts += 1;
        if self.chance.u32(0..4) == 0
            && let Some(served) = self.lines.get(&id).and_then(|line| line.served.as_ref())
        {
            // Thrown out, because it did not read fast enough.
            return served.close(Closing::plain(CloseCode::TooSlow));
        }
        let chance = &mut self.chance;
        if let Some(line) = self.lines.get_mut(&id) {
            let arrived = chance.usize(0..=line.up.len());
            line.up.truncate(arrived);
        }
        self.lose(id, BROKEN, "");
    }

    /// A socket is silent from now on, in one direction or in both, and nobody is told.
    fn silence(&mut self) {
        let Some(id) = self.some_line() else { return };
        self.figures.cuts += 1;
        let (up, down) = [(true, true), (true, false), (false, true)][self.chance.usize(0..3)];
        if let Some(line) = self.lines.get_mut(&id) {
            line.silence(up, down);
        }
    }

    fn drop_publications(&mut self) {
        let Some(id) = self.some_line() else { return };
        let frames = self.chance.u32(1..4);
        if let Some(served) = self.lines.get(&id).and_then(|line| line.served.as_ref()) {
            served.drop_next(frames);
        }
    }

    /// A device has no network for a while.
    fn lose_network(&mut self) {
        let device = self.some_device();
        let (is_told, time) = (self.chance.bool(), self.chance.f64() * 90_000.0);
        self.devices[device].offline_until = self.now + time;
        let lines = self.lines.iter().filter(|(_, line)| line.device == device);
        let lines: Vec<u32> = lines.map(|(id, _)| *id).collect();
        for id in lines {
            self.figures.cuts += 1;
            if let Some(line) = self.lines.get_mut(&id) {
                line.silence(true, true);
            }
            if is_told {
                self.lose(id, BROKEN, "");
            }
        }
    }

    /// The server is killed, or restarted on purpose.
    pub(super) fn stop_server(&mut self) {
        self.figures.restarts += 1;
        let is_planned = self.chance.u32(0..3) == 0;
        let lines: Vec<u32> = self.lines.keys().copied().collect();
        for id in lines {
            let wait = self.chance.u64(0..1_000);
            let chance = &mut self.chance;
            let Some(line) = self.lines.get_mut(&id) else {
                continue;
            };
            let Some(served) = &line.served else {
                continue;
            };
            if is_planned {
                served.close(Closing::going_away(wait));
            } else {
                // What it had written is with the system, or not.
                let written = chance.usize(0..=line.down.len());
                line.down.truncate(written);
                self.end_line(id, BROKEN, String::new());
            }
        }
        if !is_planned {
            for request in &mut self.requests {
                request.answer.get_or_insert(None);
            }
        }
        self.is_refusing = !is_planned;
        let away = if is_planned { 300.0 } else { 20_000.0 };
        self.down_until = self.now + away * self.chance.f64();
    }

    /// A tab is gone with all it had in memory.
    fn kill_tab(&mut self) {
        let tabs: Vec<u32> = self.tabs.keys().copied().collect();
        let Some(&id) = self.chance.choice(&tabs) else {
            return;
        };
        let Some(tab) = self.tabs.remove(&id) else {
            return;
        };
        self.figures.tabs += 1;
        if let Some(line) = tab.line {
            if let Some(line) = self.lines.get_mut(&line) {
                line.is_held = false;
                line.down.clear();
            }
            self.forget_gone(line);
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
        // Their author was told that this browser keeps nothing.
        let lost = sends.into_iter().filter(|send| !is_kept(&send.client_id));
        let told: Vec<Event> = lost
            .map(|send| Event::Discarded {
                client: tab.client.name().to_owned(),
                room: send.room_id.0,
                key: send.client_id,
            })
            .collect();
        if self.manners.plant == Some(Plant::ForgetsOutbox) {
            device.storage = Storage::default();
        }
        self.history.extend(told);
    }

    /// Somebody opens the page again, or a second time.
    fn open_another_tab(&mut self) {
        let device = self.some_device();
        if self.is_awake(device) && self.tabs_of(device).len() < TABS {
            self.open_tab(device);
        }
    }

    /// A browser saves nothing any more, or does again.
    fn turn_storage(&mut self) {
        let device = self.some_device();
        let storage = &self.devices[device].storage;
        storage.refuse(!storage.refuses());
    }

    /// A lid is closed for a while.
    fn sleep(&mut self) {
        let device = self.some_device();
        let time = self.chance.f64() * 200_000.0;
        let until = self.now + time;
        self.devices[device].asleep_until.get_or_insert(until);
    }

    /// The server's clock is set, or a device's; the tab that notices asks whether its socket lives.
    fn jump_clocks(&mut self) {
        let sign = if self.chance.bool() { 1 } else { -1 };
        self.bench.clock.set_by(sign * TEN_YEARS_MS);
        let device = self.some_device();
        if self.is_awake(device) {
            self.ask_for_a_sign(device);
        }
    }

    /// The second room goes, with everything in it; the first one stays.
    async fn delete_room(&mut self) {
        if self.is_down() || self.chance.u32(0..4) > 0 {
            return;
        }
        let Some(place) = self.rooms.get_mut(1).filter(|place| !place.is_deleted) else {
            return;
        };
        let maker = &self.bench.people[0];
        let deleted = rooms::delete(&self.bench.ctx, maker, place.id).await;
        deleted.expect("who made a room may delete it");
        place.is_deleted = true;
        let room = place.id.0;
        self.tell(Event::RoomDeleted { room });
    }

    /// A program writes more at once than any sync says one by one.
    pub(super) async fn flood(&mut self) {
        let program = &self.bench.people[bench::PEOPLE];
        let room = self.rooms[0].id;
        let client = || "program".to_owned();
        let keys: Vec<String> = (0..FLOOD).map(|n| format!("w{}f{n}", self.seed)).collect();
        // As many as it may send in a second.
        for some in keys.chunks(super::bench::MESSAGES as usize) {
            self.pass(1_000.0);
            let posts = some.iter().map(|key| {
                let new = NewMessage {
                    content: format!("Text of {key}."),
                    client_id: Some(key.clone()),
                    reply_to: None,
                };
                messages::post(&self.bench.ctx, program, room, new)
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
        self.figures.sends += FLOOD as u64;
    }
}
