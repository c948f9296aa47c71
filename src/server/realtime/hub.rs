//! Local fan-out: rooms, the sockets that listen to them, and what is coalesced for them.
//!
//! *Invariant:* locks are taken in this order, and only downwards: the map of channels, one channel,
//! then presence, a listener or the set of dirty rooms. The sockets are locked alone, or before a
//! listener. Whoever is in a channel is in one that the map holds; and nothing here ever waits.

use super::channel::Channel;
use super::sockets::{Listener, Sockets};
use super::{
    Attendee, Broker, Closing, Event, Frame, LocalBroker, LocalPresence, Presence, Pulse, Socket,
    SocketKind, Subscriber, locked, pulse, ticker,
};
use crate::events::Publication;
use parlour_protocol::{RoomId, Roster, Seq, ServerFrame, System, SystemEvent, UserId};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockWriteGuard};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Above this many people nobody is told who came and went.
const CROWD: u32 = 50;
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
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) channels: RwLock<HashMap<RoomId, Arc<Mutex<Channel>>>>,
    pub(super) sockets: Mutex<Sockets>,
    pub(super) presence: Arc<dyn Presence>,
    /// Rooms with something to say at the next tick.
    pub(super) dirty: Mutex<HashSet<RoomId>>,
    /// A socket is gone.
    pub(super) closed: Notify,
    /// Until then who comes in and has been here before was never away: a restart ended their
    /// sockets, not they.
    pub(super) returning_until: Instant,
    broker: Arc<dyn Broker>,
    /// Tasks of sockets, also of those that are only told why they end.
    conversations: TaskTracker,
    stop: CancellationToken,
}

impl Hub {
    /// A hub of one process with nobody in it. Somebody who comes back within `reload_grace` of
    /// their own going, or within `restart_grace` of this start, was never away. Its ticker runs
    /// until [`Hub::drain`], or until the last handle is dropped.
    pub fn start(reload_grace: Duration, restart_grace: Duration) -> Self {
        let presence = Arc::new(LocalPresence::new(reload_grace));
        Self::with(Arc::new(LocalBroker::default()), presence, restart_grace)
    }

    /// A hub over other means.
    pub fn with(
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
            returning_until: Instant::now() + restart_grace,
            conversations: TaskTracker::new(),
            broker: Arc::clone(&broker),
            stop: CancellationToken::new(),
        });
        let receiver = Arc::downgrade(&inner);
        broker.subscribe(Box::new(move |events| {
            if let Some(inner) = receiver.upgrade() {
                inner.deliver(events);
            }
        }));
        tokio::spawn(ticker::run(Arc::downgrade(&inner), inner.stop.clone()));
        Self { inner }
    }

    /// Asks every socket that is served, in turn, for signs of life, until [`Hub::drain`].
    pub fn keep_pulse(&self, pulse: Pulse) {
        let (hub, stop) = (Arc::downgrade(&self.inner), self.inner.stop.clone());
        tokio::spawn(pulse::run(hub, pulse, stop));
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
        if timeout(DRAIN, all_gone).await.is_err() {
            tracing::warn!(left = self.sockets(), "sockets were still busy");
        }
    }

    /// After [`Hub::drain`]: waits, 1 s at most, until everybody has heard the close frame.
    pub async fn goodbyes(&self) {
        self.inner.conversations.close();
        if timeout(GOODBYE, self.inner.conversations.wait())
            .await
            .is_err()
        {
            let left = self.inner.conversations.len();
            tracing::info!(left, "some sockets did not listen to the end");
        }
    }
}

impl Inner {
    /// Does something to a room's channel, made when it is not there. The map stays locked, so that
    /// nobody takes the channel away before it is done.
    pub(super) fn with_channel<T>(&self, room: RoomId, act: impl FnOnce(&mut Channel) -> T) -> T {
        {
            let channels = self.channels.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(channel) = channels.get(&room) {
                return act(&mut locked(channel));
            }
        }
        act(&mut locked(self.channels_mut().entry(room).or_default()))
    }

    /// A room's channel, if there is one.
    pub(super) fn existing(&self, room: RoomId) -> Option<Arc<Mutex<Channel>>> {
        let channels = self.channels.read().unwrap_or_else(PoisonError::into_inner);
        channels.get(&room).map(Arc::clone)
    }

    /// Takes a room's channel away.
    pub(super) fn remove_channel(&self, room: RoomId) -> Option<Arc<Mutex<Channel>>> {
        self.channels_mut().remove(&room)
    }

    /// Takes the channel of a room that is not there away, unless somebody has come in since.
    fn remove_unused(&self, room: RoomId) {
        let mut channels = self.channels_mut();
        let is_unused = |channel: &Arc<Mutex<Channel>>| locked(channel).is_unused();
        if channels.get(&room).is_some_and(is_unused) {
            channels.remove(&room);
        }
    }

    fn channels_mut(&self) -> RwLockWriteGuard<'_, HashMap<RoomId, Arc<Mutex<Channel>>>> {
        self.channels
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The next tick looks at this room.
    pub(super) fn mark(&self, room: RoomId) {
        locked(&self.dirty).insert(room);
    }

    /// A socket no longer listens to a room.
    pub(super) fn unsubscribe(&self, listener: &Listener, room: RoomId) {
        listener.remove(room);
        let Some(channel) = self.existing(room) else {
            return;
        };
        let now = Instant::now();
        let mut channel = locked(&channel);
        channel.listeners.remove(listener.id);
        let is_unused = channel.is_unused();
        if let Some(user) = listener.person() {
            // Typing is one state for all of a person's sockets; another tab says it again.
            if channel.set_typing(user, "", false, now) {
                self.mark(room);
            }
            self.presence.exit(room, user, listener.id, now);
        }
        drop(channel);
        if is_unused {
            self.remove_unused(room);
        }
    }

    /// Somebody came into a room.
    pub(super) fn came(&self, room: RoomId, who: &Attendee) {
        self.say(room, SystemEvent::Joined, who);
    }

    /// Somebody went.
    pub(super) fn went(&self, room: RoomId, who: &Attendee) {
        self.say(room, SystemEvent::Left, who);
    }

    fn say(&self, room: RoomId, event: SystemEvent, who: &Attendee) {
        let Some(channel) = self.existing(room) else {
            return;
        };
        if self.presence.online(room) <= CROWD {
            let verb = match event {
                SystemEvent::Joined => "joined",
                SystemEvent::Left => "left",
            };
            let frame = ServerFrame::System(System {
                room_id: room,
                event,
                user_id: who.id,
                username: who.name.to_string(),
                content: format!("{} {verb}", who.name),
            });
            let listeners = locked(&channel).listeners.clone();
            listeners.send(&[Frame::from(frame.encode())]);
        }
        self.attendance_changed(room);
    }

    /// The next tick tells who is in a room now.
    pub(super) fn attendance_changed(&self, room: RoomId) {
        let Some(channel) = self.existing(room) else {
            return;
        };
        let mut channel = locked(&channel);
        channel.users_changed = true;
        channel.activity.for_everyone();
        drop(channel);
        self.mark(room);
    }
}

/// Spread over the ids, so that a thousand sockets do not come back in one instant.
fn go_away(listener: &Listener) {
    let jitter = listener.id.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    listener
        .subscriber
        .close(Closing::going_away(jitter % (RETRY_MS + 1)));
}
