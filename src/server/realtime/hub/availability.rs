//! Who is there, as others see it by a dot: looked up for a page, and told to whom they talk to alone, or in a few. Where
//! they are several, the dot says whether anybody would answer: it is that of who is there most.
//!
//! *Invariant:* whom somebody blocks finds nobody, also in the room of the two, and is told nothing of when they come
//! and go. What was told of a person is told again only when it is otherwise with them.

use super::Hub;
use super::inner::Inner;
use crate::realtime::dots::Told;
use crate::realtime::viewers::Viewers;
use crate::realtime::{Frame, locked};
use parlour_protocol::{Availability, AvailabilityChanged, RoomId, ServerFrame, UserId};
use std::time::{Duration, Instant};

/// Who is gone for less than this is there: a page is loaded anew.
const GRACE: Duration = Duration::from_secs(5);

impl Hub {
    /// Whether a person is there, as another one sees it; `None` for who is not connected, or is not there for them.
    pub fn availability(&self, of: UserId, to: UserId) -> Option<Availability> {
        self.inner.availability(of, to)
    }

    /// The same of the others in a direct room.
    pub fn availability_in(&self, room: RoomId, to: UserId) -> Option<Availability> {
        self.inner.availability_in(room, to)
    }

    /// Whom somebody talks to alone in a room.
    pub fn talks_alone_with(&self, room: RoomId, one: UserId) -> Option<UserId> {
        self.inner.other_in(room, one)
    }
}

impl Inner {
    fn availability(&self, of: UserId, to: UserId) -> Option<Availability> {
        let now = self.clock.monotonic();
        let sockets = locked(&self.sockets);
        sockets
            .availability(of, now)
            .filter(|_| !sockets.blocks(of, to))
    }

    fn availability_in(&self, room: RoomId, to: UserId) -> Option<Availability> {
        let others = self.others_in(room, to).into_iter();
        let there = others.filter_map(|other| self.availability(other, to));
        there.min_by_key(|one| *one as u8)
    }

    /// Whom somebody talks to in a direct room.
    fn others_in(&self, room: RoomId, one: UserId) -> Vec<UserId> {
        match self.viewers(room) {
            Viewers::Members(members) if room.is_direct() && members.contains(&one) => {
                let others = members.iter().filter(|member| **member != one);
                others.copied().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whom somebody talks to alone in a room.
    fn other_in(&self, room: RoomId, one: UserId) -> Option<UserId> {
        match self.others_in(room, one)[..] {
            [other] => Some(other),
            _ => None,
        }
    }

    /// Whether a person is not seen where they talk alone with somebody: they block them.
    pub(super) fn is_unseen_in(&self, room: RoomId, user: UserId) -> bool {
        let other = self.other_in(room, user);
        other.is_some_and(|other| locked(&self.sockets).blocks(user, other))
    }

    /// A person has come, or has used a socket again.
    pub(super) fn stirred(&self, user: UserId) {
        let now = self.clock.monotonic();
        locked(&self.dots).stirred.insert(user, now);
    }

    /// One of a person's sockets is closed: perhaps they are gone.
    pub(super) fn went(&self, user: UserId) {
        let at = self.clock.monotonic() + GRACE;
        locked(&self.dots).stirred.insert(user, at);
    }

    /// These talk from now on: each is told of the others, whatever was told of them elsewhere.
    pub(super) fn began_to_talk(&self, user: UserId, room: RoomId) {
        let others = self.others_in(room, user);
        for one in others.into_iter().chain([user]) {
            if let Some(told) = locked(&self.dots).told.get_mut(&one) {
                told.to.retain(|(in_room, _)| *in_room != room);
            }
            self.stirred_if_here(one);
        }
    }

    /// A person blocks these from now on, another of them or no more.
    pub(super) fn blocks(&self, user: UserId, blocked: &[UserId], other: UserId, is_blocked: bool) {
        let rooms = {
            let sockets = locked(&self.sockets);
            for socket in sockets.of(user) {
                socket.set_blocked(blocked.to_vec());
            }
            sockets.direct_rooms(user)
        };
        let shared = rooms.into_iter();
        for room in shared.filter(|room| self.other_in(*room, user) == Some(other)) {
            match is_blocked {
                true => self.only_looks(room, user),
                false => self.stop_looking(room, user),
            }
        }
        if is_blocked {
            // To the other they are gone now, also when they block on a page without a socket and are there for some
            // seconds more; from then on they are told nothing.
            let mut gone = Vec::new();
            if let Some(told) = locked(&self.dots).told.get_mut(&user) {
                gone.extend(told.to.extract_if(.., |(_, to)| *to == other));
            }
            for (room, other) in gone {
                self.tell_in(room, other);
            }
        }
        self.stirred_if_here(user);
    }

    /// Of who has no socket it is said already when they count as gone.
    fn stirred_if_here(&self, user: UserId) {
        if !locked(&self.sockets).of(user).is_empty() {
            self.stirred(user);
        }
    }

    /// Tells what is otherwise than it was told; on each of the ticker's beats.
    pub(super) fn tell_availability(&self, now: Instant) {
        let due = locked(&self.dots).due(now);
        for user in due {
            self.tell_of(user, now);
        }
    }

    /// A person's socket is about to close: what is to be told of them until then is told, as some may have a page that
    /// says it already, and only who was told that they came is told that they went.
    pub(super) fn leaves(&self, user: UserId) {
        if locked(&self.dots).stirred.contains_key(&user) {
            self.tell_of(user, self.clock.monotonic());
        }
    }

    fn tell_of(&self, user: UserId, now: Instant) {
        let to = self.who_hears_of(user);
        let is_now = locked(&self.sockets).availability(user, now);
        let before = match is_now {
            Some(availability) if !to.is_empty() => {
                let to = to.clone();
                locked(&self.dots)
                    .told
                    .insert(user, Told { availability, to })
            }
            _ => locked(&self.dots).told.remove(&user),
        };
        let (was, told) = before.map_or((None, Vec::new()), |told| {
            (Some(told.availability), told.to)
        });
        // Of who is gone it is not known any more whom they talk to.
        let gone = told
            .iter()
            .filter(|one| is_now.is_none() || !to.contains(one));
        for (room, other) in gone {
            self.tell_in(*room, *other);
        }
        let news = to.iter().filter(|one| was != is_now || !told.contains(one));
        for (room, other) in news.filter(|_| is_now.is_some()) {
            self.tell_in(*room, *other);
        }
    }

    /// Tells somebody whether anybody is there whom they talk to in a room.
    fn tell_in(&self, room: RoomId, to: UserId) {
        self.tell(to, &frame(room, self.availability_in(room, to)));
    }

    /// Whom a connected person talks to in direct rooms and does not block, and where.
    fn who_hears_of(&self, user: UserId) -> Vec<(RoomId, UserId)> {
        let rooms = locked(&self.sockets).direct_rooms(user);
        let others = rooms.into_iter().flat_map(|room| {
            let others = self.others_in(room, user).into_iter();
            others.map(move |other| (room, other))
        });
        let mut others: Vec<_> = others.collect();
        let sockets = locked(&self.sockets);
        others.retain(|(_, other)| !sockets.blocks(user, *other));
        others
    }
}

fn frame(room_id: RoomId, availability: Option<Availability>) -> Frame {
    let changed = AvailabilityChanged {
        room_id,
        availability,
    };
    Frame::from(ServerFrame::Availability(changed).encode())
}
