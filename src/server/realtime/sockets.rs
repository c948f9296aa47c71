//! Every open socket, and the people behind them.
//!
//! *Invariant:* somebody is in `people` exactly while at least one identified socket of theirs is
//! open; `names` holds the same people by the skeleton of their name.

use super::open::Open;
use super::{Attendee, SocketId, SocketKind, Subscriber, locked};
use parlour_protocol::{RoomId, UserId};
use smallvec::SmallVec;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// The hub's side of a socket.
pub(super) struct Listener {
    pub(super) id: SocketId,
    pub(super) kind: SocketKind,
    pub(super) subscriber: Arc<dyn Subscriber>,
    state: Mutex<ListenerState>,
}

/// Whether somebody is there, as far as heartbeats have asked.
#[derive(Default)]
enum Sign {
    /// Not served yet: who is still on the way in is not asked.
    #[default]
    Entering,
    Heard,
    /// Asked then, for the first time since it was last heard, and silent.
    Asked(Instant),
}

/// Lists and not sets, in the order of their rooms: nearly every socket has one of each.
/// The rooms that a socket has joined, in order.
pub(super) type Rooms = SmallVec<[RoomId; 1]>;

#[derive(Default)]
struct ListenerState {
    person: Option<UserId>,
    joined: Rooms,
    /// `read_posts` of the person's memberships.
    read_posts: SmallVec<[(RoomId, i64); 1]>,
    /// A name that the connection has not taken notice of.
    new_name: Option<Arc<str>>,
    sign: Sign,
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
        locked(&self.state).joined.retain(|other| *other != room);
    }

    pub(super) fn belongs_to(&self, room: RoomId) -> bool {
        locked(&self.state).read_place(room).is_ok()
    }

    /// A membership is over.
    pub(super) fn forget_membership(&self, room: RoomId) {
        locked(&self.state)
            .read_posts
            .retain(|(other, _)| *other != room);
    }

    /// A membership has read this far; never goes backwards.
    pub(super) fn has_read(&self, room: RoomId, read_posts: i64) {
        let mut state = locked(&self.state);
        match state.read_place(room) {
            Ok(place) => {
                let (_, read) = &mut state.read_posts[place];
                *read = read_posts.max(*read);
            }
            Err(place) => state.read_posts.insert(place, (room, read_posts)),
        }
    }

    /// A membership that begins, unless it is known, with everything read.
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

    /// The client said something, or is let in.
    pub(super) fn heard(&self) {
        locked(&self.state).sign = Sign::Heard;
    }

    /// Whether it may be asked for a sign of life, which counts as asked.
    pub(super) fn ask(&self, now: Instant) -> bool {
        let sign = &mut locked(&self.state).sign;
        if let Sign::Heard = sign {
            *sign = Sign::Asked(now);
        }
        !matches!(sign, Sign::Entering)
    }

    /// Since when it has owed a sign of life.
    pub(super) fn silent_since(&self) -> Option<Instant> {
        match locked(&self.state).sign {
            Sign::Asked(at) => Some(at),
            Sign::Entering | Sign::Heard => None,
        }
    }

    pub(super) fn take_new_name(&self) -> Option<Arc<str>> {
        locked(&self.state).new_name.take()
    }
}

/// The registry.
#[derive(Default)]
pub(super) struct Sockets {
    pub(super) open: Open,
    pub(super) is_draining: bool,
    people: HashMap<UserId, Here>,
    /// Skeletons of names, and whose they are.
    names: BTreeSet<(Arc<str>, UserId)>,
    last_id: u64,
}

struct Here {
    who: Attendee,
    listeners: SmallVec<[Arc<Listener>; 1]>,
}

impl Sockets {
    /// Registers a socket of nobody yet.
    pub(super) fn open(
        &mut self,
        kind: SocketKind,
        subscriber: Arc<dyn Subscriber>,
    ) -> Arc<Listener> {
        self.last_id += 1;
        let id = SocketId(self.last_id);
        let listener = Arc::new(Listener {
            id,
            kind,
            subscriber,
            state: Mutex::default(),
        });
        self.open.push(Arc::clone(&listener));
        listener
    }

