//! The hub's one clock: everything coalesced is said here, in dirty rooms only.

use super::channel::Due;
use super::hub::Inner;
use super::sockets::Listener;
use super::{Frame, SocketKind, locked};
use parlour_protocol::{RoomActivity, ServerFrame};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// `users_list` and `typing` come at most this often, lists for a crowd more rarely.
const EVERY: Duration = Duration::from_millis(250);

/// Ticks until `stop`, or until the hub is gone.
pub(super) async fn run(hub: Weak<Inner>, stop: CancellationToken) {
    let mut interval = tokio::time::interval(EVERY);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = interval.tick() => {}
        }
        let Some(inner) = hub.upgrade() else { return };
        // A bug in one tick must not end all that follow.
        if catch_unwind(AssertUnwindSafe(|| inner.tick(Instant::now()))).is_err() {
            tracing::error!("a tick panicked; what it had to say waits for the next change");
        }
    }
}

/// Rooms announced in one tick, a quarter of what a socket's queue holds; the others wait for the
/// next tick, so that many rooms at once throw nobody out.
const ROOMS_A_TICK: usize = 64;

impl Inner {
    /// Says everything that is due at `now`.
    pub(super) fn tick(&self, now: Instant) {
        for (room, who) in self.presence.expire(now) {
            self.went(room, &who);
        }
        let dirty = std::mem::take(&mut *locked(&self.dirty));
        let mut due = Vec::new();
        for room in dirty {
            if due.len() >= ROOMS_A_TICK {
                self.mark(room);
                continue;
            }
            let Some(channel) = self.existing(room) else {
                continue;
            };
            let (tick, is_dirty) = {
                let mut channel = locked(&channel);
                let tick = channel.tick(room, now, || self.presence.roster(room));
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

    /// Tells `/ws` sockets about rooms they may see but have not joined.
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
        for due in due {
            let online = self.presence.online(due.room);
            // Most sockets have the same count, so most share one encoding.
            let mut frames: HashMap<i64, Frame> = HashMap::new();
            for listener in watchers.iter().filter(|l| due.audience.has(l.person())) {
                let Some(unread) = listener.unread(due.room, due.posts) else {
                    continue;
                };
                let frame = frames.entry(unread).or_insert_with(|| {
                    let (room_id, seq) = (due.room, due.seq);
                    let frame = ServerFrame::RoomActivity(RoomActivity {
                        room_id,
                        seq,
                        unread,
                        online,
                    });
                    Frame::from(frame.encode())
                });
                listener.subscriber.try_send(frame.clone());
            }
        }
    }
}
