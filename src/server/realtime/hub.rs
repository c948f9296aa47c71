//! Local fan-out: rooms, the sockets that listen to them, and what is coalesced for them.
//!
//! *Invariant:* locks are taken in this order only: the asides, the map of channels, one channel, then presence, a
//! listener or the set of dirty rooms. The sockets are locked alone, or before a listener. A listener is
//! only ever in a channel that the map holds, and in one of a room that is not open only while its person is a member.
//! Nothing here blocks.

mod availability;
mod delivery;
mod heartbeat;
mod hiding;
mod inner;
mod mentioning;
mod sessions;
mod socket;
mod streams;
mod ticker;

pub use heartbeat::HeartbeatTiming;
pub use socket::{NotIdentified, Socket};
pub use streams::StreamSeqs;
pub use ticker::Ticker;

use super::listener::Listener;
use super::viewers::Viewers;
use super::{
    Broker, Closing, Event, LocalBroker, LocalPresence, Presence, SocketKind, Subscriber, locked,
};
use crate::clock::{Clock, timeout};
use crate::events::Publication;
use inner::Inner;
use parlour_protocol::{Room, RoomId, RoomRules, Roster, Seq, UserId};
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// How long a graceful shutdown waits for commands that sockets have under way. The next process waits for
/// the database meanwhile.
const DRAIN: Duration = Duration::from_secs(1);
/// How long it then waits for sockets to take the close frame, before they are dropped.
const CLOSE: Duration = Duration::from_secs(1);
/// The longest time, in milliseconds, that a client is asked to stay away while the server restarts.
const RETRY_MS: u64 = 1_000;
/// Milliseconds in which the answer with a new cookie has reached the browser whose other tabs are asked to come back.
const COOKIE_MS: u64 = 500;

/// The fan-out of this process. A clone is another handle to the same hub.
#[derive(Clone)]
pub struct Hub {
    inner: Arc<Inner>,
}

impl Hub {
    /// An empty hub of one process. A person who is back within `reload_grace` of their last socket, or
    /// within `restart_grace` of this start, is not announced as having left or joined. Its ticker runs until
    /// [`Hub::drain`], or until the last handle is dropped.
    pub fn start(clock: Arc<dyn Clock>, reload_grace: Duration, restart_grace: Duration) -> Self {
        let broker = Arc::new(LocalBroker::default());
        let presence = Arc::new(LocalPresence::new(reload_grace));
        Self::with(clock, broker, presence, restart_grace)
    }

    /// The same over another broker and presence.
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
            dots: Mutex::default(),
            asides: RwLock::default(),
            house: AtomicI64::default(),
            is_closed_to_guests: AtomicBool::default(),
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

    /// Sends heartbeats to every socket that is served, until [`Hub::drain`].
    pub fn start_heartbeats(&self, timing: HeartbeatTiming) {
        let (hub, stop) = (Arc::downgrade(&self.inner), self.inner.stop.clone());
        let clock = Arc::clone(&self.inner.clock);
        tokio::spawn(heartbeat::run(hub, clock, timing, stop));
    }

    /// Sends what is due now, as the ticker does every 250 ms: for a simulation, whose clock no task waits on.
    pub fn tick(&self, ticker: &mut Ticker) {
        ticker.tick(&self.inner, self.inner.clock.monotonic());
    }

    /// Sets an open room's `seq` and number of posts at the start of the process, so that `room_activity` and
    /// heartbeats are right before anything happens in it.
    pub fn learn(&self, room: RoomId, seq: Seq, posts: i64) {
        self.learn_members(room, RoomRules::default(), Vec::new());
        self.inner.with_channel(room, |channel| {
            channel.reached(seq, Some(posts));
            channel.delivered_seq = seq;
        });
    }

    /// Sets who may hear of a room at the start of the process: of one that is not open, these members.
    pub fn learn_members(&self, room: RoomId, rules: RoomRules, members: Vec<UserId>) {
        self.inner.with_channel(room, |channel| {
            channel.is_known = true;
            channel.viewers = Viewers::of(rules, members);
        });
    }

    /// Sends a publication to its audience.
    pub fn publish(&self, publication: Publication) {
        self.publish_all([publication]);
    }

    /// Sends several publications in their order, those of one room in one write. It does not block, but
    /// costs a system call for every socket of the audience; the writer's publisher thread calls it in
    /// commit order.
    pub fn publish_all(&self, publications: impl IntoIterator<Item = Publication>) {
        let publications = publications.into_iter();
        let events = publications.map(|publication| Event::new(self.present(publication)));
        self.inner.broker.publish(events.collect());
    }

    /// A room as its row has it has nobody in it: how many there are, only the hub knows.
    fn present(&self, publication: Publication) -> Publication {
        match publication {
            Publication::RoomChanged { room, rules } => Publication::RoomChanged {
                room: self.with_online(room),
                rules,
            },
            Publication::RoomShown { room, user } => Publication::RoomShown {
                room: self.with_online(room),
                user,
            },
            other => other,
        }
    }

    fn with_online(&self, room: Room) -> Room {
        Room {
            online: self.online(room.id),
            ..room
        }
    }

    /// Registers an open socket. While the hub drains, the socket is closed at once with 4000.
    pub fn open(&self, kind: SocketKind, subscriber: Arc<dyn Subscriber>) -> Socket {
        let mut sockets = locked(&self.inner.sockets);
        let listener = sockets.open(kind, subscriber);
        if sockets.is_draining {
            go_away(&listener);
        }
        drop(sockets);
        Socket::new(Arc::clone(&self.inner), listener)
    }

    /// The people who are in a room now: at most 200 of them, ordered by name, and the exact count.
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

    /// The name of a person other than `except` who is connected right now (without grace) and whose name has
    /// this skeleton.
    pub fn holder(&self, skeleton: &str, except: Option<UserId>) -> Option<Arc<str>> {
        locked(&self.inner.sockets).holder(skeleton, except)
    }

    /// Whether this person has an open socket right now.
    pub fn is_online(&self, user: UserId) -> bool {
        locked(&self.inner.sockets).who(user).is_some()
    }

    /// Asks the sockets of all who have no account to come back: what they may hear is decided when they come.
    pub fn guests_come_back(&self) {
        self.inner.guests_come_back();
    }

    /// Held by a socket's task for as long as it runs: [`Hub::wait_for_sockets`] waits for it.
    pub fn conversation(&self) -> TaskTrackerToken {
        self.inner.conversations.token()
    }

    /// Closes every socket with 4000, which asks the client to come back, and waits at most 1 s until none has
    /// a command under way. No `left` is announced: the next process has these people again.
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

    /// After [`Hub::drain`]: waits, 1 s at most, until every socket has taken its close frame.
    pub async fn wait_for_sockets(&self) {
        self.inner.conversations.close();
        let closed = self.inner.conversations.wait();
        if timeout(&*self.inner.clock, CLOSE, closed).await.is_none() {
            let left = self.inner.conversations.len();
            tracing::info!(left, "some sockets did not listen to the end");
        }
    }
}

/// Closes with 4000 and a delay that is spread over the ids: jitter, so that a thousand clients do not
/// reconnect in one instant.
pub(super) fn go_away(listener: &Listener) {
    go_away_for(listener, 0);
}

/// The same for as many milliseconds at least.
fn go_away_for(listener: &Listener, least: u64) {
    let jitter = listener.id.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    let retry_after = least + jitter % (RETRY_MS - least + 1);
    listener.subscriber.close(Closing::going_away(retry_after));
}
