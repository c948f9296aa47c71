//! Who may see a room, as publications and the start of the process told it.
//!
//! *Invariant:* of a room of which nothing was heard nobody hears but who was checked when they subscribed. For an open
//! one nothing is looked up.

use parlour_protocol::{RoomKind, UserId};
use std::sync::Arc;

/// The people who may see a room. A clone is a snapshot at the price of a pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Viewers {
    /// Nothing was heard of the room.
    #[default]
    Unknown,
    /// It is open.
    Everybody,
    /// It is not, and these are its members, in order.
    Members(Arc<Vec<UserId>>),
}

impl Viewers {
    /// Those of a room with these members.
    pub(super) fn of(kind: RoomKind, mut members: Vec<UserId>) -> Self {
        if kind == RoomKind::Open {
            return Self::Everybody;
        }
        members.sort_unstable();
        members.dedup();
        Self::Members(Arc::new(members))
    }

    /// The room is of this kind. Who its members are is told beside it.
    pub(super) fn turn(&mut self, kind: RoomKind) {
        match (kind, &self) {
            (RoomKind::Open, _) => *self = Self::Everybody,
            (_, Self::Members(_)) => {}
            _ => *self = Self::of(kind, Vec::new()),
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

    /// Whether this person may hear of the room.
    pub(super) fn has(&self, person: Option<UserId>) -> bool {
        match self {
            Self::Unknown => false,
            Self::Everybody => true,
            Self::Members(members) => {
                person.is_some_and(|person| members.binary_search(&person).is_ok())
            }
        }
    }

    /// Whether this person may subscribe to the room, which a check found to be of this kind for them.
    pub(super) fn let_hear(&self, person: Option<UserId>, kind: RoomKind) -> bool {
        match self {
            Self::Unknown => kind == RoomKind::Open,
            _ => self.has(person),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: UserId = UserId(1);
    const BOB: UserId = UserId(2);

    #[test]
    fn a_closed_room_is_heard_by_who_was_let_in_until_they_are_put_out() {
        let mut viewers = Viewers::default();
        assert!(!viewers.let_hear(Some(ALICE), RoomKind::Closed));
        viewers.turn(RoomKind::Closed);
        viewers.let_in(BOB);
        viewers.let_in(ALICE);
        viewers.let_in(BOB);
        // What is said of it again leaves its members.
        viewers.turn(RoomKind::Closed);
        let hears = |viewers: &Viewers| {
            [Some(ALICE), Some(BOB), None].map(|who| viewers.let_hear(who, RoomKind::Closed))
        };
        assert_eq!(hears(&viewers), [true, true, false]);
        viewers.put_out(BOB);
        viewers.put_out(BOB);
        assert_eq!(hears(&viewers), [true, false, false]);
    }

    #[test]
    fn an_open_room_is_heard_by_everybody_and_an_unknown_one_by_who_found_it_open() {
        let mut viewers = Viewers::default();
        assert!(viewers.let_hear(None, RoomKind::Open));
        viewers.turn(RoomKind::Open);
        viewers.let_in(ALICE);
        viewers.put_out(ALICE);
        assert!(viewers.let_hear(None, RoomKind::Closed));
        assert_eq!(viewers, Viewers::Everybody);
    }
}
