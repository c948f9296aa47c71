//! Fan-out: which sockets of this process each publication goes to, and what else it changes in the hub.

use super::go_away;
use super::inner::Inner;
use crate::events::{Audience, Publication};
use crate::realtime::channel::Channel;
use crate::realtime::listener::Listener;
use crate::realtime::viewers::Viewers;
use crate::realtime::{Attendee, Closing, Event, Frame, SocketKind, locked};
use parlour_protocol::{CloseCode, LeftReason, Message, RoomId, Seq, ServerFrame, User, UserId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The frames of one room that go to each listener in one write.
#[derive(Default)]
struct Batch<'e> {
    frames: Vec<Frame>,
    /// Which of them are reactions, and the messages, which go to who does not know those.
    reactions: Vec<(usize, &'e Message)>,
    seq: Seq,
    posts: i64,
}

impl Inner {
    /// Takes the broker's events in their order. Frames of one room that follow each other are batched into
    /// one write for each of its sockets.
    pub(super) fn deliver(&self, events: &[Event]) {
        let mut batches = BTreeMap::new();
        for event in events {
            let audience = event.publication.audience();
            match (&event.publication, audience, &event.frame) {
                (Publication::Message { message, posts }, Audience::Viewers(room), Some(frame)) => {
                    let batch: &mut Batch<'_> = batches.entry(room).or_default();
                    batch.add(message, frame);
                    batch.posts = *posts;
                    self.wrote(message, *posts);
                }
                (Publication::MessageChanged(message), Audience::Viewers(room), Some(frame)) => {
                    batches.entry(room).or_default().add(message, frame)
                }
                (Publication::Reacted { message, .. }, Audience::Viewers(room), Some(frame)) => {
                    let batch = batches.entry(room).or_default();
                    batch.reactions.push((batch.frames.len(), message));
                    batch.add(message, frame);
                }
                (
                    &Publication::Read {
                        room,
                        seq,
                        read_posts,
                        is_asked,
                        me,
                        ..
                    },
                    Audience::Person(user),
                    _,
                ) => {
                    if self.read(user, room, read_posts, seq) || is_asked {
                        // What it counts is delivered before.
                        self.tell_rooms(&mut batches);
                        self.tell_read(user, room, seq, read_posts, me);
                    }
                    self.person_reached(user, me);
                }
                (publication, audience, frame) => {
                    self.tell_rooms(&mut batches);
                    self.deliver_alone(publication, audience, frame.as_ref());
                }
            }
        }
        self.tell_rooms(&mut batches);
    }

    /// Delivers an event whose order relative to the messages before and after it matters.
    fn deliver_alone(&self, publication: &Publication, audience: Audience, frame: Option<&Frame>) {
        match (publication, audience, frame) {
            (Publication::RoomChanged { room, rules }, _, Some(frame)) => {
                self.with_channel(room.id, |channel| {
                    channel.reached(room.seq, None);
                    channel.viewers.turn(*rules);
                });
                self.tell_viewers(room.id, &self.viewers(room.id), frame);
                self.with_channel(room.id, |channel| {
                    channel.delivered_seq = channel.delivered_seq.max(room.seq);
                });
            }
            (Publication::RoomDeleted(room), _, Some(frame)) => {
                let viewers = self.viewers(*room);
                let confined = self.confined_to(*room);
                self.deleted(*room);
                self.tell_viewers(*room, &viewers, frame);
                for listener in confined {
                    listener.subscriber.try_send(frame.clone());
                }
            }
            (
                Publication::RoomShown { .. } | Publication::RoomHidden { .. },
                Audience::Person(user),
                Some(frame),
            ) => self.tell(user, frame),
            (
                Publication::Left {
                    room, me, reason, ..
                },
                Audience::Person(user),
                Some(frame),
            ) => {
                match reason {
                    // They were no member, and hear of the room what they heard.
                    Some(LeftReason::Refused | LeftReason::Lifted) => self.tell(user, frame),
                    _ => self.left(*room, user, frame),
                }
                self.person_reached(user, *me);
            }
            (Publication::Standing { room, me, .. }, Audience::Person(user), Some(frame)) => {
                if let Some(channel) = self.existing(*room) {
                    // Perhaps they write there no more; otherwise they say so again.
                    locked(&channel).stop_typing(user);
                }
                self.tell(user, frame);
                self.person_reached(user, *me);
            }
            (
                Publication::Unread {
                    marked,
                    read_posts,
                    mentions,
                    ..
                },
                Audience::Person(user),
                Some(frame),
            ) => {
                for listener in locked(&self.sockets).of(user) {
                    listener.has_marked_unread(marked.room_id, *read_posts, mentions);
                }
                self.tell(user, frame);
                self.person_reached(user, marked.me.unwrap_or_default());
            }
            (
                Publication::Joined {
                    room,
                    read_posts,
                    me,
                    ..
                },
                Audience::Person(user),
                Some(frame),
            ) => {
                if let Some(channel) = self.existing(*room) {
                    locked(&channel).viewers.let_in(user);
                }
                self.read(user, *room, *read_posts, Seq::MAX);
                self.tell(user, frame);
                self.person_reached(user, *me);
                self.stop_looking(*room, user);
                if room.is_direct() {
                    self.began_to_talk(user, *room);
                }
            }
            (Publication::Favourite { me, .. }, Audience::Person(user), Some(frame)) => {
                self.tell(user, frame);
                self.person_reached(user, *me);
            }
            (
                Publication::Renamed {
                    user,
                    skeleton,
                    seq,
                    within,
                },
                _,
                Some(frame),
            ) => {
                // Who was a guest is here no more; their account is here under its own id.
                if user.account.is_none() {
                    self.renamed(user, skeleton);
                }
                self.tell_house(*seq, within.as_deref(), frame);
            }
            (
                Publication::SessionsEnded {
                    sessions,
                    is_renewed,
                    me,
                    ..
                },
                Audience::Person(user),
                _,
            ) => {
                self.sessions_ended(user, sessions, *is_renewed);
                self.person_reached(user, *me);
            }
            (Publication::RoleChanged { me, .. }, Audience::Person(user), _) => {
                self.comes_back(user);
                self.person_reached(user, *me);
            }
            (
                Publication::BlocksChanged {
                    other,
                    is_blocked,
                    blocked,
                    me,
                    ..
                },
                Audience::Person(user),
                Some(frame),
            ) => {
                self.blocks(user, blocked, *other, *is_blocked);
                self.tell(user, frame);
                self.person_reached(user, *me);
            }
            (publication @ Publication::Mentioned { .. }, _, _) => self.mentioned(publication),
            (Publication::MentionsCounted { mentions, .. }, Audience::Person(user), _) => {
                self.mentions_counted(user, mentions);
            }
            (Publication::NewEpoch { rooms, house }, _, _) => {
                self.begin_streams(*house);
                self.begin_epoch(rooms);
            }
            (
                Publication::Viewers {
                    room,
                    rules,
                    members,
                },
                _,
                _,
            ) => self.told_viewers(*room, Viewers::of(*rules, members.clone())),
            // Event::new makes a frame for each of these; the other kinds are batched above.
            _ => {}
        }
    }

    /// Who posts has read up to their own message, and has stopped typing.
    fn wrote(&self, message: &Message, posts: i64) {
        let room = message.room_id;
        self.with_channel(room, |channel| {
            channel.stop_typing(message.user_id);
        });
        self.read(message.user_id, room, posts, message.number.seq());
    }

    /// Sends each room's batch to its listeners, who were checked when they subscribed; sockets outside the
    /// room are sent a `room_activity` by the ticker.
    fn tell_rooms(&self, batches: &mut BTreeMap<RoomId, Batch<'_>>) {
        for (room, batch) in std::mem::take(batches) {
            let listeners = self.with_channel(room, |channel| {
                channel.reached(batch.seq, Some(batch.posts));
                channel.activity.for_everyone();
                channel.listeners.clone()
            });
            match batch.reactions.is_empty() {
                true => listeners.send(&batch.frames),
                false => listeners.send_reactions(&batch.frames, || batch.whole()),
            }
            self.with_channel(room, |channel| {
                channel.delivered_seq = channel.delivered_seq.max(batch.seq);
            });
            self.mark(room);
        }
    }

    /// Forgets what the rooms had come to, and sends everybody away: who comes back hears of the epoch.
    fn begin_epoch(&self, rooms: &[(RoomId, Seq, i64)]) {
        for room in self.known_rooms() {
            if rooms.iter().all(|(id, _, _)| *id != room) {
                self.deleted(room);
            }
        }
        for (room, seq, posts) in rooms {
            self.with_channel(*room, |channel| channel.begin_at(*seq, *posts));
        }
        for listener in locked(&self.sockets).open.iter() {
            go_away(listener);
        }
    }

    /// The `/ws` sockets of members who see no open room but those that they are in: to nobody else it was one.
    fn confined_to(&self, room: RoomId) -> Vec<Arc<Listener>> {
        let sockets = locked(&self.sockets);
        let confined = sockets.open.iter().filter(|one| {
            one.kind == SocketKind::Many && one.is_confined() && one.belongs_to(room)
        });
        confined.map(Arc::clone).collect()
    }

    fn deleted(&self, room: RoomId) {
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
    }

    pub(super) fn left(&self, room: RoomId, user: UserId, frame: &Frame) {
        // Before anybody hears of it: who looks on is no member.
        let elsewhere: Vec<_> = {
            let sockets = locked(&self.sockets);
            let members = sockets.of(user).iter();
            let members = members.filter(|listener| listener.forget_membership(room));
            let is_told =
                |one: &&Arc<Listener>| one.kind == SocketKind::Many && !one.has_joined(room);
            members.filter(is_told).map(Arc::clone).collect()
        };
        for listener in elsewhere {
            listener.subscriber.try_send(frame.clone());
        }
        if let Some(channel) = self.existing(room) {
            self.unsubscribe_person(&channel, room, user, frame);
        }
        self.mark(room);
        if let Some(who) = self.presence.leave(room, user) {
            self.announce_left(room, &who);
        }
    }

    /// Ends the subscriptions of who is no member any more.
    fn unsubscribe_person(
        &self,
        channel: &Mutex<Channel>,
        room: RoomId,
        user: UserId,
        frame: &Frame,
    ) {
        let is_open = locked(channel).viewers == Viewers::Everybody;
        // An open room may be heard all the same, if it comes a moment late.
        let _alone = (!is_open).then(|| {
            let alone = self.asides.write();
            alone.unwrap_or_else(PoisonError::into_inner)
        });
        let gone = {
            let mut channel = locked(channel);
            channel.viewers.put_out(user);
            channel.stop_typing(user);
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

    /// Presence shows the new name, and what the person's sockets send from now on carries it.
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

    /// Queues a frame for every `/ws` socket of who may see the room, and for those that are in it alone.
    fn tell_viewers(&self, room: RoomId, viewers: &Viewers, frame: &Frame) {
        let send = |listener: &Arc<Listener>| {
            let hears = match listener.kind {
                SocketKind::Many => listener.sees_open(room),
                SocketKind::One(_) => listener.has_joined(room),
            };
            if hears {
                listener.subscriber.try_send(frame.clone());
            }
        };
        let sockets = locked(&self.sockets);
        match viewers {
            Viewers::Everybody => sockets.open.iter().for_each(send),
            Viewers::Accounts => {
                let hearing = sockets.open.iter().filter(|one| viewers.has(room, one));
                hearing.for_each(send);
            }
            Viewers::Members(members) => {
                let theirs = members.iter().flat_map(|member| sockets.of(*member));
                theirs.for_each(send);
            }
            // They were checked.
            Viewers::Unknown => {
                let inside = sockets.open.iter().filter(|one| one.has_joined(room));
                inside.for_each(send);
            }
        }
    }
}

impl Batch<'_> {
    /// The frames for who does not know reactions.
    fn whole(&self) -> Vec<Frame> {
        let mut frames = self.frames.clone();
        for (at, message) in &self.reactions {
            frames[*at] = Frame::from(ServerFrame::encode_changed(message));
        }
        frames
    }

    fn add(&mut self, message: &Message, frame: &Frame) {
        self.frames.push(frame.clone());
        self.seq = message.seq;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::realtime::{Admitted, Hub, Mailbox, Socket};
    use parlour_protocol::{RoomKind, RoomRules};
    use std::collections::HashMap;
    use std::time::Duration;

    const ROOM: RoomId = RoomId(7);

    /// A socket of a member of these rooms, or an anonymous one for `user` 0.
    fn listener(
        hub: &Hub,
        kind: SocketKind,
        user: i64,
        rooms: &[RoomId],
    ) -> (Socket, Arc<Mailbox>) {
        let mailbox = Arc::new(Mailbox::default());
        let socket = hub.open(kind, Arc::clone(&mailbox) as _);
        if user > 0 {
            let who = Attendee {
                id: UserId(user),
                name: format!("Guest {user}").into(),
                skeleton: format!("guest {user}").into(),
            };
            let read_posts: HashMap<_, _> = rooms.iter().map(|room| (*room, 0)).collect();
            let admitted = Admitted::default();
            let identified = socket.identify(&who, admitted, read_posts, Seq::ZERO, false, || true);
            identified.unwrap();
        }
        (socket, mailbox)
    }

    #[tokio::test]
    async fn a_frame_goes_to_its_audience_only() {
        let hub = Hub::start(Arc::new(SystemClock), Duration::ZERO, Duration::ZERO);
        let listeners = [
            listener(&hub, SocketKind::Many, 0, &[]),
            listener(&hub, SocketKind::Many, 1, &[ROOM]),
            listener(&hub, SocketKind::Many, 2, &[RoomId(8)]),
            listener(&hub, SocketKind::Many, 2, &[RoomId(8)]),
            listener(&hub, SocketKind::One(ROOM), 1, &[ROOM]),
        ];
        let heard = || {
            listeners
                .each_ref()
                .map(|(_, mailbox)| mailbox.take().0.len())
        };
        let frame = Frame::from("{}".to_owned());
        let members = Viewers::of(RoomRules::of(RoomKind::Closed), vec![UserId(1)]);
        for (viewers, expected) in [
            (Viewers::Everybody, [1, 1, 1, 1, 0]),
            (members, [0, 1, 0, 0, 0]),
            (Viewers::Unknown, [0, 0, 0, 0, 0]),
        ] {
            hub.inner.tell_viewers(ROOM, &viewers, &frame);
            assert_eq!(heard(), expected, "{viewers:?}");
        }
        hub.inner.tell(UserId(2), &frame);
        assert_eq!(heard(), [0, 0, 1, 1, 0]);
    }
}
