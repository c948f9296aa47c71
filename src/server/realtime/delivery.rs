//! What each publication means to the sockets of this server.

use super::hub::Inner;
use super::{Attendee, Closing, Event, Frame, Publication, SocketKind, locked};
use parlour_protocol::{CloseCode, Message, RoomId, User, UserId};
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
                self.with_channel(room.id, |channel| channel.reached(room.seq, None));
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
            (Publication::Renamed { user, folded }, _) => self.renamed(user, folded),
            // Event::new makes a frame for every one of these.
            (_, None) => {}
        }
    }

    fn message(&self, message: &Message, posts: i64, frame: &Frame) {
        let room = message.room_id;
        self.with_channel(room, |channel| {
            channel.reached(message.seq, Some(posts));
            channel.send(frame);
            channel.activity.for_everyone();
            channel.set_typing(message.user_id, "", false, Instant::now());
        });
        for listener in locked(&self.sockets).of(message.user_id) {
            listener.has_read(room, posts);
        }
        self.mark(room);
    }

    fn changed(&self, message: &Message, frame: &Frame) {
        self.with_channel(message.room_id, |channel| {
            channel.reached(message.seq, None);
            channel.send(frame);
            channel.activity.for_everyone();
        });
        self.mark(message.room_id);
    }

    fn deleted(&self, room: RoomId, frame: &Frame) {
        if let Some(channel) = self.remove_channel(room) {
            let mut channel = locked(&channel);
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

    /// Presence shows the new name, and what its sockets send from now on carries it.
    fn renamed(&self, user: &User, folded: &str) {
        let who = Attendee {
            id: user.id,
            name: user.name.clone(),
            folded: folded.to_owned(),
        };
        locked(&self.sockets).rename(&who);
        for room in self.presence.rename(&who) {
            if let Some(channel) = self.existing(room) {
                locked(&channel).users_changed = true;
                self.mark(room);
            }
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
