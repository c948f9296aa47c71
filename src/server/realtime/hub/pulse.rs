//! Heartbeats: one clock for all sockets, which says how far each room is and asks for a sign of life.
//!
//! *Invariant:* a socket that is served hears of this once in every interval, behind each frame that is
//! counted; one that stays silent for a whole `pong` after it was asked is given up. No socket has a timer
//! of its own, and a heartbeat wakes none of their tasks: that, ten thousand times over, is what an idle
//! server would do all day.

use super::inner::Inner;
use crate::clock::{Clock, Interval};
use crate::realtime::listener::{Listener, Rooms};
use crate::realtime::open::PARTS;
use crate::realtime::{Frame, Run, locked};
use parlour_protocol::{Heartbeat, RoomId, ServerFrame};
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How often a socket is asked whether it is there, and for how long it may be silent then.
#[derive(Clone, Copy, Debug)]
pub struct Pulse {
    /// From one heartbeat to the next.
    pub every: Duration,
    /// From the first heartbeat that stays without a sign of life until the socket is given up.
    pub pong: Duration,
}

/// Beats until `stop`, or until the hub is gone.
pub(super) async fn run(
    hub: Weak<Inner>,
    clock: Arc<dyn Clock>,
    pulse: Pulse,
    stop: CancellationToken,
) {
    let mut interval = Interval::new(&clock, pulse.every / PARTS);
    for part in (0..PARTS).cycle() {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = interval.tick() => {}
        }
        let Some(inner) = hub.upgrade() else { return };
        // A bug in one beat must not end all that follow.
        let beat = AssertUnwindSafe(|| inner.beat(part, pulse, clock.monotonic()));
        if catch_unwind(beat).is_err() {
            tracing::error!("a heartbeat panicked; the next is said in its time");
        }
    }
}

impl Inner {
    fn beat(&self, part: u32, pulse: Pulse, now: Instant) {
        self.give_up_silent(part, pulse, now);
        // Most sockets are in one room, so most share one encoding.
        let mut together: HashMap<Rooms, Vec<Arc<Listener>>> = HashMap::new();
        let asked = locked(&self.sockets).open.part(part).to_vec();
        for listener in asked {
            if listener.ask(now) {
                let rooms = together.entry(listener.joined()).or_default();
                rooms.push(listener);
            }
        }
        for (rooms, listeners) in together {
            say(&self.heartbeat(&rooms), listeners.iter().map(Arc::as_ref));
        }
    }

    /// Says one to this socket alone.
    pub(super) fn beat_alone(&self, listener: &Listener) {
        say(&self.heartbeat(&listener.joined()), [listener]);
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
        let is_given_up = |listener: &&Arc<Listener>| {
            let asked = listener.silent_since();
            asked.is_some_and(|asked| now >= asked + pulse.pong)
        };
        let silent: Vec<_> = {
            let sockets = locked(&self.sockets);
            let part = sockets.open.part((part + PARTS - ago) % PARTS).iter();
            part.filter(is_given_up).map(Arc::clone).collect()
        };
        for listener in silent {
            listener.subscriber.hang_up();
        }
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

/// To all of these, in one piece.
fn say<'a>(heartbeat: &[Frame; 2], listeners: impl IntoIterator<Item = &'a Listener> + Clone) {
    for run in Run::all(heartbeat) {
        for listener in listeners.clone() {
            listener.subscriber.try_send_run(&run);
        }
    }
}
