//! The hub's one timer, which sends everything that is coalesced or throttled (`users_list`, `typing`,
//! `room_activity`), and visits dirty rooms only.

use super::inner::Inner;
use crate::clock::{Clock, Interval};
use crate::realtime::activity_budget::ActivityBudget;
use crate::realtime::channel::Due;
use crate::realtime::listener::Listener;
use crate::realtime::viewers::Viewers;
use crate::realtime::{Frame, Run, SocketKind, activity, locked};
use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// The throttle of `users_list` and `typing`; lists for a crowd are rarer (`channel.rs`).
const EVERY: Duration = Duration::from_millis(250);
/// Ticks from one shared beat of `room_activity` to the next.
const BEAT: u32 = (activity::EVERY.as_millis() / EVERY.as_millis()) as u32;

/// Ticks until `stop`, or until the hub is gone.
pub(super) async fn run(hub: Weak<Inner>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut interval = Interval::new(&clock, EVERY);
    let mut ticker = Ticker::default();
    loop {
        // The time it was due, not the time it ran, so that exactly a second lies between two beats.
        let now = tokio::select! {
            () = stop.cancelled() => return,
            now = interval.tick() => now,
        };
        let Some(inner) = hub.upgrade() else { return };
        // It may write to every socket, which would block a worker of the runtime for as long.
        let ticked = tokio::task::spawn_blocking(move || {
            ticker.tick(&inner, now);
            ticker
        });
        // A panic in one tick must not end all that follow.
        ticker = ticked.await.unwrap_or_else(|_| {
            tracing::error!("a tick panicked; what it had to say waits for the next change");
            Ticker::default()
        });
    }
}

/// The state that one tick leaves to the next.
#[derive(Debug)]
pub struct Ticker {
    /// Ticks since the last shared beat.
    part: u32,
    budget: ActivityBudget,
}

impl Default for Ticker {
    fn default() -> Self {
        Self {
            part: 0,
            budget: ActivityBudget::new(BEAT as usize),
        }
    }
}

impl Ticker {
    /// Sends everything that is due at `now`.
    pub(super) fn tick(&mut self, inner: &Inner, now: Instant) {
        let is_beat = self.part == 0;
        self.part = (self.part + 1) % BEAT;
        inner.tick(now, is_beat, &mut self.budget);
    }
}

impl Inner {
    /// Sends everything that is due at `now`.
    fn tick(&self, now: Instant, is_beat: bool, budget: &mut ActivityBudget) {
        let _aside = self.aside();
        for (room, who) in self.presence.expire(now) {
            self.announce_left(room, &who);
        }
        if is_beat {
            self.tell_availability(now);
        }
        let dirty = std::mem::take(&mut *locked(&self.dirty));
        let mut due = Vec::new();
        for room in budget.begin(dirty) {
            let Some(channel) = self.existing(room) else {
                continue;
            };
            let (tick, is_dirty) = {
                let mut channel = locked(&channel);
                let roster = || self.presence.roster(room);
                let tick = channel.tick(room, now, is_beat, budget, roster);
                (tick, channel.is_dirty())
            };
            if is_dirty {
                self.mark(room);
            }
            tick.listeners.send(&tick.frames);
            due.extend(tick.due);
        }
        if !due.is_empty() {
            self.announce(&due);
        }
    }

    /// Sends `room_activity` to `/ws` sockets, each about rooms that they may see and have not joined, or in which
    /// their person has read on another socket. All rooms of one socket are one write: on a busy server every
    /// room has activity for every socket outside it.
    fn announce(&self, due: &[Due]) {
        let watchers: Vec<Arc<Listener>> = {
            let sockets = locked(&self.sockets);
            sockets
                .open
                .iter()
                .filter(|l| l.kind == SocketKind::Many)
                .map(Arc::clone)
                .collect()
        };
        let news = due.iter().map(|due| News {
            online: self.presence.online(due.room),
            due,
            frames: HashMap::new(),
        });
        let (mut news, hidden): (Vec<_>, Vec<_>) =
            news.partition(|news| news.due.viewers.is_open());
        for news in hidden {
            self.announce_to_members(news);
        }
        let mut frames = Vec::with_capacity(news.len());
        for listener in watchers {
            frames.extend(news.iter_mut().filter_map(|news| news.for_one(&listener)));
            for run in Run::all(&frames) {
                listener.subscriber.try_send_run(&run);
            }
            frames.clear();
        }
    }
}

impl Inner {
    /// The same about a room that is not open, which is looked for among its members and not among all sockets.
    fn announce_to_members(&self, mut news: News<'_>) {
        let Viewers::Members(members) = &news.due.viewers else {
            return;
        };
        let watchers: Vec<Arc<Listener>> = {
            let sockets = locked(&self.sockets);
            let theirs = members.iter().flat_map(|member| sockets.of(*member));
            let watching = theirs.filter(|listener| listener.kind == SocketKind::Many);
            watching.map(Arc::clone).collect()
        };
        for listener in watchers {
            if let Some(frame) = news.for_one(&listener) {
                listener.subscriber.try_send(frame);
            }
        }
    }
}

/// The `room_activity` of one room, encoded once for each number of unread posts and mentions.
struct News<'d> {
    due: &'d Due,
    online: u32,
    /// By what is unread, and what of it mentions somebody: most sockets have the same count, so most share one encoding.
    frames: HashMap<(i64, i64), Frame>,
}

impl News<'_> {
    /// The frame for this socket, if it is concerned.
    fn for_one(&mut self, listener: &Listener) -> Option<Frame> {
        let &Due {
            room,
            posts,
            ref viewers,
            ref concerned,
            ..
        } = self.due;
        if !concerned.has(listener.person()) || !viewers.has(room, listener) {
            return None;
        }
        if listener.has_joined(room) && !concerned.names(listener.person()) {
            return None;
        }
        let unread = (listener.unread(room, posts), listener.mentions(room));
        let frame = self.frames.entry(unread);
        let frame = frame.or_insert_with(|| self.due.frame(unread, self.online));
        Some(frame.clone())
    }
}
