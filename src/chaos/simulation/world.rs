//! One world: its people, their devices and tabs, its network and its server.
//!
//! *Invariant:* whatever is drawn is drawn from the random numbers of the world itself, and in an order that depends
//! on nothing else, so that a seed is a world.

use super::network::{BROKEN, Connection, Down, Request};
use super::shared_server::SharedServer;
use super::socket_driver::{PONG_MS, ServerBehavior};
use super::{Counters, PlantedFault};
use crate::client::{Client, Storage, Todo};
use crate::history::{Event, History};
use fastrand::Rng;
use parlour_client::session::{Ask, Moment};
use parlour_protocol::{RoomId, ServerFrame, UserId};
use parlour_server::Scope;
use parlour_server::realtime::Ticker;
use std::collections::BTreeMap;

/// Time passes in pieces of this, so that nobody looks at a clock more rarely.
const TICK_MS: f64 = 1_000.0;
/// From one tick of the hub's to the next.
const HUB_TICK_MS: f64 = 250.0;

pub(super) struct World<'b> {
    pub(super) server: &'b SharedServer,
    pub(super) seed: u64,
    pub(super) rng: Rng,
    pub(super) now: f64,
    ticker: Ticker,
    /// When the hub ticks next.
    next_tick: f64,
    pub(super) behavior: ServerBehavior,
    pub(super) rooms: Vec<SimulatedRoom>,
    pub(super) devices: Vec<Device>,
    pub(super) tabs: BTreeMap<u32, Tab>,
    pub(super) connections: BTreeMap<u32, Connection>,
    pub(super) requests: Vec<Request>,
    /// Nobody is served before this moment.
    pub(super) down_until: f64,
    /// Whoever connects meanwhile is refused; otherwise they wait.
    pub(super) is_refusing: bool,
    /// Messages on a page, and in what is fetched by scrolling up.
    pub(super) page_size: u32,
    /// Texts as long as may be.
    pub(super) is_long: bool,
    pub(super) history: History,
    pub(super) counters: Counters,
    ids: u32,
}

/// A room of this world.
pub(super) struct SimulatedRoom {
    pub(super) id: RoomId,
    pub(super) name: String,
    pub(super) is_deleted: bool,
}

/// A device, of one person.
pub(super) struct Device {
    pub(super) name: String,
    pub(super) scope: Scope,
    pub(super) user: UserId,
    /// What they are called.
    pub(super) called: String,
    /// The rooms they are in.
    pub(super) rooms: Vec<RoomId>,
    pub(super) storage: Storage,
    /// The tabs' clock stood still for so long.
    pub(super) slept: f64,
    pub(super) asleep_until: Option<f64>,
    pub(super) offline_until: f64,
    /// Tabs it ever had.
    tabs: u32,
}

/// What somebody is called, as their requests say.
fn called(scope: &Scope) -> &str {
    scope.person.as_ref().map_or("", |person| &person.user.name)
}

/// One tab, and what it is connected with.
pub(super) struct Tab {
    pub(super) device: usize,
    pub(super) client: Client,
    pub(super) connection: Option<u32>,
    /// Another tab saved something.
    pub(super) has_storage_event: bool,
}

impl<'b> World<'b> {
    pub(super) async fn begin(
        server: &'b SharedServer,
        seed: u64,
        planted: Option<PlantedFault>,
    ) -> Self {
        server.set_clock();
        let mut rng = Rng::with_seed(seed);
        let people = rng.usize(3..=super::shared_server::PEOPLE);
        let mut rooms = Vec::new();
        for number in 0..rng.usize(1..=2) {
            let name = format!("Room {number} of world {seed}");
            let id = server.room(&server.people[0], name.clone()).await;
            let is_deleted = false;
            rooms.push(SimulatedRoom {
                id,
                name,
                is_deleted,
            });
        }
        let device = |(at, scope): (usize, &Scope)| {
            let user = scope.user_id().expect("everybody here is somebody");
            // The last one is never in the second room.
            let is_in = |number: usize| number == 0 || at == 0 || at + 1 < people;
            let rooms = rooms.iter().enumerate();
            let rooms = rooms.filter(|(number, _)| is_in(*number));
            Device {
                name: format!("person{at}"),
                called: called(scope).to_owned(),
                scope: scope.clone(),
                user,
                rooms: rooms.map(|(_, room)| room.id).collect(),
                storage: Storage::default(),
                slept: 0.0,
                asleep_until: None,
                offline_until: 0.0,
                tabs: 0,
            }
        };
        let scopes = server.people_as_called(people).await;
        let devices: Vec<Device> = scopes.iter().enumerate().map(device).collect();
        let behavior = ServerBehavior {
            overloaded_every: [0, 0, 7][rng.usize(0..3)],
            reset_above: (rng.u32(0..3) == 0).then(|| rng.usize(3..12)),
            planted,
        };
        let page_size = rng.u32(4..=20);
        let mut world = Self {
            server,
            seed,
            rng,
            page_size,
            now: 0.0,
            ticker: Ticker::default(),
            next_tick: 0.0,
            behavior,
            rooms,
            devices,
            tabs: BTreeMap::new(),
            connections: BTreeMap::new(),
            requests: Vec::new(),
            down_until: 0.0,
            is_refusing: false,
            is_long: seed % 40 == 39,
            history: History::default(),
            counters: Counters::default(),
            ids: 0,
        };
        for device in 0..people {
            world.open_tab(device);
        }
        world
    }

