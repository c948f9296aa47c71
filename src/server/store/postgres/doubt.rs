//! Which publications were told, and which may have to be: those of a transaction whose COMMIT was not answered.
//!
//! *Invariant:* each change has a `seq` of its own, taken in its transaction. So the database has reached one of them, or
//! the transaction is not there.

use crate::events::Publication;
use parlour_protocol::{RoomId, Seq, UserId};
use std::collections::HashMap;

/// How far everything has come: what was told, or what is in the database.
#[derive(Clone, Debug, Default)]
pub(super) struct Reached {
    /// The `seq` of each room that there is.
    pub(super) rooms: HashMap<RoomId, Seq>,
    /// The same of the house's stream.
    pub(super) house: Seq,
    /// The same of people's own streams; only of people who were asked for.
    pub(super) people: HashMap<UserId, Seq>,
}

impl Reached {
    /// Notes what is told.
    pub(super) fn tell<'p>(&mut self, publications: impl IntoIterator<Item = &'p Publication>) {
        for publication in publications {
            match publication {
                Publication::RoomDeleted(room) => {
                    self.rooms.remove(room);
                }
                Publication::Renamed { seq, .. } => self.house = self.house.max(*seq),
                other => {
                    if let Some((room, seq)) = of_room(other) {
                        let at = self.rooms.entry(room).or_default();
                        *at = seq.max(*at);
                    }
                }
            }
        }
    }

    /// Whether a transaction with these publications is there, where nothing was written after it: any of them is.
    pub(super) fn has_any(&self, publications: &[Publication]) -> bool {
        publications.iter().any(|publication| self.has(publication))
    }

    /// False also where it has no `seq`: it goes with one that does.
    fn has(&self, publication: &Publication) -> bool {
        let is_reached = |at: Option<&Seq>, seq: Seq| at.is_some_and(|at| *at >= seq);
        match publication {
            Publication::RoomDeleted(room) => !self.rooms.contains_key(room),
            Publication::Renamed { seq, .. } => self.house >= *seq,
            other => match (of_room(other), of_person(other)) {
                (Some((room, seq)), _) => is_reached(self.rooms.get(&room), seq),
                (_, Some((user, me))) => is_reached(self.people.get(&user), me),
                (None, None) => false,
            },
        }
    }
}

/// The people in whose own streams these are.
pub(super) fn people(publications: &[Publication]) -> Vec<UserId> {
    let people = publications.iter().filter_map(of_person);
    people.map(|(user, _)| user).collect()
}

/// The room that a publication is a change of, and its `seq`.
fn of_room(publication: &Publication) -> Option<(RoomId, Seq)> {
    match publication {
        Publication::Message { message, .. } => Some((message.room_id, message.seq)),
        Publication::MessageChanged(message) | Publication::Reacted { message, .. } => {
            Some((message.room_id, message.seq))
        }
        Publication::RoomChanged { room, .. } => Some((room.id, room.seq)),
        _ => None,
    }
}

/// The person in whose own stream a publication is, and its `seq` there.
fn of_person(publication: &Publication) -> Option<(UserId, Seq)> {
    match publication {
        Publication::Left { user, me, .. }
        | Publication::Joined { user, me, .. }
        | Publication::Favourite { user, me, .. }
        | Publication::BlocksChanged { user, me, .. }
        | Publication::Standing { user, me, .. }
        | Publication::SessionsEnded { user, me, .. }
        | Publication::RoleChanged { user, me }
        | Publication::Read { user, me, .. } => Some((*user, *me)),
        Publication::Unread { user, marked, .. } => Some((*user, marked.me?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::{RoomRules, samples};

    const DEN: RoomId = RoomId(7);
    const ALICE: UserId = UserId(3);

    fn read(me: i64) -> Publication {
        Publication::Read {
            user: ALICE,
            room: DEN,
            seq: Seq(9),
            read_posts: 9,
            is_asked: false,
            me: Seq(me),
        }
    }

    fn changed(seq: i64) -> Publication {
        let mut room = samples::room(DEN, "Den");
        room.seq = Seq(seq);
        let rules = RoomRules::default();
        Publication::RoomChanged { room, rules }
    }

    #[test]
    fn a_transaction_is_there_if_the_database_has_reached_what_it_changed() {
        let present = Reached {
            rooms: [(DEN, Seq(5))].into(),
            house: Seq(2),
            people: [(ALICE, Seq(4))].into(),
        };
        let (gone, deleted) = (
            Publication::RoomDeleted(RoomId(8)),
            Publication::RoomDeleted(DEN),
        );
        let role = |me| Publication::RoleChanged {
            user: ALICE,
            me: Seq(me),
        };
        let ended = |me| Publication::SessionsEnded {
            user: ALICE,
            sessions: Vec::new(),
            is_renewed: false,
            me: Seq(me),
        };
        let shown = Publication::RoomHidden {
            room: DEN,
            user: ALICE,
        };
        for (publications, is_there) in [
            (vec![], false),
            (vec![read(4)], true),
            (vec![read(5)], false),
            (vec![role(4)], true),
            (vec![role(5)], false),
            (vec![ended(4)], true),
            (vec![ended(5)], false),
            (vec![changed(5)], true),
            (vec![changed(6), shown.clone()], false),
            (vec![shown, read(4)], true),
            (vec![gone], true),
            (vec![deleted], false),
        ] {
            assert_eq!(present.has_any(&publications), is_there, "{publications:?}");
        }
    }

    #[test]
    fn what_is_told_moves_on_and_never_back() {
        let mut told = Reached::default();
        told.tell(&[changed(5), changed(4), read(3)]);
        assert_eq!(told.rooms, [(DEN, Seq(5))].into());
        told.tell(&[Publication::RoomDeleted(DEN)]);
        assert!(told.rooms.is_empty());
    }
}
