//! One open socket as the hub knows it: its person, the rooms it has joined, what was read in them.

use super::{Subscriber, locked};
use crate::scope::SessionId;
use parlour_protocol::rules::MENTIONS_COUNTED;
use parlour_protocol::{Number, RoomId, Seq, UserId};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// The id of an open socket, unique in this process and growing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u64);

/// Which of the two WebSocket endpoints a socket was opened at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketKind {
    /// `/ws`: any number of rooms.
    Many,
    /// `/ws/chat/{room_id}`: this one.
    One(RoomId),
}

/// The hub's side of a socket.
pub(super) struct Listener {
    pub(super) id: SocketId,
    pub(super) kind: SocketKind,
    pub(super) subscriber: Arc<dyn Subscriber>,
    knows_reactions: AtomicBool,
    state: Mutex<ListenerState>,
}

/// As whom a socket's person was let in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Admitted {
    /// The session by which they are known: the socket is closed with it.
    pub session: Option<SessionId>,
    /// They hear of the rooms that they are a member of, and of nothing else.
    pub is_confined: bool,
    /// They have an account: there are rooms that guests may not hear.
    pub has_account: bool,
}

/// Whether the client answers heartbeats.
#[derive(Default)]
enum Liveness {
    /// Not served yet, and not sent heartbeats.
    #[default]
    Entering,
    /// It has sent something since the last heartbeat.
    Heard,
    /// It has sent nothing since the heartbeat at this time.
    SilentSince(Instant),
}

/// The rooms that a socket has joined, in order.
pub(super) type Rooms = SmallVec<[RoomId; 1]>;

/// Lists and not sets, in the order of their rooms: nearly every socket has one of each.
#[derive(Default)]
struct ListenerState {
    person: Option<UserId>,
    admitted: Admitted,
    joined: Rooms,
    /// Those of them that its person is not in, but only looks at.
    looking: Rooms,
    /// `read_posts` of the person's memberships.
    read_posts: SmallVec<[(RoomId, i64); 1]>,
    /// What is unread in those and mentions its person, a room's in order; of many the last.
    mentions: Vec<(RoomId, Number)>,
    /// A name that the connection has not taken yet.
    new_name: Option<Arc<str>>,
    liveness: Liveness,
    /// When its person last used it.
    used_at: Option<Instant>,
    /// Whom they block.
    blocked: Box<[UserId]>,
}

impl ListenerState {
    fn place(&self, room: RoomId) -> Result<usize, usize> {
        self.joined.binary_search(&room)
    }

    fn read_place(&self, room: RoomId) -> Result<usize, usize> {
        self.read_posts.binary_search_by_key(&room, |read| read.0)
    }
}

impl Listener {
    /// An anonymous socket, until [`Listener::identify`].
    pub(super) fn new(id: SocketId, kind: SocketKind, subscriber: Arc<dyn Subscriber>) -> Self {
        Self {
            id,
            kind,
            subscriber,
            knows_reactions: AtomicBool::new(false),
            state: Mutex::default(),
        }
    }

    /// Its client takes the frame of a reaction from now on, in the rooms that it joins.
    pub(super) fn set_knows_reactions(&self) {
        self.knows_reactions.store(true, Ordering::Relaxed);
    }

    pub(super) fn knows_reactions(&self) -> bool {
        self.knows_reactions.load(Ordering::Relaxed)
    }

    /// Sets the person, and how many posts they have read in each of their rooms.
    pub(super) fn identify(&self, person: UserId, read_posts: HashMap<RoomId, i64>) {
        let mut state = locked(&self.state);
        state.person = Some(person);
        state.read_posts = read_posts.into_iter().collect();
        state.read_posts.sort_unstable();
    }

    /// Sets as whom it was let in.
    pub(super) fn admit(&self, admitted: Admitted) {
        locked(&self.state).admitted = admitted;
    }

    /// Its person uses it now; when they did before.
    pub(super) fn used(&self, now: Instant) -> Option<Instant> {
        locked(&self.state).used_at.replace(now)
    }

    pub(super) fn used_at(&self) -> Option<Instant> {
        locked(&self.state).used_at
    }

    /// Sets whom its person blocks.
    pub(super) fn set_blocked(&self, blocked: Vec<UserId>) {
        locked(&self.state).blocked = blocked.into();
    }

