//! The end of a world: everything is whole again, time runs until nothing is under way, and
//! everybody is asked what they see.

use super::Figures;
use super::serving::Served;
use super::world::World;
use crate::history::{Event, History, Shown};
use parlour_protocol::{Number, RoomId};
use parlour_server::messages::{self, View};
use parlour_server::rooms;
use std::collections::BTreeSet;

/// Nothing may take longer than this to come to rest, in the world's seconds.
const TIMEOUT_SECONDS: u32 = 20 * 60;
/// So long has to be nothing but quiet: more than two heartbeats.
const QUIET_SECONDS: u32 = 60;
/// Messages in one of the pages that make up the truth.
const PAGE: u32 = 100;

impl World<'_> {
    /// Lets time run until nothing is under way, twice; says why when it does not end.
    pub(super) async fn come_to_rest(&mut self) -> Option<String> {
        self.manners.overloaded_every = 0;
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
        let stuck = Box::pin(self.rest()).await;
        if stuck.is_some() {
            return stuck;
        }
        self.last_words();
        let stuck = Box::pin(self.rest()).await;
        if stuck.is_some() {
            return stuck;
        }
        Box::pin(self.go_away()).await;
        self.misinformed()
    }

    /// Somebody goes for good, and the others hear of it when their grace is over.
    async fn go_away(&mut self) {
        let device = self.chance.usize(0..self.devices.len());
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
            let Some(id) = self.tabs.remove(&tab).and_then(|tab| tab.line) else {
                continue;
            };
            if let Some(line) = self.lines.get_mut(&id) {
                line.is_held = false;
                line.down.clear();
            }
            self.forget_gone(id);
        }
        for _ in 0..10 {
            while Box::pin(self.move_on()).await {}
            self.pass(1_000.0);
        }
    }

    /// Somebody who was last told something else than what is so.
    fn misinformed(&self) -> Option<String> {
        let held = self.lines.values().filter(|line| line.is_held);
        let mut served = held.filter_map(|line| line.served.as_ref());
        served.find_map(Served::misinformed)
    }

    /// What is lost now is followed by nothing that would show it: only a heartbeat does.
    fn last_words(&mut self) {
        for line in self.lines.values() {
            if let Some(served) = line.served.as_ref().filter(|_| self.chance.bool()) {
                served.drop_next(self.chance.u32(1..4));
            }
        }
        for _ in 0..self.chance.u32(1..4) {
            match self.chance.bool() {
                true => self.write(),
                false => self.change(),
            }
        }
    }

    async fn rest(&mut self) -> Option<String> {
        let mut quiet = 0;
        for _ in 0..TIMEOUT_SECONDS {
            while Box::pin(self.move_on()).await {}
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

    /// A send that was refused, and is shown nowhere any more though nobody gave it up.
    pub(super) fn forgotten(&self) -> Option<String> {
        let (mut refused, mut settled) = (BTreeSet::new(), BTreeSet::new());
        for event in &self.history.events {
            match event {
                Event::Refused { client, key, .. } => {
                    refused.insert((client.as_str(), key.as_str()));
                }
                Event::Acknowledged { key, .. } | Event::Discarded { key, .. } => {
                    settled.insert(key.as_str());
                }
                _ => {}
            }
        }
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

    /// Everything that was seen, and the truth at the end. The world's rooms go with it.
    pub(super) async fn end(mut self) -> (History, Figures) {
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
            self.tell(Event::Page { room: room.0, rows });
        }
        let dropped = self.lines.values().filter_map(|line| line.served.as_ref());
        self.figures.drops += dropped
            .map(|served| u64::from(served.dropped()))
            .sum::<u64>();
        let maker = &self.bench.people[0];
        for place in self.rooms.iter().filter(|place| !place.is_deleted) {
            let deleted = rooms::delete(&self.bench.ctx, maker, place.id).await;
            deleted.expect("who made a room may delete it");
        }
        (self.history, self.figures)
    }

    /// A room as fresh pages show it, from its beginning to its end.
    async fn truth(&self, room: RoomId) -> Vec<Shown> {
        let (mut rows, mut after) = (Vec::new(), Number::ZERO);
        loop {
            let scope = &self.bench.people[0];
            let page = messages::history(&self.bench.ctx, scope, room, View::After(after), PAGE);
            let page = page.await.expect("the database answers");
            let page = self.as_told(page);
            let has_newer = page.has_newer;
            for message in page.messages {
                after = message.number;
                rows.push(Shown {
                    number: message.number.0,
                    key: Some(message.client_id),
                    content: message.content,
                    deleted: message.deleted,
                });
            }
            if !has_newer {
                return rows;
            }
        }
    }
}
