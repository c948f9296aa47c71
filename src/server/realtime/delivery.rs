//! What each publication means to the sockets of this server.

use super::hub::Inner;
use super::{Attendee, Closing, Event, Frame, SocketKind, locked};
use crate::events::Publication;
use parlour_protocol::{CloseCode, Message, RoomId, Seq, User, UserId};
use std::collections::BTreeMap;
use std::time::Instant;

/// What one room is told in one go.
#[derive(Default)]
struct Batch {
    frames: Vec<Frame>,
    seq: Seq,
    posts: i64,
}

impl Inner {
    /// Takes events of the broker's, in their order. What several of them say in one room goes to each
    /// of its sockets in one write.
    pub(super) fn deliver(&self, events: &[Event]) {
        let mut batches = BTreeMap::new();
        for event in events {
            match (&event.publication, &event.frame) {
                (Publication::Message { message, posts }, Some(frame)) => {
                    let batch: &mut Batch = batches.entry(message.room_id).or_default();
                    batch.add(message, frame);
                    batch.posts = *posts;
                    self.wrote(message, *posts);
                }
                (Publication::MessageChanged(message), Some(frame)) => {
                    batches
                        .entry(message.room_id)
                        .or_default()
                        .add(message, frame);
                }
                (
                    Publication::Read {
                        user,
                        room,
                        read_posts,
                    },
                    _,
                ) => self.read(*user, *room, *read_posts),
                (publication, frame) => {
                    self.tell_rooms(&mut batches);
                    self.deliver_alone(publication, frame.as_ref());
                }
            }
        }
        self.tell_rooms(&mut batches);
    }

    /// What must not change places with messages before or after it.
    fn deliver_alone(&self, publication: &Publication, frame: Option<&Frame>) {
        match (publication, frame) {
            (Publication::RoomCreated(room), Some(frame)) => {
                self.with_channel(room.id, |channel| channel.reached(room.seq, None));
                self.tell_all(frame);
            }
            (Publication::RoomDeleted(room), Some(frame)) => self.deleted(*room, frame),
            (Publication::Left { room, user }, Some(frame)) => self.left(*room, *user, frame),
            (Publication::Renamed { user, skeleton }, _) => self.renamed(user, skeleton),
            // Event::new makes a frame for every one of these; the others are not alone.
            _ => {}
        }
    }

    /// Its author has read so far, and types no more.
    fn wrote(&self, message: &Message, posts: i64) {
        let room = message.room_id;
        self.with_channel(room, |channel| {
            channel.set_typing(message.user_id, "", false, Instant::now());
        });
        self.read(message.user_id, room, posts);
    }

    fn tell_rooms(&self, batches: &mut BTreeMap<RoomId, Batch>) {
        for (room, batch) in std::mem::take(batches) {
            let listeners = self.with_channel(room, |channel| {
                channel.reached(batch.seq, Some(batch.posts));
                channel.activity.for_everyone();
                channel.listeners.clone()
            });
            listeners.send(&batch.frames);
            self.with_channel(room, |channel| channel.told = channel.told.max(batch.seq));
            self.mark(room);
        }
    }

    fn deleted(&self, room: RoomId, frame: &Frame) {
        if let Some(channel) = self.remove_channel(room) {
            for listener in locked(&channel).listeners.remove_if(|_| true) {
                listener.remove(room);
                if let SocketKind::One(_) = listener.kind {
                    listener
                        .subscriber
                        .close(Closing::plain(CloseCode::NoSuchRoom));
                }
            }
        }
        self.presence.forget(room);
        for listener in locked(&self.sockets).open.iter() {
            listener.forget_membership(room);
        }
        self.tell_all(frame);
    }

    fn left(&self, room: RoomId, user: UserId, frame: &Frame) {
        if let Some(channel) = self.existing(room) {
            let gone = {
                let mut channel = locked(&channel);
                channel.set_typing(user, "", false, Instant::now());
                channel.listeners.remove_if(|l| l.person() == Some(user))
            };
            for listener in gone {
                listener.remove(room);
                match listener.kind {
                    SocketKind::Many => listener.subscriber.try_send(frame.clone()),
                    SocketKind::One(_) => {
                        listener
                            .subscriber
                            .close(Closing::plain(CloseCode::NotInRoom));
                    }
                }
            }
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
        let mut tabs = 0;
        let mut is_elsewhere = false;
        for listener in locked(&self.sockets).of(user) {
            listener.has_read(room, read_posts);
            if listener.kind == SocketKind::Many {
                tabs += 1;
                is_elsewhere |= !listener.has_joined(room);
            }
        }
        // Of one's only tab, and in the room, one knows it.
        if (is_elsewhere || tabs > 1)
            && let Some(channel) = self.existing(room)
        {
            locked(&channel).activity.for_person(user);
            self.mark(room);
        }
    }

    /// Presence shows the new name, and what its sockets send from now on carries it.
    fn renamed(&self, user: &User, skeleton: &str) {
        let who = Attendee {
            id: user.id,
            name: user.name.as_str().into(),
            skeleton: skeleton.into(),
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
        for listener in sockets.open.iter().filter(|l| l.kind == SocketKind::Many) {
            listener.subscriber.try_send(frame.clone());
        }
    }
}

impl Batch {
    fn add(&mut self, message: &Message, frame: &Frame) {
        self.frames.push(frame.clone());
        self.seq = message.seq;
    }
}