    /// Sets what of their unread messages mentions its person; the rooms of which it was another number before.
    pub(super) fn set_mentions(&self, mentions: &HashMap<RoomId, Vec<Number>>) -> Vec<RoomId> {
        let mut state = locked(&self.state);
        let before = std::mem::take(&mut state.mentions);
        for (room, numbers) in mentions {
            let theirs = numbers.iter().map(|number| (*room, *number));
            state.mentions.extend(theirs);
        }
        let known = before.iter().map(|(room, _)| room);
        let mut rooms: Vec<RoomId> = known.chain(mentions.keys()).copied().collect();
        rooms.sort_unstable();
        rooms.dedup();
        let count = |mentions: &[(RoomId, Number)], room| {
            mentions.iter().filter(|(other, _)| *other == room).count()
        };
        rooms.retain(|room| count(&before, *room) != count(&state.mentions, *room));
        rooms
    }

    /// A message, the so manyth of its room, mentions its person from now on, or does not; whether that is news.
    pub(super) fn set_mention(
        &self,
        (room, number, ordinal): (RoomId, Number, i64),
        is_mentioned: bool,
    ) -> bool {
        let mut state = locked(&self.state);
        let Ok(place) = state.read_place(room) else {
            return false;
        };
        let is_unread = ordinal > state.read_posts[place].1;
        let known = state.mentions.iter().position(|at| *at == (room, number));
        match known {
            Some(at) if !is_mentioned => drop(state.mentions.remove(at)),
            None if is_mentioned && is_unread => {
                let theirs = state.mentions.iter().filter(|(other, _)| *other == room);
                if theirs.count() == MENTIONS_COUNTED
                    && let Some(first) = state.mentions.iter().position(|(other, _)| *other == room)
                {
                    state.mentions.remove(first);
                }
                let behind = |at: &(RoomId, Number)| at.0 == room && at.1 > number;
                let at = state.mentions.iter().position(behind);
                let at = at.unwrap_or(state.mentions.len());
                state.mentions.insert(at, (room, number));
            }
            _ => return false,
        }
        true
    }

    /// How much of a room is unread and mentions its person.
    pub(super) fn mentions(&self, room: RoomId) -> i64 {
        let state = locked(&self.state);
        let theirs = state.mentions.iter().filter(|(other, _)| *other == room);
        theirs.count() as i64
    }

    pub(super) fn blocks(&self, other: UserId) -> bool {
        locked(&self.state).blocked.contains(&other)
    }

    /// The direct rooms of its person, whose ids come behind all others.
    pub(super) fn direct_rooms(&self) -> Vec<RoomId> {
        let state = locked(&self.state);
        let last = state.read_posts.iter().rev().map(|read| read.0);
        last.take_while(|room| room.is_direct()).collect()
    }

    pub(super) fn session(&self) -> Option<SessionId> {
        locked(&self.state).admitted.session
    }

    pub(super) fn has_account(&self) -> bool {
        locked(&self.state).admitted.has_account
    }

    /// Keeps the person's new name until [`Listener::take_new_name`].
    pub(super) fn rename(&self, name: Arc<str>) {
        locked(&self.state).new_name = Some(name);
    }

    pub(super) fn person(&self) -> Option<UserId> {
        locked(&self.state).person
    }

    pub(super) fn has_joined(&self, room: RoomId) -> bool {
        locked(&self.state).place(room).is_ok()
    }

    pub(super) fn joined(&self) -> Rooms {
        locked(&self.state).joined.clone()
    }

    pub(super) fn add(&self, room: RoomId) {
        let mut state = locked(&self.state);
        if let Err(place) = state.place(room) {
            state.joined.insert(place, room);
        }
    }

    pub(super) fn remove(&self, room: RoomId) {
        let mut state = locked(&self.state);
        state.joined.retain(|other| *other != room);
        state.looking.retain(|other| *other != room);
    }

    /// Sets whether its person only looks at the room.
    pub(super) fn set_looking(&self, room: RoomId, is_looking: bool) {
        let mut state = locked(&self.state);
        state.looking.retain(|other| *other != room);
        if is_looking && state.place(room).is_ok() {
            state.looking.push(room);
        }
    }

    /// Whether it has joined the room only to look.
    pub(super) fn is_looking(&self, room: RoomId) -> bool {
        locked(&self.state).looking.contains(&room)
    }

    pub(super) fn belongs_to(&self, room: RoomId) -> bool {
        locked(&self.state).read_place(room).is_ok()
    }