    /// A socket says whose it is.
    pub(super) fn identify(
        &mut self,
        listener: &Arc<Listener>,
        who: &Attendee,
        read_posts: HashMap<RoomId, i64>,
    ) {
        let mut state = locked(&listener.state);
        state.person = Some(who.id);
        state.read_posts = read_posts.into_iter().collect();
        state.read_posts.sort_unstable();
        drop(state);
        let here = self.people.entry(who.id).or_insert_with(|| {
            self.names.insert((Arc::clone(&who.skeleton), who.id));
            Here {
                who: who.clone(),
                listeners: SmallVec::new(),
            }
        });
        here.listeners.push(Arc::clone(listener));
    }

    /// A socket is gone.
    pub(super) fn close(&mut self, listener: &Listener) {
        self.open.remove(listener.id);
        let Some(user) = listener.person() else {
            return;
        };
        let Some(here) = self.people.get_mut(&user) else {
            return;
        };
        here.listeners.retain(|other| other.id != listener.id);
        if here.listeners.is_empty() {
            let name = (Arc::clone(&here.who.skeleton), user);
            self.people.remove(&user);
            self.names.remove(&name);
        }
    }

    /// Somebody has another name.
    pub(super) fn rename(&mut self, who: &Attendee) {
        let Some(here) = self.people.get_mut(&who.id) else {
            return;
        };
        let before = std::mem::replace(&mut here.who, who.clone());
        for listener in here.listeners.iter() {
            locked(&listener.state).new_name = Some(Arc::clone(&who.name));
        }
        self.names.remove(&(before.skeleton, who.id));
        self.names.insert((Arc::clone(&who.skeleton), who.id));
    }

    /// The people's sockets.
    pub(super) fn of(&self, user: UserId) -> &[Arc<Listener>] {
        self.people.get(&user).map_or(&[], |here| &here.listeners)
    }

    /// Somebody who is connected, by what they are called now.
    pub(super) fn who(&self, user: UserId) -> Option<&Attendee> {
        self.people.get(&user).map(|here| &here.who)
    }

    /// What somebody else is called who is connected and whose name has this skeleton.
    pub(super) fn holder(&self, skeleton: &str, except: Option<UserId>) -> Option<Arc<str>> {
        let first = (Arc::from(skeleton), UserId(i64::MIN));
        let named = self.names.range(first..);
        let (_, holder) = named
            .take_while(|(name, _)| **name == *skeleton)
            .find(|(_, user)| Some(*user) != except)?;
        self.who(*holder).map(|who| Arc::clone(&who.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realtime::Mailbox;

    fn alice(name: &str) -> Attendee {
        Attendee {
            id: UserId(1),
            name: name.into(),
            skeleton: name.to_lowercase().into(),
        }
    }

    #[test]
    fn a_name_is_held_while_a_socket_of_its_owner_is_open() {
        let mut sockets = Sockets::default();
        let first = sockets.open(SocketKind::Many, Arc::new(Mailbox::default()));
        let second = sockets.open(SocketKind::Many, Arc::new(Mailbox::default()));
        sockets.identify(&first, &alice("Alice"), HashMap::new());
        sockets.identify(&second, &alice("Alice"), HashMap::new());
        let holder = |sockets: &Sockets, name: &str, except| {
            sockets.holder(name, except).map(|n| n.to_string())
        };
        assert_eq!(holder(&sockets, "alice", None).as_deref(), Some("Alice"));
        assert_eq!(holder(&sockets, "alice", Some(UserId(1))), None);
        sockets.rename(&alice("Zoe"));
        assert_eq!(holder(&sockets, "alice", None), None);
        assert_eq!(holder(&sockets, "zoe", None).as_deref(), Some("Zoe"));
        assert_eq!(second.take_new_name().as_deref(), Some("Zoe"));
        sockets.close(&first);
        assert!(holder(&sockets, "zoe", None).is_some());
        sockets.close(&second);
        assert!(holder(&sockets, "zoe", None).is_none() && sockets.open.len() == 0);
        assert!(sockets.people.is_empty() && sockets.names.is_empty());
    }

    #[test]
    fn unread_is_a_subtraction_that_never_goes_backwards() {
        let mut sockets = Sockets::default();
        let socket = sockets.open(SocketKind::Many, Arc::new(Mailbox::default()));
        let (room, other) = (RoomId(1), RoomId(2));
        sockets.identify(&socket, &alice("Alice"), HashMap::from([(room, 3)]));
        assert_eq!(socket.unread(room, 10), 7);
        assert_eq!(socket.unread(other, 10), 0, "never joined");
        socket.has_read(room, 9);
        socket.has_read(room, 4);
        assert_eq!(socket.unread(room, 10), 1);
    }
}
