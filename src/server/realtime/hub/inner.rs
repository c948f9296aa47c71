//! What the handles and the tasks of a hub share.

use crate::clock::Clock;
use crate::realtime::channel::Channel;
use crate::realtime::dots::Dots;
use crate::realtime::listener::Listener;
use crate::realtime::sockets::Sockets;
use crate::realtime::viewers::Viewers;
use crate::realtime::{Attendee, Broker, Frame, Presence, locked};
use parlour_protocol::{RoomId, ServerFrame, System, SystemEvent, UserId};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Instant;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// In a room with more people than this, joining and leaving is not announced.
const CROWD: u32 = 50;

/// The state that all handles and tasks of one hub share.
pub(super) struct Inner {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) channels: RwLock<HashMap<RoomId, Arc<Mutex<Channel>>>>,
    pub(super) sockets: Mutex<Sockets>,
    pub(super) presence: Arc<dyn Presence>,
    /// Rooms that the next tick has to visit.
    pub(super) dirty: Mutex<HashSet<RoomId>>,
    /// What was told of who is there.
    pub(super) dots: Mutex<Dots>,
    /// Shared by who sends frames of rooms beside the publisher, and held alone by the publisher while it puts a
    /// person out of a room: what was made for them before is sent before, or not at all.
    pub(super) asides: RwLock<()>,
    /// How far the house's stream was delivered.
    pub(super) house: AtomicI64,
    /// Whether who has no account hears nothing of the house.
    pub(super) is_closed_to_guests: AtomicBool,
    /// Notified when a socket was closed.
    pub(super) closed: Notify,
    /// Until then a person who joins with `after` is not announced: the restart closed their sockets, they did
    /// not leave.
    pub(super) returning_until: Instant,
    pub(super) broker: Arc<dyn Broker>,
    /// The tasks of sockets, until their close frame is written.
    pub(super) conversations: TaskTracker,
    pub(super) stop: CancellationToken,
}

impl Inner {
    /// Runs `act` on a room's channel, which is made if it is missing. The map stays locked, so that the
    /// channel is not removed meanwhile.
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

    /// The rooms that are known to exist.
    pub(super) fn known_rooms(&self) -> Vec<RoomId> {
        let channels = self.channels.read().unwrap_or_else(PoisonError::into_inner);
        let known = channels
            .iter()
            .filter(|(_, channel)| locked(channel).is_known);
        known.map(|(room, _)| *room).collect()
    }

    /// Held while frames of rooms are made and sent beside the publisher. Not twice at once by one thread.
    pub(super) fn aside(&self) -> RwLockReadGuard<'_, ()> {
        self.asides.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who may hear of a room.
    pub(super) fn viewers(&self, room: RoomId) -> Viewers {
        let channel = self.existing(room);
        channel.map_or_else(Viewers::default, |channel| locked(&channel).viewers.clone())
    }

    /// Removes a room's channel and answers it.
    pub(super) fn remove_channel(&self, room: RoomId) -> Option<Arc<Mutex<Channel>>> {
        self.channels_mut().remove(&room)
    }

    /// Removes the channel of a room that does not exist, unless a socket has subscribed since.
    pub(super) fn remove_unused(&self, room: RoomId) {
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

    /// Makes the next tick visit this room.
    pub(super) fn mark(&self, room: RoomId) {
        locked(&self.dirty).insert(room);
    }

    /// A socket no longer listens to a room.
    pub(super) fn unsubscribe(&self, listener: &Listener, room: RoomId) {
        listener.remove(room);
        let Some(channel) = self.existing(room) else {
            return;
        };
        let mut channel = locked(&channel);
        channel.listeners.remove(listener.id);
        let is_unused = channel.is_unused();
        if let Some(user) = listener.person() {
            // Typing is one state for all of a person's sockets; another tab that types repeats it.
            if channel.stop_typing(user) {
                self.mark(room);
            }
            let now = self.clock.monotonic();
            self.presence.exit(room, user, listener.id, now);
        }
        drop(channel);
        if is_unused {
            self.remove_unused(room);
        }
    }

    /// Enters a person into a room's presence by this socket, unless it is subscribed to the room no more. A person
    /// who `was_here` and comes back within the restart grace is not announced.
    pub(super) fn arrive(&self, room: RoomId, who: &Attendee, listener: &Listener, was_here: bool) {
        let _aside = self.aside();
        // A room that was deleted in the meantime has none, and gets none.
        let Some(channel) = self.existing(room) else {
            return;
        };
        if self.is_unseen_in(room, who.id) {
            return listener.set_looking(room, true);
        }
        let (is_new, posts) = {
            let channel = locked(&channel);
            if !channel.listeners.holds(listener.id) {
                return;
            }
            listener.set_looking(room, false);
            (self.presence.enter(room, who, listener.id), channel.posts)
        };
        for listener in locked(&self.sockets).of(who.id) {
            listener.has_entered(room, posts);
        }
        if is_new && was_here && self.clock.monotonic() < self.returning_until {
            self.attendance_changed(room);
        } else if is_new {
            self.announce_joined(room, who);
        }
    }

    /// Whoever becomes a member is in the room with all sockets that only looked at it.
    pub(super) fn stop_looking(&self, room: RoomId, user: UserId) {
        let (who, looking) = {
            let sockets = locked(&self.sockets);
            let Some(who) = sockets.who(user) else { return };
            let looking = sockets.of(user).iter().filter(|one| one.is_looking(room));
            (who.clone(), looking.map(Arc::clone).collect::<Vec<_>>())
        };
        for listener in looking {
            self.arrive(room, &who, &listener, false);
        }
    }

    /// From now on a person hears a room with all sockets, and is not in it.
    pub(super) fn only_looks(&self, room: RoomId, user: UserId) {
        for listener in locked(&self.sockets).of(user) {
            listener.set_looking(room, true);
        }
        if let Some(channel) = self.existing(room)
            && locked(&channel).stop_typing(user)
        {
            self.mark(room);
        }
        if let Some(who) = self.presence.leave(room, user) {
            self.announce_left(room, &who);
        }
    }

    /// Announces that a person joined a room.
    pub(super) fn announce_joined(&self, room: RoomId, who: &Attendee) {
        self.announce_presence(room, SystemEvent::Joined, who);
    }

    /// Announces that a person left a room.
    pub(super) fn announce_left(&self, room: RoomId, who: &Attendee) {
        self.announce_presence(room, SystemEvent::Left, who);
    }

    fn announce_presence(&self, room: RoomId, event: SystemEvent, who: &Attendee) {
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

    /// Makes the next tick send who is in a room now.
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
