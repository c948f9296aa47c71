//! Local fan-out: rooms, the sockets that listen to them, and what is coalesced for them.
//!
//! *Invariant:* locks are taken in this order, and only downwards: the map of channels, one channel,
//! then presence, a listener or the set of dirty rooms. The sockets are locked alone, or before a
//! listener. Whoever is in a channel is in one that the map holds; and nothing here ever waits.

mod delivery;
mod inner;
mod pulse;
mod socket;
mod ticker;

pub use pulse::Pulse;
pub use socket::{NameTaken, Socket};
pub use ticker::Ticker;

use super::listener::Listener;
use super::{
    Broker, Closing, Event, LocalBroker, LocalPresence, Presence, SocketKind, Subscriber, locked,
};
use crate::clock::{Clock, timeout};
use crate::events::Publication;
use inner::Inner;
use parlour_protocol::{RoomId, Roster, Seq, UserId};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// How long a server that goes away waits for what its sockets have under way. While it does, the
/// next one waits for the database.
const DRAIN: Duration = Duration::from_secs(1);
/// How long it lets them hear the close frame; whoever has not by then finds the connection gone.
const GOODBYE: Duration = Duration::from_secs(1);
/// The longest that a client is asked to stay away while the server restarts.
const RETRY_MS: u64 = 1_000;

/// Everybody who listens on this server. A clone is another handle to the same hub.
#[derive(Clone)]
pub struct Hub {
    inner: Arc<Inner>,
}

impl Hub {
    /// A hub of one process with nobody in it. Somebody who comes back within `reload_grace` of
    /// their own going, or within `restart_grace` of this start, was never away. Its ticker runs
    /// until [`Hub::drain`], or until the last handle is dropped.
    pub fn start(clock: Arc<dyn Clock>, reload_grace: Duration, restart_grace: Duration) -> Self {
        let broker = Arc::new(LocalBroker::default());
        let presence = Arc::new(LocalPresence::new(reload_grace));
        Self::with(clock, broker, presence, restart_grace)
    }

    /// A hub over other means.
    pub fn with(
        clock: Arc<dyn Clock>,
        broker: Arc<dyn Broker>,
        presence: Arc<dyn Presence>,
        restart_grace: Duration,
    ) -> Self {
        let inner = Arc::new(Inner {
            channels: RwLock::default(),
            sockets: Mutex::default(),
            presence,
            dirty: Mutex::default(),
            closed: Notify::new(),
            returning_until: clock.monotonic() + restart_grace,
            conversations: TaskTracker::new(),
            broker: Arc::clone(&broker),
            stop: CancellationToken::new(),
            clock: Arc::clone(&clock),
        });
        let receiver = Arc::downgrade(&inner);
        broker.subscribe(Box::new(move |events| {
            if let Some(inner) = receiver.upgrade() {
                inner.deliver(events);
            }
        }));
        let (hub, stop) = (Arc::downgrade(&inner), inner.stop.clone());
        tokio::spawn(ticker::run(hub, clock, stop));
        Self { inner }
    }

    /// Asks every socket that is served, in turn, for signs of life, until [`Hub::drain`].
    pub fn keep_pulse(&self, pulse: Pulse) {
        let (hub, stop) = (Arc::downgrade(&self.inner), self.inner.stop.clone());
        let clock = Arc::clone(&self.inner.clock);
        tokio::spawn(pulse::run(hub, clock, pulse, stop));
    }

    /// Says what is due now, as every quarter of a second: for a world whose clock nobody waits on.
    pub fn tick(&self, ticker: &mut Ticker) {
        ticker.tick(&self.inner, self.inner.clock.monotonic());
    }

    /// Says where a room stands when the server starts, so that `room_activity` and heartbeats are
    /// right before anything happens in it.
    pub fn learn(&self, room: RoomId, seq: Seq, posts: i64) {
        self.inner.with_channel(room, |channel| {
            channel.reached(seq, Some(posts));
            channel.told = seq;
        });
    }

    /// Tells everybody whom it concerns.
    pub fn publish(&self, publication: Publication) {
        self.publish_all([publication]);
    }

    /// Tells several things in their order, each room in one go. It waits for nobody, but takes the
    /// time of a system call for every socket that it concerns; the writer's thread for it calls it in
    /// commit order.
    pub fn publish_all(&self, publications: impl IntoIterator<Item = Publication>) {
        let events = publications.into_iter().map(Event::new).collect();
        self.inner.broker.publish(events);
    }

    /// A socket was opened. While draining it is told to come back later at once.
    pub fn open(&self, kind: SocketKind, subscriber: Arc<dyn Subscriber>) -> Socket {
        let mut sockets = locked(&self.inner.sockets);
        let listener = sockets.open(kind, subscriber);
        if sockets.is_draining {
            go_away(&listener);
        }
        drop(sockets);
        Socket::new(Arc::clone(&self.inner), listener)
    }

    /// Who is in a room now: at most 200 names, ordered, and the exact count.
    pub fn roster(&self, room: RoomId) -> Roster {
        self.inner.presence.roster(room)
    }

    /// How many people are in a room now.
    pub fn online(&self, room: RoomId) -> u32 {
        self.inner.presence.online(room)
    }

    /// How many sockets are open.
    pub fn sockets(&self) -> usize {
        locked(&self.inner.sockets).open.len()
    }

    /// The name of somebody who is connected right now (grace does not count) and whose name has this
    /// skeleton.
    pub fn holder(&self, skeleton: &str, except: Option<UserId>) -> Option<Arc<str>> {
        locked(&self.inner.sockets).holder(skeleton, except)
    }

    /// Whether somebody is connected right now.
    pub fn is_online(&self, user: UserId) -> bool {
        locked(&self.inner.sockets).who(user).is_some()
    }

    /// Held by a socket's task for as long as it runs: [`Hub::goodbyes`] waits for it.
    pub fn conversation(&self) -> TaskTrackerToken {
        self.inner.conversations.token()
    }

    /// Tells every socket to come back later (4000) and waits, 1 s at most, until none of them does
    /// anything any more. Nobody is said to have left: the next server will see them again.
    pub async fn drain(&self) {
        self.inner.stop.cancel();
        {
            let mut sockets = locked(&self.inner.sockets);
            sockets.is_draining = true;
            sockets.open.iter().for_each(|listener| go_away(listener));
        }
        let all_gone = async {
            loop {
                let closed = self.inner.closed.notified();
                tokio::pin!(closed);
                closed.as_mut().enable();
                if self.sockets() == 0 {
                    break;
                }
                closed.await;
            }
        };
        if timeout(&*self.inner.clock, DRAIN, all_gone).await.is_none() {
            tracing::warn!(left = self.sockets(), "sockets were still busy");
        }
    }

    /// After [`Hub::drain`]: waits, 1 s at most, until everybody has heard the close frame.
    pub async fn goodbyes(&self) {
        self.inner.conversations.close();
        let heard = self.inner.conversations.wait();
        if timeout(&*self.inner.clock, GOODBYE, heard).await.is_none() {
            let left = self.inner.conversations.len();
            tracing::info!(left, "some sockets did not listen to the end");
        }
    }
}

/// Spread over the ids, so that a thousand sockets do not come back in one instant.
fn go_away(listener: &Listener) {
    let jitter = listener.id.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    listener
        .subscriber
        .close(Closing::going_away(jitter % (RETRY_MS + 1)));
}
