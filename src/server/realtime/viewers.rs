//! Who may see a room, as publications and the start of the process told it.
//!
//! *Invariant:* of a room of which nothing was heard nobody hears but who was checked when they subscribed. For an open
//! one nothing is looked up.

use super::listener::Listener;
use parlour_protocol::{Guests, RoomId, RoomKind, RoomRules, UserId};
use std::sync::Arc;

/// The people who may see a room. A clone is a snapshot at the price of a pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Viewers {
    /// Nothing was heard of the room.
    #[default]
    Unknown,
    /// It is open.
    Everybody,
    /// It is open to who has an account, and else to its members.
    Accounts,
    /// It is not, and these are its members, in order.
    Members(Arc<Vec<UserId>>),
}

impl Viewers {
    /// Those of a room with these members.
    pub(super) fn of(rules: RoomRules, mut members: Vec<UserId>) -> Self {
        match (rules.kind, rules.guests) {
            (RoomKind::Open, Guests::No) => return Self::Accounts,
            (RoomKind::Open, _) => return Self::Everybody,
            _ => {}
        }
        members.sort_unstable();
        members.dedup();
        Self::Members(Arc::new(members))
    }

    /// The room has these rules. Who its members are is told beside it.
    pub(super) fn turn(&mut self, rules: RoomRules) {
        match (rules.kind, &self) {
            (RoomKind::Closed | RoomKind::Direct, Self::Members(_)) => {}
            _ => *self = Self::of(rules, Vec::new()),
        }
    }

    /// A membership began.
    pub(super) fn let_in(&mut self, user: UserId) {
        if let Self::Members(members) = self
            && let Err(place) = members.binary_search(&user)
        {
            Arc::make_mut(members).insert(place, user);
        }
    }

    /// A membership ended.
    pub(super) fn put_out(&mut self, user: UserId) {
        if let Self::Members(members) = self
            && let Ok(place) = members.binary_search(&user)
        {
            Arc::make_mut(members).remove(place);
        }
    }

    /// Whether somebody may hear of the room whose socket this is.
    pub(super) fn has(&self, room: RoomId, listener: &Listener) -> bool {
        match self {
            Self::Unknown => false,
            Self::Everybody => listener.sees_open(room),
            Self::Accounts => listener.has_account() || listener.belongs_to(room),
            Self::Members(members) => {
                let person = listener.person();
                person.is_some_and(|person| members.binary_search(&person).is_ok())
            }
        }
    }

    /// Whether somebody may subscribe to the room by this socket, which a check found to have these rules for them.
    pub(super) fn let_hear(&self, room: RoomId, listener: &Listener, rules: RoomRules) -> bool {
        match self {
            Self::Unknown => Self::of(rules, Vec::new()).has(room, listener),
            _ => self.has(room, listener),
        }
    }

    /// Whether some hear of it who are no members, without being looked up one by one.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Everybody | Self::Accounts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realtime::sockets::Sockets;
    use crate::realtime::{Admitted, Attendee, Mailbox, SocketKind};
    use std::collections::HashMap;
    use std::sync::Arc;

    const ALICE: UserId = UserId(1);
    const BOB: UserId = UserId(2);
    const ROOM: RoomId = RoomId(7);
    const CLOSED: RoomRules = RoomRules {
        kind: RoomKind::Closed,
        ..OPEN
    };
    const OPEN: RoomRules = RoomRules {
        kind: RoomKind::Open,
        posting: parlour_protocol::Posting::All,
        guests: Guests::Write,
        revisions: parlour_protocol::Revisions::Everybody,
        is_archived: false,
    };

    /// A socket of a person, or an anonymous one; of a guest who belongs to these rooms.
    fn socket(person: Option<UserId>, rooms: &[RoomId]) -> Arc<Listener> {
        let mut sockets = Sockets::default();
        let listener = sockets.open(SocketKind::Many, Arc::new(Mailbox::default()));
        if let Some(id) = person {
            let (name, skeleton) = ("Guest".into(), "guest".into());
            let who = Attendee { id, name, skeleton };
            let read: HashMap<_, _> = rooms.iter().map(|room| (*room, 0)).collect();
            sockets.identify(&listener, &who, read, parlour_protocol::Seq::ZERO);
        }
        listener
    }

    #[test]
    fn a_closed_room_is_heard_by_who_was_let_in_until_they_are_put_out() {
        let people = [
            socket(Some(ALICE), &[]),
            socket(Some(BOB), &[]),
            socket(None, &[]),
        ];
        let hears = |viewers: &Viewers| {
            let hears = |who: &Arc<Listener>| viewers.let_hear(ROOM, who, CLOSED);
            people.each_ref().map(hears)
        };
        let mut viewers = Viewers::default();
        assert_eq!(hears(&viewers), [false; 3]);
        viewers.turn(CLOSED);
        viewers.let_in(BOB);
        viewers.let_in(ALICE);
        viewers.let_in(BOB);
        // What is said of it again leaves its members.
        viewers.turn(CLOSED);
        assert_eq!(hears(&viewers), [true, true, false]);
        viewers.put_out(BOB);
        viewers.put_out(BOB);
        assert_eq!(hears(&viewers), [true, false, false]);
    }

    #[test]
    fn an_open_room_is_heard_by_everybody_and_an_unknown_one_by_who_found_it_open() {
        let mut viewers = Viewers::default();
        let nobody = socket(None, &[]);
        assert!(viewers.let_hear(ROOM, &nobody, OPEN));
        viewers.turn(OPEN);
        viewers.let_in(ALICE);
        viewers.put_out(ALICE);
        assert!(viewers.let_hear(ROOM, &nobody, CLOSED));
        assert_eq!(viewers, Viewers::Everybody);
    }

    #[test]
    fn a_room_without_guests_is_heard_by_accounts_and_by_guests_who_are_members() {
        let account = socket(Some(ALICE), &[]);
        account.admit(Admitted {
            has_account: true,
            ..Admitted::default()
        });
        let people = [
            account,
            socket(Some(BOB), &[ROOM]),
            socket(Some(BOB), &[]),
            socket(None, &[]),
        ];
        let mut viewers = Viewers::Everybody;
        viewers.turn(RoomRules {
            guests: Guests::No,
            ..OPEN
        });
        let hears = people.each_ref().map(|who| viewers.has(ROOM, who));
        assert_eq!(hears, [true, true, false, false]);
    }
}
