//! The hub's one clock: everything coalesced is said here, in dirty rooms only.

use super::inner::Inner;
use crate::clock::{Clock, Interval};
use crate::realtime::channel::Due;
use crate::realtime::listener::Listener;
use crate::realtime::ration::Ration;
use crate::realtime::{Frame, Run, SocketKind, activity, locked};
use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// `users_list` and `typing` come at most this often, lists for a crowd more rarely.
const EVERY: Duration = Duration::from_millis(250);
/// Each so many ticks is a beat.
const BEAT: u32 = (activity::EVERY.as_millis() / EVERY.as_millis()) as u32;

/// Ticks until `stop`, or until the hub is gone.
pub(super) async fn run(hub: Weak<Inner>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut interval = Interval::new(&clock, EVERY);
    let mut ticker = Ticker::default();
    loop {
        // When it was to be, so that a second lies between one beat and the next.
        let now = tokio::select! {
            () = stop.cancelled() => return,
            now = interval.tick() => now,
        };
        let Some(inner) = hub.upgrade() else { return };
        // It may write to every socket there is, which the tasks of those must not have to wait for.
        let ticked = tokio::task::spawn_blocking(move || {
            ticker.tick(&inner, now);
            ticker
        });
        // A bug in one tick must not end all that follow.
        ticker = ticked.await.unwrap_or_else(|_| {
            tracing::error!("a tick panicked; what it had to say waits for the next change");
            Ticker::default()
        });
    }
}

/// What the hub says from time to time, one tick after the other.
#[derive(Debug)]
pub struct Ticker {
    /// Ticks since the last beat.
    part: u32,
    ration: Ration,
}

impl Default for Ticker {
    fn default() -> Self {
        Self {
            part: 0,
            ration: Ration::new(BEAT as usize),
        }
    }
}

impl Ticker {
    /// Says everything that is due at `now`.
    pub(super) fn tick(&mut self, inner: &Inner, now: Instant) {
        let is_beat = self.part == 0;
        self.part = (self.part + 1) % BEAT;
        inner.tick(now, is_beat, &mut self.ration);
    }
}

impl Inner {
    /// Says everything that is due at `now`.
    fn tick(&self, now: Instant, is_beat: bool, ration: &mut Ration) {
        for (room, who) in self.presence.expire(now) {
            self.went(room, &who);
        }
        let dirty = std::mem::take(&mut *locked(&self.dirty));
        let mut due = Vec::new();
        for room in ration.begin(dirty) {
            let Some(channel) = self.existing(room) else {
                continue;
            };
            let (tick, is_dirty) = {
                let mut channel = locked(&channel);
                let roster = || self.presence.roster(room);
                let tick = channel.tick(room, now, is_beat, ration, roster);
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

    /// Tells `/ws` sockets about rooms they may see but have not joined, or in which their person has read
    /// on elsewhere: each of them of all rooms in one write, for in a busy house every room has something to
    /// say to everybody who is not in it.
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
        let mut news = Vec::with_capacity(due.len());
        for due in due {
            news.push(News {
                online: self.presence.online(due.room),
                due,
                frames: HashMap::new(),
            });
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

/// What is said outside about one room.
struct News<'d> {
    due: &'d Due,
    online: u32,
    /// By what is unread: most sockets have the same count, so most share one encoding.
    frames: HashMap<i64, Frame>,
}

impl News<'_> {
    /// What a socket is told, if it concerns it.
    fn for_one(&mut self, listener: &Listener) -> Option<Frame> {
        let &Due {
            room,
            posts,
            ref concerned,
            ..
        } = self.due;
        if !concerned.has(listener.person()) {
            return None;
        }
        if listener.has_joined(room) && !concerned.names(listener.person()) {
            return None;
        }
        let unread = listener.unread(room, posts);
        let frame = self.frames.entry(unread);
        let frame = frame.or_insert_with(|| self.due.frame(unread, self.online));
        Some(frame.clone())
    }
}
