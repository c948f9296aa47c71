//! A connection's handle on the hub. Dropping it, also by a panic, unsubscribes and unregisters the socket.

use super::inner::Inner;
use crate::realtime::listener::Listener;
use crate::realtime::{Attendee, SocketId, locked};
use parlour_protocol::{RoomId, Roster, Seq, UserId};
use std::collections::HashMap;
use std::sync::Arc;

/// Another connected person has such a name: the name as they write it.
#[derive(Debug, PartialEq, Eq)]
pub struct NameTaken(pub Arc<str>);

/// One open socket, registered with the hub until this is dropped.
pub struct Socket {
    inner: Arc<Inner>,
    listener: Arc<Listener>,
}

impl Socket {
    pub(super) fn new(inner: Arc<Inner>, listener: Arc<Listener>) -> Self {
        Self { inner, listener }
    }

    /// Its id, unique in this process.
    pub fn id(&self) -> SocketId {
        self.listener.id
    }

    /// Sets whose socket this is; to be called once.
    ///
    /// # Errors
    /// [`NameTaken`] for a guest who was made just now (`is_new`), when another person whose name looks the
    /// same has connected in the meantime.
    pub fn identify(
        &self,
        who: &Attendee,
        read_posts: HashMap<RoomId, i64>,
        is_new: bool,
    ) -> Result<(), NameTaken> {
        let mut sockets = locked(&self.inner.sockets);
        if is_new && let Some(holder) = sockets.holder(&who.skeleton, Some(who.id)) {
            return Err(NameTaken(holder));
        }
        sockets.identify(&self.listener, who, read_posts);
        Ok(())
    }

    /// Subscribes to the room: from now on each of its frames goes to this socket.
    pub fn subscribe(&self, room: RoomId) {
        self.inner.with_channel(room, |channel| {
            channel.listeners.insert(&self.listener);
            self.listener.add(room);
        });
    }

    /// Enters the person into the room's presence; the room must be subscribed to. A person who `was_here`
    /// (the `join` had `after`) and comes back within the restart grace is not announced.
    pub fn arrive(&self, room: RoomId, was_here: bool) {
        let Some(who) = self.who() else { return };
        // A room that was deleted in the meantime has none, and gets none.
        let Some(channel) = self.inner.existing(room) else {
            return;
        };
        let (is_new, posts) = {
            let channel = locked(&channel);
            if !channel.listeners.holds(self.listener.id) {
                return;
            }
            (
                self.inner.presence.enter(room, &who, self.listener.id),
                channel.posts,
            )
        };
        for listener in locked(&self.inner.sockets).of(who.id) {
            listener.has_entered(room, posts);
        }
        if is_new && was_here && self.inner.clock.monotonic() < self.inner.returning_until {
            self.inner.attendance_changed(room);
        } else if is_new {
            self.inner.announce_joined(room, &who);
        }
    }

    /// Ends the subscription; if it was the person's last socket there, their presence grace begins.
    pub fn unsubscribe(&self, room: RoomId) {
        self.inner.unsubscribe(&self.listener, room);
    }

    /// How many rooms this socket is subscribed to.
    pub fn rooms(&self) -> usize {
        self.listener.joined().len()
    }

    /// Whether this socket is subscribed to the room.
    pub fn has_joined(&self, room: RoomId) -> bool {
        self.listener.has_joined(room)
    }

    /// Sets whether the person types in the room.
    pub fn typing(&self, room: RoomId, is_typing: bool) {
        let Some(who) = self.who() else { return };
        let Some(channel) = self.inner.existing(room) else {
            return;
        };
        let is_news = if is_typing {
            let now = self.inner.clock.monotonic();
            locked(&channel).start_typing(who.id, &who.name, now)
        } else {
            locked(&channel).stop_typing(who.id)
        };
        if is_news {
            self.inner.mark(room);
        }
    }

    /// The client sent something, or was let in: from the first call on it is sent heartbeats.
    pub fn heard(&self) {
        self.listener.heard();
    }

    /// Sends a heartbeat to this socket alone, out of turn.
    pub fn heartbeat(&self) {
        self.inner.send_heartbeat_to(&self.listener);
    }

    /// The latest published `seq` of a room; 0 for one that the hub does not know.
    pub fn seq(&self, room: RoomId) -> Seq {
        self.inner
            .existing(room)
            .map_or(Seq::ZERO, |channel| locked(&channel).seq)
    }

    /// Who is in a room.
    pub fn roster(&self, room: RoomId) -> Roster {
        self.inner.presence.roster(room)
    }

    /// The person's new name, if they were renamed since the last call.
    pub fn take_new_name(&self) -> Option<Arc<str>> {
        self.listener.take_new_name()
    }

    fn who(&self) -> Option<Attendee> {
        let user: UserId = self.listener.person()?;
        locked(&self.inner.sockets).who(user).cloned()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        for room in self.listener.joined().iter().copied() {
            self.inner.unsubscribe(&self.listener, room);
        }
        locked(&self.inner.sockets).close(&self.listener);
        self.inner.closed.notify_waiters();
    }
}