    pub(super) fn is_confined(&self) -> bool {
        locked(&self.state).admitted.is_confined
    }

    /// Whether it may hear of a room that is open.
    pub(super) fn sees_open(&self, room: RoomId) -> bool {
        let state = locked(&self.state);
        !state.admitted.is_confined || state.read_place(room).is_ok()
    }

    /// Forgets a membership that ended; whether there was one.
    pub(super) fn forget_membership(&self, room: RoomId) -> bool {
        let mut state = locked(&self.state);
        state.mentions.retain(|(other, _)| *other != room);
        let place = state.read_place(room);
        place.map(|place| state.read_posts.remove(place)).is_ok()
    }

    /// Sets back how many posts of a room were read, and what mentions its person behind them.
    pub(super) fn has_marked_unread(&self, room: RoomId, read_posts: i64, mentions: &[Number]) {
        let mut state = locked(&self.state);
        if let Ok(place) = state.read_place(room) {
            state.read_posts[place].1 = read_posts;
            state.mentions.retain(|(other, _)| *other != room);
            let mentions = mentions.iter().map(|number| (room, *number));
            state.mentions.extend(mentions);
        }
    }

    /// Sets how many posts of a room were read, up to this `seq`; never goes backwards. Whether any of them mentioned its
    /// person.
    pub(super) fn has_read(&self, room: RoomId, read_posts: i64, seq: Seq) -> bool {
        let mut state = locked(&self.state);
        let before = state.mentions.len();
        (state.mentions).retain(|(other, number)| *other != room || number.seq() > seq);
        let is_less = state.mentions.len() < before;
        match state.read_place(room) {
            Ok(place) => {
                let (_, read) = &mut state.read_posts[place];
                *read = read_posts.max(*read);
            }
            Err(place) => state.read_posts.insert(place, (room, read_posts)),
        }
        is_less
    }

    /// Adds a membership with everything read, unless there is one.
    pub(super) fn has_entered(&self, room: RoomId, posts: i64) {
        let mut state = locked(&self.state);
        if let Err(place) = state.read_place(room) {
            state.read_posts.insert(place, (room, posts));
        }
    }

    /// Posts of a room that its person has not read.
    pub(super) fn unread(&self, room: RoomId, posts: i64) -> i64 {
        let state = locked(&self.state);
        let read = state.read_place(room).map(|place| state.read_posts[place]);
        read.map_or(0, |(_, read)| (posts - read).max(0))
    }

    /// The client sent something, or was let in.
    pub(super) fn heard(&self) {
        locked(&self.state).liveness = Liveness::Heard;
    }

    /// Whether a heartbeat may be sent. If so it counts as sent at `now`.
    pub(super) fn expect_pong(&self, now: Instant) -> bool {
        let liveness = &mut locked(&self.state).liveness;
        if let Liveness::Heard = liveness {
            *liveness = Liveness::SilentSince(now);
        }
        !matches!(liveness, Liveness::Entering)
    }

    /// The first heartbeat since which the client sent nothing.
    pub(super) fn silent_since(&self) -> Option<Instant> {
        match locked(&self.state).liveness {
            Liveness::SilentSince(at) => Some(at),
            Liveness::Entering | Liveness::Heard => None,
        }
    }

    pub(super) fn take_new_name(&self) -> Option<Arc<str>> {
        locked(&self.state).new_name.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realtime::Mailbox;

    #[test]
    fn unread_is_a_subtraction_that_goes_backwards_only_where_that_is_said() {
        let mailbox = Arc::new(Mailbox::default());
        let socket = Listener::new(SocketId(1), SocketKind::Many, mailbox);
        let (room, other) = (RoomId(1), RoomId(2));
        socket.identify(UserId(1), HashMap::from([(room, 3)]));
        assert_eq!(socket.unread(room, 10), 7);
        assert_eq!(socket.unread(other, 10), 0, "never joined");
        socket.has_read(room, 9, Seq(9));
        socket.has_read(room, 4, Seq(4));
        assert_eq!(socket.unread(room, 10), 1);
        socket.has_marked_unread(room, 4, &[]);
        socket.has_marked_unread(other, 4, &[]);
        assert_eq!([socket.unread(room, 10), socket.unread(other, 10)], [6, 0]);
        socket.has_read(room, 8, Seq(8));
        assert_eq!(socket.unread(room, 10), 2);
    }
}
