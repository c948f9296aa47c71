//! What each publication means to the sockets of this server.

use super::hub::Inner;
use super::{Closing, Event, Frame, Publication, SocketKind, locked};
use parlour_protocol::{CloseCode, Message, RoomId, UserId};
use std::time::Instant;

impl Inner {
    /// Takes one event of the broker's.
    pub(super) fn deliver(&self, event: &Event) {
        match (&event.publication, &event.frame) {
            (Publication::Message { message, posts }, Some(frame)) => {
                self.message(message, *posts, frame);
            }
            (Publication::MessageChanged(message), Some(frame)) => self.changed(message, frame),
            (Publication::RoomCreated(room), Some(frame)) => {
                locked(&self.channel(room.id)).reached(room.seq, None);
                self.tell_all(frame);
            }
            (Publication::RoomDeleted(room), Some(frame)) => self.deleted(*room, frame),
            (Publication::Left { room, user }, Some(frame)) => self.left(*room, *user, frame),
            (
                Publication::Read {
                    user,
                    room,
                    read_posts,
                },
                _,
            ) => {
                self.read(*user, *room, *read_posts);
            }
            // Event::new makes a frame for every one of these.
            (_, None) => {}
        }
    }

    fn message(&self, message: &Message, posts: i64, frame: &Frame) {
        let room = message.room_id;
        {
            let channel = self.channel(room);
            let mut channel = locked(&channel);
            channel.reached(message.seq, Some(posts));
            channel.send(frame);
            channel.activity.for_everyone();
            channel.set_typing(message.user_id, "", false, Instant::now());
        }
        for listener in locked(&self.sockets).of(message.user_id) {
            listener.has_read(room, posts);
        }
        self.mark(room);
    }

    fn changed(&self, message: &Message, frame: &Frame) {
        {
            let channel = self.channel(message.room_id);
            let mut channel = locked(&channel);
            channel.reached(message.seq, None);
            channel.send(frame);
            channel.activity.for_everyone();
        }
        self.mark(message.room_id);
    }

    fn deleted(&self, room: RoomId, frame: &Frame) {
        if let Some(channel) = self.remove_channel(room) {
            let mut channel = locked(&channel);
            channel.is_deleted = true;
            for (_, listener) in channel.listeners.drain() {
                listener.remove(room);
                if let SocketKind::One(_) = listener.kind {
                    listener
                        .subscriber
                        .close(Closing::plain(CloseCode::NoSuchRoom));
                }
            }
        }
        self.presence.forget(room);
        for listener in locked(&self.sockets).all.values() {
            listener.forget_membership(room);
        }
        self.tell_all(frame);
    }

    fn left(&self, room: RoomId, user: UserId, frame: &Frame) {
        if let Some(channel) = self.existing(room) {
            let mut channel = locked(&channel);
            channel.listeners.retain(|_, listener| {
                if listener.person() != Some(user) {
                    return true;
                }
                listener.remove(room);
                match listener.kind {
                    SocketKind::Many => listener.subscriber.try_send(frame.clone()),
                    SocketKind::One(_) => {
                        listener
                            .subscriber
                            .close(Closing::plain(CloseCode::NotInRoom));
                    }
                }
                false
            });
            channel.set_typing(user, "", false, Instant::now());
        }
        for listener in locked(&self.sockets).of(user) {
            listener.forget_membership(room);
        }
        self.mark(room);
        if let Some(who) = self.presence.leave(room, user) {
            self.went(room, &who);
        }
    }

    fn read(&self, user: UserId, room: RoomId, read_posts: i64) {
        for listener in locked(&self.sockets).of(user) {
            listener.has_read(room, read_posts);
        }
        if let Some(channel) = self.existing(room) {
            locked(&channel).activity.for_person(user);
            self.mark(room);
        }
    }

    /// Queues a frame for every `/ws` socket.
    fn tell_all(&self, frame: &Frame) {
        let sockets = locked(&self.sockets);
        for listener in sockets.all.values().filter(|l| l.kind == SocketKind::Many) {
            listener.subscriber.try_send(frame.clone());
        }
    }
}