    /// A person opens the page.
    pub(super) fn open_tab(&mut self, at: usize) {
        let device = &mut self.devices[at];
        device.tabs += 1;
        let name = match device.tabs {
            1 => device.name.clone(),
            n => format!("{}#{n}", device.name),
        };
        let now = self.now - device.slept;
        let mut client = Client::new(&name, &[device.user], device.storage.clone(), now);
        for room in &self.rooms {
            if !room.is_deleted && device.rooms.contains(&room.id) {
                client.enter(room.id);
            }
        }
        let id = self.next_id();
        self.tabs.insert(
            id,
            Tab {
                device: at,
                client,
                connection: None,
                has_storage_event: false,
            },
        );
        // What it wants done to begin with.
        self.on_tab(id, Client::tick);
    }

    pub(super) fn next_id(&mut self) -> u32 {
        self.ids += 1;
        self.ids
    }

    pub(super) fn is_awake(&self, device: usize) -> bool {
        self.devices[device].asleep_until.is_none()
    }

    pub(super) fn is_offline(&self, device: usize) -> bool {
        self.now < self.devices[device].offline_until
    }

    pub(super) fn is_down(&self) -> bool {
        self.now < self.down_until
    }

    /// Lets a tab do something, and does what it wants done.
    pub(super) fn on_tab(&mut self, id: u32, act: impl FnOnce(&mut Client, Moment)) {
        let Some(tab) = self.tabs.get_mut(&id) else {
            return;
        };
        let at = tab.device;
        let device = &self.devices[at];
        let before = device.storage.changes();
        let moment = Moment {
            now: self.now - device.slept,
            random: self.rng.f64(),
        };
        act(&mut tab.client, moment);
        self.history.extend(tab.client.take_events());
        let todo = tab.client.take_todo();
        if device.storage.changes() != before {
            for (other, tab) in &mut self.tabs {
                tab.has_storage_event |= tab.device == at && *other != id;
            }
        }
        for todo in todo {
            self.perform(id, at, todo);
        }
    }

    fn perform(&mut self, id: u32, device: usize, todo: Todo) {
        let Some(tab) = self.tabs.get_mut(&id) else {
            return;
        };
        match todo {
            Todo::Send(frame) => {
                if let Some(connection) = tab
                    .connection
                    .and_then(|connection| self.connections.get_mut(&connection))
                {
                    connection.send(frame);
                }
            }
            Todo::Disconnect => {
                if let Some(id) = tab.connection.take() {
                    if let Some(connection) = self.connections.get_mut(&id) {
                        connection.is_held = false;
                        connection.down.clear();
                    }
                    self.remove_if_gone(id);
                }
            }
            Todo::Connect => {
                let connection = self.next_id();
                self.connections
                    .insert(connection, Connection::new(id, device));
                if let Some(tab) = self.tabs.get_mut(&id) {
                    tab.connection = Some(connection);
                }
            }
            // A socket that cannot be opened here was not refused.
            Todo::Fetch(_, Ask::Connection) => {}
            Todo::Fetch(number, ask) => {
                if let Ask::Open(room, _) | Ask::Unread(room) = ask {
                    self.counters.resets += u64::from(tab.client.timeline(room).is_some());
                }
                let delayed_until = self.now + self.latency();
                self.requests.push(Request {
                    tab: id,
                    device,
                    number,
                    ask,
                    delayed_until,
                    answer: None,
                });
            }
        }
    }

    /// The tab hears that its socket is gone.
    pub(super) fn lose(&mut self, connection: u32, code: u16, reason: &str) {
        let Some(held) = self
            .connections
            .get_mut(&connection)
            .filter(|connection| connection.is_held)
        else {
            return;
        };
        held.is_held = false;
        held.down.clear();
        let tab = held.tab;
        if let Some(tab) = self.tabs.get_mut(&tab) {
            tab.connection = None;
        }
        self.on_tab(tab, |client, at| client.closed(code, reason, at));
        self.remove_if_gone(connection);
    }

    pub(super) fn remove_if_gone(&mut self, connection: u32) {
        if self
            .connections
            .get(&connection)
            .is_some_and(Connection::is_gone)
        {
            self.connections.remove(&connection);
        }
    }

