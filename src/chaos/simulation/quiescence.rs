//! The end of a world: all faults end, time runs until nothing is under way, and
//! everybody is asked what they see.

use super::Counters;
use super::socket_driver::ServerSocket;
use super::world::World;
use crate::history::{Event, History, Shown};
use parlour_protocol::{Number, RoomId, UserId};
use parlour_server::messages::{self, View};
use parlour_server::rooms;
use std::collections::{BTreeMap, BTreeSet};

/// The longest that it may take to be quiescent, in the world's seconds.
const TIMEOUT_SECONDS: u32 = 20 * 60;
/// How long nothing may be under way before it counts as quiescent: more than two heartbeats.
const QUIET_SECONDS: u32 = 60;
/// Messages in one of the pages that make up the truth.
const PAGE: u32 = 100;

impl World<'_> {
    /// Lets time run until nothing is under way, twice; says why when it does not end.
    pub(super) async fn quiesce(&mut self) -> Option<String> {
        self.behavior.overloaded_every = 0;
        self.down_until = self.now;
        for device in &mut self.devices {
            device.storage.refuse(false);
            device.offline_until = self.now;
            device.asleep_until = device.asleep_until.map(|until| until.min(self.now));
        }
        for device in 0..self.devices.len() {
            if self.tabs_of(device).is_empty() {
                self.open_tab(device);
            }
        }
        let stuck = Box::pin(self.run_until_quiet()).await;
        if stuck.is_some() {
            return stuck;
        }
        self.final_writes();
        let stuck = Box::pin(self.run_until_quiet()).await;
        if stuck.is_some() {
            return stuck;
        }
        Box::pin(self.leave_for_good()).await;
        self.stale_presence()
    }

    /// Somebody goes for good, and the others hear of it when their grace is over.
    async fn leave_for_good(&mut self) {
        let device = self.rng.usize(0..self.devices.len());
        let tabs = self.tabs_of(device);
        let keeps_text = |tab: &u32| {
            let outbox = self.tabs[tab].client.outbox();
            !outbox.rooms().is_empty() || !outbox.outside(&[]).is_empty()
        };
        if tabs.iter().any(keeps_text) {
            return;
        }
        for tab in tabs {
            self.on_tab(tab, |client, _| client.finish());
            let Some(id) = self.tabs.remove(&tab).and_then(|tab| tab.connection) else {
                continue;
            };
            if let Some(connection) = self.connections.get_mut(&id) {
                connection.is_held = false;
                connection.down.clear();
            }
            self.remove_if_gone(id);
        }
        for _ in 0..10 {
            while Box::pin(self.network_step()).await {}
            self.pass(1_000.0);
        }
    }

    /// Whoever was last sent something else about presence than what is so.
    fn stale_presence(&self) -> Option<String> {
        let held = self
            .connections
            .values()
            .filter(|connection| connection.is_held);
        let mut socket = held.filter_map(|connection| connection.socket.as_ref());
        socket.find_map(ServerSocket::stale_presence)
    }

    /// Some last changes, perhaps lost: nothing follows that would show it, only a heartbeat does.
    fn final_writes(&mut self) {
        for connection in self.connections.values() {
            if let Some(socket) = connection.socket.as_ref().filter(|_| self.rng.bool()) {
                socket.drop_next(self.rng.u32(1..4));
            }
        }
        for _ in 0..self.rng.u32(1..4) {
            match self.rng.bool() {
                true => self.write(),
                false => self.change(),
            }
        }
    }

    async fn run_until_quiet(&mut self) -> Option<String> {
        let mut quiet = 0;
        for _ in 0..TIMEOUT_SECONDS {
            while Box::pin(self.network_step()).await {}
            let is_quiet = self.tabs.values().all(|tab| tab.client.is_idle());
            quiet = if is_quiet { quiet + 1 } else { 0 };
            if quiet > QUIET_SECONDS {
                return None;
            }
            self.pass(1_000.0);
        }
        let busy = self.tabs.values().filter(|tab| !tab.client.is_idle());
        let names: Vec<&str> = busy.map(|tab| tab.client.name()).collect();
        Some(format!(
            "After twenty minutes of rest {names:?} still wait."
        ))
    }

    /// A send that was refused, and is shown nowhere any more though nobody gave it up. It is no loss where it was stored
    /// before, and the tab took a page that has it: what was refused then was its repeat.
    pub(super) fn vanished_refusal(&self) -> Option<String> {
        let (mut refused, mut settled) = (BTreeSet::new(), BTreeSet::new());
        let (mut stored, mut pages) = (BTreeMap::new(), Vec::new());
        for event in &self.history.events {
            match event {
                Event::Refused { client, key, .. } => {
                    refused.insert((client.as_str(), key.as_str()));
                }
                Event::Acknowledged { key, .. } | Event::Discarded { key, .. } => {
                    settled.insert(key.as_str());
                }
                Event::Received { room, seq, key, .. } => {
                    stored.insert(key.as_str(), (*room, *seq));
                }
                Event::TookPage { client, room, seq } => {
                    pages.push((client.as_str(), *room, *seq));
                }
                _ => {}
            }
        }
        let is_on_a_page = |client: &str, key: &str| {
            let at = stored.get(key);
            at.is_some_and(|(room, seq)| {
                let mut pages = pages.iter();
                pages.any(|page| page.0 == client && page.1 == *room && page.2 >= *seq)
            })
        };
        refused.retain(|(client, key)| !is_on_a_page(client, key));
        refused.retain(|(_, key)| !settled.contains(key));
        let is_shown = |key: &str| {
            let mut tabs = self.tabs.values();
            tabs.any(|tab| tab.client.outbox().contains(key))
        };
        let mut gone = refused.into_iter().filter(|(_, key)| !is_shown(key));
        let (client, key) = gone.next()?;
        Some(format!(
            "{key:?} was refused, and {client} cannot find its text any more."
        ))
    }

    /// A room that a tab calls otherwise than the server does.
    pub(super) fn misnamed_room(&self) -> Option<String> {
        let rooms = self.rooms.iter().filter(|room| !room.is_deleted);
        let held = rooms.flat_map(|room| {
            let tabs = self.tabs.values().map(|tab| &tab.client);
            tabs.filter_map(move |client| Some((client, room, client.room_name(room.id)?)))
        });
        let mut misnamed = held.filter(|(_, room, name)| room.name != *name);
        let (client, room, name) = misnamed.next()?;
        Some(format!(
            "{} calls the room {name:?} that is called {:?}.",
            client.name(),
            room.name
        ))
    }

    /// A tab that calls its own person, or somebody who is there, otherwise than the server does.
    pub(super) fn misnamed_person(&self) -> Option<String> {
        let names = self.devices.iter();
        let names: BTreeMap<UserId, &str> = names
            .map(|device| (device.user, device.called.as_str()))
            .collect();
        let tabs = self.tabs.values().map(|tab| &tab.client);
        let shown = tabs.flat_map(|client| {
            let people = client.people_shown().into_iter();
            people.map(move |(id, name)| (client.name(), id, name))
        });
        let mut misnamed =
            shown.filter(|(_, id, name)| names.get(id).is_some_and(|known| known != name));
        let (client, id, name) = misnamed.next()?;
        let known = names.get(&id).copied().unwrap_or_default();
        Some(format!(
            "{client} calls somebody {name:?} who is called {known:?}."
        ))
    }

    /// A room that is listed in a tab as something else than what it is to its person.
    pub(super) async fn misjudged_room(&self) -> Option<String> {
        for tab in self.tabs.values() {
            let scope = &self.devices[tab.device].scope;
            let list = rooms::list(&self.server.ctx, scope).await;
            let list = list.expect("the database answers");
            for entry in list {
                let (id, is_member) = (entry.room.id, entry.is_member);
                let shown = tab.client.membership(id);
                if shown.is_some_and(|shown| shown != is_member) {
                    let name = tab.client.name();
                    return Some(format!(
                        "{name} does not show that the membership of room {id} is {is_member}."
                    ));
                }
            }
        }
        None
    }

    /// Everything that was seen, and the truth at the end. The world's rooms go with it.
    pub(super) async fn end(mut self) -> (History, Counters) {
        let tabs: Vec<u32> = self.tabs.keys().copied().collect();
        for tab in tabs {
            self.on_tab(tab, |client, _| client.finish());
        }
        for at in 0..self.rooms.len() {
            if self.rooms[at].is_deleted {
                continue;
            }
            let room = self.rooms[at].id;
            let rows = Box::pin(self.truth(room)).await;
            self.record(Event::Page { room: room.0, rows });
        }
        let dropped = self
            .connections
            .values()
            .filter_map(|connection| connection.socket.as_ref());
        self.counters.drops += dropped
            .map(|socket| u64::from(socket.dropped()))
            .sum::<u64>();
        let maker = &self.server.people[0];
        for room in self.rooms.iter().filter(|room| !room.is_deleted) {
            let deleted = rooms::delete(&self.server.ctx, maker, room.id).await;
            deleted.expect("who made a room may delete it");
        }
        (self.history, self.counters)
    }

    /// A room as fresh pages show it, from its beginning to its end.
    async fn truth(&self, room: RoomId) -> Vec<Shown> {
        let (mut rows, mut after) = (Vec::new(), Number::ZERO);
        loop {
            let scope = &self.server.people[0];
            let page = messages::history(&self.server.ctx, scope, room, View::After(after), PAGE);
            let page = page.await.expect("the database answers");
            let page = self.as_delivered_page(page);
            let has_newer = page.has_newer;
            for message in page.messages {
                after = message.number;
                rows.push(Shown::of(&message));
            }
            if !has_newer {
                return rows;
            }
        }
    }
}
