//! The streams beside the rooms: how far each was delivered, and who is told what of them.
//!
//! *Invariant:* a stream counts as delivered up to a change when that has gone to every socket that hears it; so
//! whatever is told of how far it has come stands behind the change. One-room sockets hear neither stream. To who is
//! confined to the rooms that they are in the house's stays at its beginning, and so it does to all without an account
//! where there are no open rooms for them.

use super::inner::Inner;
use crate::realtime::listener::Listener;
use crate::realtime::sockets::Sockets;
use crate::realtime::{Frame, SocketKind, locked};
use parlour_protocol::{ReadMark, RoomId, Seq, ServerFrame, UserId};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// How far the streams beside the rooms were delivered to a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StreamSeqs {
    /// That of the house's stream.
    pub house: Seq,
    /// That of the socket's person, if it has one.
    pub me: Option<Seq>,
}

impl super::Hub {
    /// Sets how far the house's stream has come at the start of the process.
    pub fn learn_house(&self, seq: Seq) {
        self.inner.house_reached(seq);
    }

    /// Whether there are no open rooms for who has no account. Sockets that are open hear by it at once.
    pub fn close_to_guests(&self, is_closed: bool) {
        let to = &self.inner.is_closed_to_guests;
        to.store(is_closed, Ordering::Release);
    }

    /// How far the house's stream was delivered: what is read from now on is no older.
    pub fn house(&self) -> Seq {
        Seq(self.inner.house.load(Ordering::Acquire))
    }
}

impl super::Hub {
    /// How far the streams of all who have an open socket were delivered.
    pub fn people_reached(&self) -> Vec<(UserId, Seq)> {
        locked(&self.inner.sockets).all_me().collect()
    }

    /// The same of one of them; `None` for who has none.
    pub fn person_is_at(&self, user: UserId) -> Option<Seq> {
        locked(&self.inner.sockets).me(user)
    }
}

impl Inner {
    /// How far the streams were delivered to this socket; `None` for one that does not hear them.
    pub(super) fn streams_of(&self, listener: &Listener) -> Option<StreamSeqs> {
        self.streams(listener, &locked(&self.sockets))
    }

    pub(super) fn streams(&self, listener: &Listener, sockets: &Sockets) -> Option<StreamSeqs> {
        let hears = listener.kind == SocketKind::Many;
        hears.then(|| StreamSeqs {
            house: match self.hears_house(listener) {
                true => Seq(self.house.load(Ordering::Acquire)),
                false => Seq::ZERO,
            },
            me: listener.person().and_then(|person| sockets.me(person)),
        })
    }

    /// As `accounts::hears_house` says of who asks.
    fn hears_house(&self, listener: &Listener) -> bool {
        let is_open = !self.is_closed_to_guests.load(Ordering::Acquire);
        (is_open || listener.has_account()) && !listener.is_confined()
    }

    /// Tells everybody who hears of the house of a change in its stream; of somebody who is met in some rooms alone, who
    /// is in one of them. The others ask for what they did not hear, and there is nothing.
    pub(super) fn tell_house(&self, seq: Seq, within: Option<&[RoomId]>, frame: &Frame) {
        let sockets = locked(&self.sockets);
        let meets = |listener: &Listener| {
            within.is_none_or(|rooms| rooms.iter().any(|room| listener.belongs_to(*room)))
        };
        let hears = |listener: &&Arc<Listener>| {
            listener.kind == SocketKind::Many && self.hears_house(listener) && meets(listener)
        };
        for listener in sockets.open.iter().filter(hears) {
            listener.subscriber.try_send(frame.clone());
        }
        self.house_reached(seq);
    }

    /// Queues a frame for every `/ws` socket of a person.
    pub(super) fn tell(&self, user: UserId, frame: &Frame) {
        for listener in locked(&self.sockets).of(user) {
            if listener.kind == SocketKind::Many {
                listener.subscriber.try_send(frame.clone());
            }
        }
    }

    /// Whether somebody has to be told: a person whose only socket is in the room knows what they have read, but not how
    /// much of the rest mentions them.
    pub(super) fn read(&self, user: UserId, room: RoomId, read_posts: i64, seq: Seq) -> bool {
        let mut tabs = 0;
        let mut is_elsewhere = false;
        let mut mentioned = false;
        for listener in locked(&self.sockets).of(user) {
            let is_less = listener.has_read(room, read_posts, seq);
            if listener.kind == SocketKind::Many {
                mentioned |= is_less;
                tabs += 1;
                is_elsewhere |= !listener.has_joined(room);
            }
        }
        let is_news = is_elsewhere || mentioned || tabs > 1;
        if is_news && let Some(channel) = self.existing(room) {
            locked(&channel).activity.for_person(user);
            self.mark(room);
        }
        is_news
    }

    /// Tells a person on all their sockets how far they have read a room.
    pub(super) fn tell_read(
        &self,
        user: UserId,
        room_id: RoomId,
        seq: Seq,
        read_posts: i64,
        me: Seq,
    ) {
        let posts = self.existing(room_id).map(|channel| locked(&channel).posts);
        let sockets = locked(&self.sockets);
        let frame = ServerFrame::Read(ReadMark {
            room_id,
            seq,
            unread: posts.map_or(0, |posts| (posts - read_posts).max(0)),
            // All of theirs have the same.
            mentions: (sockets.of(user).first()).map_or(0, |listener| listener.mentions(room_id)),
            me: Some(me),
        });
        let frame = Frame::from(frame.encode());
        for listener in sockets.of(user) {
            if listener.kind == SocketKind::Many {
                listener.subscriber.try_send(frame.clone());
            }
        }
    }

    /// A person's stream was delivered up to here.
    pub(super) fn person_reached(&self, user: UserId, me: Seq) {
        locked(&self.sockets).reached(user, me);
    }

    /// The streams of another database begin: its house's is there, and people's are told when they come back.
    pub(super) fn begin_streams(&self, house: Seq) {
        self.house.store(house.0, Ordering::Release);
        locked(&self.sockets).forget_streams();
    }

    fn house_reached(&self, seq: Seq) {
        self.house.fetch_max(seq.0, Ordering::AcqRel);
    }
}