    /// What comes next on a socket reaches the tab.
    pub(super) fn deliver(&mut self, connection: u32) {
        let Some(held) = self.connections.get_mut(&connection) else {
            return;
        };
        let tab = held.tab;
        match held.down.pop_front() {
            Some(Down::Frame(text)) => {
                let frame = ServerFrame::parse(&text)
                    .expect("the browser reads every frame that the server writes");
                self.on_tab(tab, |client, at| client.received(frame, at));
            }
            Some(Down::Close(code, reason)) => self.lose(connection, code, &reason),
            None => {}
        }
    }

    /// A socket that is being opened is open, or is refused.
    pub(super) fn accept(&mut self, id: u32) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let (tab, device) = (connection.tab, connection.device);
        if self.is_down() || self.is_offline(device) {
            return self.lose(id, BROKEN, "");
        }
        let early = self.rng.f64() / 2.0;
        let scope = &self.devices[device].scope;
        let socket = super::socket_driver::ServerSocket::accept(
            self.server,
            scope,
            self.now,
            early,
            self.behavior,
        );
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.is_opening = false;
            connection.socket = Some(socket);
        }
        self.on_tab(tab, Client::opened);
    }

    /// Lets time pass.
    pub(super) fn pass(&mut self, mut milliseconds: f64) {
        while milliseconds > 0.0 {
            let piece = milliseconds.min(TICK_MS);
            milliseconds -= piece;
            self.now += piece;
            self.server.pass(piece);
            self.tick_hub();
            self.wake_up(piece);
            self.heartbeat();
            let tabs: Vec<u32> = self.tabs.keys().copied().collect();
            for tab in tabs {
                self.tick(tab);
            }
        }
    }

    /// The hub ticks: it sends presence, typing and the news of other rooms.
    fn tick_hub(&mut self) {
        while self.next_tick <= self.now {
            self.server.ctx.hub.tick(&mut self.ticker);
            self.next_tick += HUB_TICK_MS;
        }
    }

    fn wake_up(&mut self, piece: f64) {
        for at in 0..self.devices.len() {
            let device = &mut self.devices[at];
            let Some(until) = device.asleep_until else {
                continue;
            };
            device.slept += piece;
            if until <= self.now {
                device.asleep_until = None;
                // The tab hears that it is visible again, or only that much time has passed.
                if self.rng.bool() {
                    self.probe_sockets(at);
                }
            }
        }
    }

    /// The tabs check whether their sockets live: somebody looks at them again, or their clock was set.
    pub(super) fn probe_sockets(&mut self, device: usize) {
        for tab in self.tabs_of(device) {
            self.on_tab(tab, Client::woke_up);
        }
    }

    pub(super) fn tabs_of(&self, device: usize) -> Vec<u32> {
        let tabs = self.tabs.iter().filter(|(_, tab)| tab.device == device);
        tabs.map(|(id, _)| *id).collect()
    }

    fn heartbeat(&mut self) {
        let (now, is_down) = (self.now, self.is_down());
        let mut dead = Vec::new();
        for (id, connection) in &mut self.connections {
            let is_heard = connection.is_held
                && !connection.is_silent_up
                && !connection.is_silent_down
                && self.devices[connection.device].asleep_until.is_none();
            let Some(socket) = connection.socket.as_mut().filter(|_| !is_down) else {
                continue;
            };
            socket.heartbeat(now);
            if is_heard {
                socket.pinged_at = None;
            } else if socket.pinged_at.is_some_and(|at| now - at >= PONG_MS) {
                dead.push(*id);
            }
        }
        for id in dead {
            self.end_connection(id, BROKEN, String::new());
        }
    }

    /// The server's end of a socket is no more.
    pub(super) fn end_connection(&mut self, id: u32, code: u16, reason: String) {
        if let Some(connection) = self.connections.get_mut(&id) {
            let dropped = connection
                .socket
                .as_ref()
                .map_or(0, |socket| socket.dropped());
            self.counters.drops += u64::from(dropped);
            connection.end(code, reason);
        }
        self.remove_if_gone(id);
    }

    fn tick(&mut self, id: u32) {
        let Some(device) = self.tabs.get(&id).map(|tab| tab.device) else {
            return;
        };
        if !self.is_awake(device) {
            return;
        }
        self.on_tab(id, Client::tick);
    }

    /// How long a request or its answer is on the way: mostly no time, sometimes long enough for
    /// much to change meanwhile.
    pub(super) fn latency(&mut self) -> f64 {
        match self.rng.u32(0..3) {
            0 => self.rng.f64() * 5_000.0,
            _ => 0.0,
        }
    }

    /// An answer reaches the tab that asked, if that is still there.
    pub(super) fn answer(&mut self, at: usize) {
        let Request {
            tab,
            number,
            ask,
            answer,
            ..
        } = self.requests.remove(at);
        let answer = answer.flatten();
        self.on_tab(tab, |client, at| client.answered(number, &ask, answer, at));
    }

    /// Records an event that no client can record.
    pub(super) fn record(&mut self, event: Event) {
        self.history.push(event);
    }
}
