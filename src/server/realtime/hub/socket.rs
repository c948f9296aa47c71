//! A connection's handle on the hub. Dropping it, also by a panic, unsubscribes and unregisters the socket.

use super::StreamSeqs;
use super::inner::Inner;
use super::sessions::close_if_ended;
use crate::realtime::listener::Listener;
use crate::realtime::sockets::AWAY;
use crate::realtime::{Admitted, Attendee, SocketId, locked};
use parlour_protocol::{KNOWS_REACTIONS, Number, RoomId, RoomRules, Roster, Seq, UserId};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

/// Why a socket is not known as its person's.
#[derive(Debug, PartialEq, Eq)]
pub enum NotIdentified {
    /// Another connected person has such a name: the name as they write it.
    NameTaken(Arc<str>),
    /// Something of the person has changed since it was read, and has perhaps been told: it is to be read again.
    Outdated,
}

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

    /// Sets whose socket this is and as whom they were let in, how many posts they have read in each of their rooms, and
    /// how far their stream has come; to be called before any room is subscribed to, until it succeeds. All of it holds
    /// if `is_current` says so: whatever of the person changes from then on is told to this socket, too.
    ///
    /// # Errors
    /// [`NotIdentified::NameTaken`] for a guest who was made just now (`is_new`), when another person whose name looks
    /// the same has connected in the meantime; [`NotIdentified::Outdated`].
    pub fn identify(
        &self,
        who: &Attendee,
        admitted: Admitted,
        read_posts: HashMap<RoomId, i64>,
        me: Seq,
        is_new: bool,
        is_current: impl FnOnce() -> bool,
    ) -> Result<(), NotIdentified> {
        let mut sockets = locked(&self.inner.sockets);
        // In one step with becoming the person's: what changes is not current before it is told.
        if !is_current() {
            return Err(NotIdentified::Outdated);
        }
        if is_new && let Some(holder) = sockets.holder(&who.skeleton, Some(who.id)) {
            return Err(NotIdentified::NameTaken(holder));
        }
        self.listener.admit(admitted);
        self.listener.used(self.inner.clock.monotonic());
        sockets.identify(&self.listener, who, read_posts, me);
        close_if_ended(&sockets, &self.listener);
        drop(sockets);
        self.inner.stirred(who.id);
        Ok(())
    }

    /// Sets whom its person blocks, to be called before they are known as its person.
    pub fn set_blocked(&self, blocked: Vec<UserId>) {
        self.listener.set_blocked(blocked);
    }

    /// Sets what of their unread messages mentions its person, likewise.
    pub fn set_mentions(&self, mentions: HashMap<RoomId, Vec<Number>>) {
        self.listener.set_mentions(&mentions);
    }

    /// Its person uses it at `now`.
    pub fn used(&self, now: Instant) {
        let before = self.listener.used(now);
        let was_away = before.is_none_or(|before| now >= before + AWAY);
        if let Some(person) = self.listener.person().filter(|_| was_away) {
            self.inner.stirred(person);
        }
    }

    /// Its client said what it knows beyond what every one does; to be called before a room is subscribed to.
    pub fn set_knows(&self, knows: &[String]) {
        if knows.iter().any(|known| known == KNOWS_REACTIONS) {
            self.listener.set_knows_reactions();
        }
    }

    /// Subscribes to the room, which a check found to have these rules: from now on each of its frames goes to this
    /// socket. False: it is not open to its person, who is no member as far as was published; then nothing is changed.
    pub fn subscribe(&self, room: RoomId, rules: RoomRules) -> bool {
        let may_hear = self.inner.with_channel(room, |channel| {
            // In one step with the look at who may: a membership that ends is published before this, or finds the
            // subscription and ends it.
            let may_hear = channel.viewers.let_hear(room, &self.listener, rules);
            if may_hear {
                channel.listeners.insert(&self.listener);
                self.listener.add(room);
            }
            may_hear
        });
        if !may_hear {
            self.inner.remove_unused(room);
        }
        may_hear
    }

    /// Enters the person into the room's presence; the room must be subscribed to. A person who `was_here`
    /// (the `join` had `after`) and comes back within the restart grace is not announced.
    pub fn arrive(&self, room: RoomId, was_here: bool) {
        if let Some(who) = self.who() {
            self.inner.arrive(room, &who, &self.listener, was_here);
        }
    }

    /// Only looks at the room, until the person becomes a member; a member arrives. The room must be subscribed to.
    pub fn look(&self, room: RoomId, was_here: bool) {
        self.listener.set_looking(room, true);
        // A membership that begins from here on finds the socket looking; one that began before is known by now.
        if self.listener.belongs_to(room) {
            self.arrive(room, was_here);
        }
    }

    /// Ends the subscription; if it was the person's last socket there, their presence grace begins.
    pub fn unsubscribe(&self, room: RoomId) {
        self.inner.unsubscribe(&self.listener, room);
    }

    /// Whether the room is one of this socket's: it is subscribed to it, or its person is a member.
    pub fn knows(&self, room: RoomId) -> bool {
        self.listener.has_joined(room) || self.listener.belongs_to(room)
    }

    /// The room is none of this socket's any more.
    pub fn forget(&self, room: RoomId) {
        self.listener.forget_membership(room);
        self.unsubscribe(room);
    }

    /// How many rooms this socket is subscribed to.
    pub fn rooms(&self) -> usize {
        self.listener.joined().len()
    }

    /// Whether this socket is subscribed to the room.
    pub fn has_joined(&self, room: RoomId) -> bool {
        self.listener.has_joined(room)
    }

    /// Whether this socket is one of a person who takes part in the room: it is subscribed to it, and not by somebody who
    /// only looks. A member takes part also where they are not seen.
    pub fn is_in(&self, room: RoomId) -> bool {
        let listener = &self.listener;
        listener.has_joined(room) && (!listener.is_looking(room) || listener.belongs_to(room))
    }

    /// Sets whether the person types in the room.
    pub fn typing(&self, room: RoomId, is_typing: bool) {
        let Some(who) = self.who() else { return };
        let Some(channel) = self.inner.existing(room) else {
            return;
        };
        let is_news = if is_typing && !self.inner.is_unseen_in(room, who.id) {
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

    /// How far the streams beside the rooms were delivered; `None` on a socket that does not hear them.
    pub fn streams(&self) -> Option<StreamSeqs> {
        self.inner.streams_of(&self.listener)
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
        let person = self.listener.person();
        if let Some(person) = person {
            self.inner.leaves(person);
        }
        locked(&self.inner.sockets).close(&self.listener);
        if let Some(person) = person {
            self.inner.went(person);
        }
        self.inner.closed.notify_waiters();
    }
}
