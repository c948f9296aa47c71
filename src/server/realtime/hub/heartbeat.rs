//! Heartbeats: one timer for all sockets, which sends each the `seq` of its rooms and streams, and a ping.
//!
//! *Invariant:* a socket that is served gets one heartbeat in every interval, behind every frame that the
//! heartbeat counts; one that sends nothing for `pong_timeout` after a heartbeat is dropped. No socket has a
//! timer of its own, and a heartbeat wakes none of their tasks: with ten thousand idle sockets that is all
//! an idle server would do.

use super::inner::Inner;
use super::streams::StreamSeqs;
use crate::clock::{Clock, Interval};
use crate::realtime::heartbeat_buckets::BUCKETS;
use crate::realtime::listener::{Listener, Rooms};
use crate::realtime::{Frame, Run, locked};
use parlour_protocol::{Heartbeat, RoomId, ServerFrame};
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How often heartbeats are sent, and how long a socket may be silent after one.
#[derive(Clone, Copy, Debug)]
pub struct HeartbeatTiming {
    /// From one heartbeat of a socket to the next.
    pub interval: Duration,
    /// From the first heartbeat after which a socket sent nothing, until it is dropped.
    pub pong_timeout: Duration,
}

/// Sends heartbeats, one bucket of sockets after the other, until `stop`, or until the hub is dropped.
pub(super) async fn run(
    hub: Weak<Inner>,
    clock: Arc<dyn Clock>,
    timing: HeartbeatTiming,
    stop: CancellationToken,
) {
    let mut interval = Interval::new(&clock, timing.interval / BUCKETS);
    for bucket in (0..BUCKETS).cycle() {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = interval.tick() => {}
        }
        let Some(inner) = hub.upgrade() else { return };
        // A panic in one heartbeat must not end all that follow.
        let sent = AssertUnwindSafe(|| inner.send_heartbeats(bucket, timing, clock.monotonic()));
        if catch_unwind(sent).is_err() {
            tracing::error!("a heartbeat panicked; the next is sent in its time");
        }
    }
}

impl Inner {
    fn send_heartbeats(&self, bucket: u32, timing: HeartbeatTiming, now: Instant) {
        self.drop_silent(bucket, timing, now);
        let _aside = self.aside();
        // Most sockets are in one room, and nothing was done for long by many: those share one encoding.
        let mut alike: HashMap<(Rooms, Option<StreamSeqs>), Vec<Arc<Listener>>> = HashMap::new();
        let listeners = {
            let sockets = locked(&self.sockets);
            let listeners = sockets.open.bucket(bucket).iter();
            let with_streams = |one: &Arc<Listener>| (Arc::clone(one), self.streams(one, &sockets));
            listeners.map(with_streams).collect::<Vec<_>>()
        };
        for (listener, streams) in listeners {
            if listener.expect_pong(now) {
                let alike = alike.entry((listener.joined(), streams)).or_default();
                alike.push(listener);
            }
        }
        for ((rooms, streams), listeners) in alike {
            let heartbeat = self.heartbeat(&rooms, streams);
            send(&heartbeat, listeners.iter().map(Arc::as_ref));
        }
    }

    /// Sends one heartbeat to this socket alone.
    pub(super) fn send_heartbeat_to(&self, listener: &Listener) {
        let _aside = self.aside();
        let streams = self.streams_of(listener);
        send(&self.heartbeat(&listener.joined(), streams), [listener]);
    }

    /// Drops the sockets that have sent nothing for `pong_timeout`, looked for in one bucket only.
    fn drop_silent(&self, bucket: u32, timing: HeartbeatTiming, now: Instant) {
        // The bucket whose heartbeat was just that long ago; or, where the timeout is longer than an
        // interval, the one whose turn it is.
        let buckets =
            timing.pong_timeout.as_secs_f64() / timing.interval.as_secs_f64() * f64::from(BUCKETS);
        // One more, since no clock is exact.
        let ago = buckets.ceil() + 1.0;
        let ago = if ago < f64::from(BUCKETS) {
            ago as u32
        } else {
            0
        };
        let is_dead = |listener: &&Arc<Listener>| {
            let since = listener.silent_since();
            since.is_some_and(|since| now >= since + timing.pong_timeout)
        };
        let silent: Vec<_> = {
            let sockets = locked(&self.sockets);
            let bucket = (bucket + BUCKETS - ago) % BUCKETS;
            let listeners = sockets.open.bucket(bucket).iter();
            listeners.filter(is_dead).map(Arc::clone).collect()
        };
        for listener in silent {
            listener.subscriber.hang_up();
        }
    }

    fn heartbeat(&self, joined: &[RoomId], streams: Option<StreamSeqs>) -> [Frame; 2] {
        let mut rooms = BTreeMap::new();
        for room in joined {
            if let Some(channel) = self.existing(*room) {
                rooms.insert(*room, locked(&channel).delivered_seq);
            }
        }
        let heartbeat = ServerFrame::Heartbeat(Heartbeat {
            rooms,
            house: streams.map(|streams| streams.house),
            me: streams.and_then(|streams| streams.me),
        });
        [Frame::from(heartbeat.encode()), Frame::ping()]
    }
}

/// Sends both frames to each of these, in one write.
fn send<'a>(heartbeat: &[Frame; 2], listeners: impl IntoIterator<Item = &'a Listener> + Clone) {
    for run in Run::all(heartbeat) {
        for listener in listeners.clone() {
            listener.subscriber.try_send_run(&run);
        }
    }
}
