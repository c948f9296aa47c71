//! A connection's handle on the hub. Dropping it, however that comes about, is leaving.

use super::inner::Inner;
use crate::realtime::listener::Listener;
use crate::realtime::{Attendee, SocketId, locked};
use parlour_protocol::{RoomId, Roster, Seq, UserId};
use std::collections::HashMap;
use std::sync::Arc;

/// Somebody else with such a name is connected: what they are called.
#[derive(Debug, PartialEq, Eq)]
pub struct NameTaken(pub Arc<str>);

/// One open socket.
pub struct Socket {
    inner: Arc<Inner>,
    listener: Arc<Listener>,
}

impl Socket {
    pub(super) fn new(inner: Arc<Inner>, listener: Arc<Listener>) -> Self {
        Self { inner, listener }
    }

    /// Its id.
    pub fn id(&self) -> SocketId {
        self.listener.id
    }

    /// Says whose socket this is, once. A guest who was made just now (`is_new`) is refused when
    /// another one of that name came in the meantime.
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

    /// From now on every frame of the room is queued, if there is such a room.
    pub fn subscribe(&self, room: RoomId) {
        self.inner.with_channel(room, |channel| {
            channel.listeners.insert(&self.listener);
            self.listener.add(room);
        });
    }

    /// The person is in the room, which was subscribed to before. Who `was_here` (they ask for what
    /// they missed) and comes shortly after the start has been in it all along.
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
            self.inner.came(room, &who);
        }
    }

    /// No frames of that room any more; the person's grace begins.
    pub fn unsubscribe(&self, room: RoomId) {
        self.inner.unsubscribe(&self.listener, room);
    }

    /// How many rooms' frames come here.
    pub fn rooms(&self) -> usize {
        self.listener.joined().len()
    }

    /// Whether frames of that room come here.
    pub fn has_joined(&self, room: RoomId) -> bool {
        self.listener.has_joined(room)
    }

    /// The person types, or does not any more.
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

    /// The client said something, or is let in: from then on it has heartbeats.
    pub fn heard(&self) {
        self.listener.heard();
    }

    /// Says a heartbeat out of turn.
    pub fn heartbeat(&self) {
        self.inner.beat_alone(&self.listener);
    }

    /// How far a room is.
    pub fn seq(&self, room: RoomId) -> Seq {
        self.inner
            .existing(room)
            .map_or(0, |channel| locked(&channel).seq)
    }

    /// Who is in a room.
    pub fn roster(&self, room: RoomId) -> Roster {
        self.inner.presence.roster(room)
    }

    /// A name that the person took since this was last asked.
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
