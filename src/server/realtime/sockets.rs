//! The registry of open sockets and of the people who have one.
//!
//! *Invariant:* a person is in `people` exactly while at least one identified socket of theirs is open;
//! `names` holds the same people by the skeleton of their name.

use super::ended_sessions::EndedSessions;
use super::heartbeat_buckets::HeartbeatBuckets;
use super::listener::Listener;
use super::{Attendee, SocketId, SocketKind, Subscriber};
use parlour_protocol::{Availability, RoomId, Seq, UserId};
use smallvec::SmallVec;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Who has used none of their sockets for this long is away.
pub(super) const AWAY: Duration = Duration::from_secs(600);

/// All open sockets of this process.
#[derive(Default)]
pub(super) struct Sockets {
    pub(super) open: HeartbeatBuckets,
    pub(super) is_draining: bool,
    people: HashMap<UserId, Here>,
    /// Skeletons of names, and whose they are.
    names: BTreeSet<(Arc<str>, UserId)>,
    /// Sessions that ended lately: a socket that was on its way in then is closed when it has come.
    pub(super) ended: EndedSessions,
    last_id: u64,
}

struct Here {
    who: Attendee,
    listeners: SmallVec<[Arc<Listener>; 1]>,
    /// How far their stream was delivered.
    me: Seq,
}

impl Sockets {
    /// Registers a socket, anonymous until [`Sockets::identify`].
    pub(super) fn open(
        &mut self,
        kind: SocketKind,
        subscriber: Arc<dyn Subscriber>,
    ) -> Arc<Listener> {
        self.last_id += 1;
        let id = SocketId(self.last_id);
        let listener = Arc::new(Listener::new(id, kind, subscriber));
        self.open.push(Arc::clone(&listener));
        listener
    }

    /// Sets the person of a socket, whose stream has come to `me`.
    pub(super) fn identify(
        &mut self,
        listener: &Arc<Listener>,
        who: &Attendee,
        read_posts: HashMap<RoomId, i64>,
        me: Seq,
    ) {
        listener.identify(who.id, read_posts);
        let here = self.people.entry(who.id).or_insert_with(|| {
            self.names.insert((Arc::clone(&who.skeleton), who.id));
            Here {
                who: who.clone(),
                listeners: SmallVec::new(),
                me,
            }
        });
        here.me = here.me.max(me);
        here.listeners.push(Arc::clone(listener));
    }

    /// Unregisters a socket; a second call changes nothing.
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

    /// Renames a person, and hands the name to each of their sockets.
    pub(super) fn rename(&mut self, who: &Attendee) {
        let Some(here) = self.people.get_mut(&who.id) else {
            return;
        };
        let before = std::mem::replace(&mut here.who, who.clone());
        for listener in here.listeners.iter() {
            listener.rename(Arc::clone(&who.name));
        }
        self.names.remove(&(before.skeleton, who.id));
        self.names.insert((Arc::clone(&who.skeleton), who.id));
    }

    /// A person's stream was delivered up to here.
    pub(super) fn reached(&mut self, user: UserId, me: Seq) {
        if let Some(here) = self.people.get_mut(&user) {
            here.me = here.me.max(me);
        }
    }

    /// How far people's streams were delivered was of another database.
    pub(super) fn forget_streams(&mut self) {
        for here in self.people.values_mut() {
            here.me = Seq::ZERO;
        }
    }

    /// How far the stream of a connected person was delivered.
    pub(super) fn me(&self, user: UserId) -> Option<Seq> {
        self.people.get(&user).map(|here| here.me)
    }

    /// The same of everybody who is connected.
    pub(super) fn all_me(&self) -> impl Iterator<Item = (UserId, Seq)> {
        self.people.iter().map(|(user, here)| (*user, here.me))
    }

    /// The open sockets of a person.
    pub(super) fn of(&self, user: UserId) -> &[Arc<Listener>] {
        self.people.get(&user).map_or(&[], |here| &here.listeners)
    }

    /// Whether a person is there, blocks aside.
    pub(super) fn availability(&self, user: UserId, now: Instant) -> Option<Availability> {
        let here = self.people.get(&user)?;
        let used = here.listeners.iter().filter_map(|one| one.used_at()).max();
        Some(match used.is_some_and(|used| now < used + AWAY) {
            true => Availability::Online,
            false => Availability::Away,
        })
    }

    /// Whether a connected person blocks another.
    pub(super) fn blocks(&self, user: UserId, other: UserId) -> bool {
        self.of(user).iter().any(|one| one.blocks(other))
    }

    /// The direct rooms of a connected person.
    pub(super) fn direct_rooms(&self, user: UserId) -> Vec<RoomId> {
        let one = self.of(user).first();
        one.map(|one| one.direct_rooms()).unwrap_or_default()
    }

    /// The person, under their present name, if they are connected.
    pub(super) fn who(&self, user: UserId) -> Option<&Attendee> {
        self.people.get(&user).map(|here| &here.who)
    }

    /// The name of a connected person other than `except` whose name has this skeleton.
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
        sockets.identify(&first, &alice("Alice"), HashMap::new(), Seq(3));
        sockets.identify(&second, &alice("Alice"), HashMap::new(), Seq(2));
        assert_eq!(sockets.me(UserId(1)), Some(Seq(3)));
        sockets.reached(UserId(1), Seq(5));
        sockets.reached(UserId(1), Seq(4));
        assert_eq!(sockets.me(UserId(1)), Some(Seq(5)));
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
}
