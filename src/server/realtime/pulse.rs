//! Heartbeats: one clock for all sockets, which says how far each room is and asks for a sign of life.
//!
//! *Invariant:* a socket that is served hears of this once in every interval, behind each frame that is
//! counted; one that stays silent for a whole `pong` after it was asked is given up. No socket has a timer
//! of its own, and a heartbeat wakes none of their tasks: that, ten thousand times over, is what an idle
//! server would do all day.

use super::hub::Inner;
use super::sockets::Listener;
use super::{Frame, Run, locked};
use parlour_protocol::{Heartbeat, RoomId, ServerFrame};
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// Parts of an interval. Sockets have their part by their id: a thousand that came together part again.
const PARTS: u32 = 64;

/// How often a socket is asked whether it is there, and for how long it may be silent then.
#[derive(Clone, Copy, Debug)]
pub struct Pulse {
    /// From one heartbeat to the next.
    pub every: Duration,
    /// From the first heartbeat that stays without a sign of life until the socket is given up.
    pub pong: Duration,
}

/// Beats until `stop`, or until the hub is gone.
pub(super) async fn run(hub: Weak<Inner>, pulse: Pulse, stop: CancellationToken) {
    let mut interval = tokio::time::interval(pulse.every / PARTS);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for part in (0..PARTS).cycle() {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = interval.tick() => {}
        }
        let Some(inner) = hub.upgrade() else { return };
        // A bug in one beat must not end all that follow.
        let beat = AssertUnwindSafe(|| inner.beat(part, pulse, Instant::now()));
        if catch_unwind(beat).is_err() {
            tracing::error!("a heartbeat panicked; the next is said in its time");
        }
    }
}

impl Inner {
    fn beat(&self, part: u32, pulse: Pulse, now: Instant) {
        self.give_up_silent(part, pulse, now);
        // Most sockets are in one room, so most share one encoding.
        let mut said = HashMap::new();
        for listener in self.part(part) {
            if listener.ask(now) {
                let heartbeat = said
                    .entry(listener.joined())
                    .or_insert_with_key(|rooms| self.heartbeat(rooms));
                say(&listener, heartbeat);
            }
        }
    }

    /// Says one to this socket alone.
    pub(super) fn beat_alone(&self, listener: &Listener) {
        say(listener, &self.heartbeat(&listener.joined()));
    }

    /// Those asked last in their turn who have been silent for too long since.
    fn give_up_silent(&self, part: u32, pulse: Pulse, now: Instant) {
        // The part that was asked just so long ago; or, where an answer may take longer than an
        // interval, the one whose turn it is.
        let parts = pulse.pong.as_secs_f64() / pulse.every.as_secs_f64() * f64::from(PARTS);
        // One more, since no clock is exact.
        let ago = parts.ceil() + 1.0;
        let ago = if ago < f64::from(PARTS) {
            ago as u32
        } else {
            0
        };
        for listener in self.part((part + PARTS - ago) % PARTS) {
            if listener
                .silent_since()
                .is_some_and(|asked| now >= asked + pulse.pong)
            {
                listener.subscriber.hang_up();
            }
        }
    }

    fn part(&self, part: u32) -> Vec<Arc<Listener>> {
        let sockets = locked(&self.sockets);
        let here = sockets.all.iter();
        here.filter(|(id, _)| id.0 % u64::from(PARTS) == u64::from(part))
            .map(|(_, listener)| Arc::clone(listener))
            .collect()
    }

    fn heartbeat(&self, joined: &[RoomId]) -> [Frame; 2] {
        let mut rooms = BTreeMap::new();
        for room in joined {
            if let Some(channel) = self.existing(*room) {
                rooms.insert(*room, locked(&channel).told);
            }
        }
        let heartbeat = ServerFrame::Heartbeat(Heartbeat { rooms });
        [Frame::from(heartbeat.encode()), Frame::ping()]
    }
}

fn say(listener: &Listener, heartbeat: &[Frame; 2]) {
    for run in Run::all(heartbeat) {
        listener.subscriber.try_send_run(&run);
    }
}
