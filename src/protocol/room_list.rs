//! The list of rooms as a socket answers it, the hash by which a client asks only for another one, and the news of a
//! room in it.
//!
//! *Invariant:* lists of one hash show the same: server and browser compute it with the same function,
//! from what is shown.

use crate::json::record;
use crate::place::{Listed, RoomEntry, is_zero};
use crate::{RoomId, Seq, UserId};
use serde::Serializer;

record! {
    /// The answer to `rooms`.
    pub struct RoomList {
        /// What [`RoomList::hash_of`] makes of the list.
        pub hash: String,
        /// The rooms in their order, written as [`Listed`]; `None` when the client's list has this hash.
        #[serde(skip_serializing_if = "Option::is_none", serialize_with = "listed")]
        pub rooms: Option<Vec<RoomEntry>>,
        /// The build of the pages that the server has, as in [`Welcome`](crate::Welcome).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub build: Option<String>,
        /// How far the house's stream had come before the list was read; every later change of it comes live.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub house: Option<Seq>,
        /// The same of the person's own stream; `None` for an anonymous reader.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub me: Option<Seq>,
        /// Whom the person blocks.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub blocked: Vec<UserId>,
    }
}

record! {
    /// Something happened in a room that the person may see and has not joined.
    pub struct RoomActivity {
        /// The id of the room.
        pub room_id: RoomId,
        /// The room's latest `seq`.
        pub seq: Seq,
        /// Messages posted since the person last read; 0 for a person who is no member.
        pub unread: i64,
        /// Those of them that mention the person, 100 at most.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub mentions: i64,
        /// How many people are in it.
        pub online: u32,
    }
}

impl RoomList {
    /// This list, without its rooms where the client holds one of the same hash (`known`).
    pub fn unless_known(rooms: Vec<RoomEntry>, known: Option<&str>) -> Self {
        let hash = Self::hash_of(&rooms);
        let is_known = known == Some(hash.as_str());
        Self {
            hash,
            rooms: (!is_known).then_some(rooms),
            build: None,
            house: None,
            me: None,
            blocked: Vec::new(),
        }
    }

    /// The hash of a list: of each room's id, name, place, people, unread messages and mentions, and whether the person
    /// is a member, has it among their favourites and of what they are told, and of whether who they talk to alone is there, in the order of the
    /// rooms. A room's `seq` is left out: it may move without anything that a list shows.
    pub fn hash_of(rooms: &[RoomEntry]) -> String {
        let mut hash = Fnv::default();
        for entry in rooms {
            let room = &entry.room;
            hash.number(room.id.0);
            hash.number(room.online.into());
            hash.number(entry.unread);
            hash.number(entry.mentions);
            let marks = i64::from(entry.is_member) + 2 * i64::from(entry.is_favourite);
            hash.number(marks + 4 * entry.level as i64);
            hash.number(entry.availability.map_or(0, |one| one as i64 + 1));
            hash.text(&room.name);
            hash.text(&room.sort);
        }
        hash.0.to_string()
    }
}

fn listed<S: Serializer>(rooms: &Option<Vec<RoomEntry>>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(rooms.iter().flatten().cloned().map(Listed::from))
}

/// FNV-1a with 64 bits: a few instructions, in the browser as well.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn number(&mut self, number: i64) {
        self.bytes(&number.to_le_bytes());
    }

    /// With an end that no text has, so that `ab`, `c` is another list than `a`, `bc`.
    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
        self.bytes(&[0xff]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Availability, Level, Timestamp, samples};

    fn entry(id: i64, name: &str) -> RoomEntry {
        RoomEntry {
            room: samples::room(RoomId(id), name),
            unread: 0,
            mentions: 0,
            is_member: false,
            is_favourite: false,
            level: Level::All,
            availability: None,
        }
    }

    #[test]
    fn whatever_a_list_shows_changes_its_hash() {
        let list = vec![entry(1, "Lobby"), entry(2, "Garden")];
        type Change = fn(&mut Vec<RoomEntry>);
        let changes: [Change; 16] = [
            |list| list.clear(),
            |list| list.swap(0, 1),
            |list| drop(list.pop()),
            |list| list[0].room.id = RoomId(3),
            |list| list[1].room.name.push('s'),
            |list| list[0].room.sort.push('a'),
            |list| list[0].room.online += 1,
            |list| list[1].unread += 1,
            |list| list[1].mentions += 1,
            |list| list[1].is_member = true,
            |list| list[1].is_favourite = true,
            |list| list[1].level = Level::Mentions,
            |list| list[1].level = Level::Nothing,
            |list| list[1].availability = Some(Availability::Online),
            |list| list[1].availability = Some(Availability::Away),
            |list| {
                list[0].room.name = "Lob".to_owned();
                list[0].room.sort = "by".to_owned();
            },
        ];
        let mut hashes = vec![RoomList::hash_of(&list)];
        for change in changes {
            let mut changed = list.clone();
            change(&mut changed);
            hashes.push(RoomList::hash_of(&changed));
        }
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), 17);
    }

    #[test]
    fn what_a_list_does_not_show_leaves_its_hash() {
        let list = vec![entry(1, "Lobby")];
        let mut whole = list.clone();
        whole[0].room.description = "Where everybody starts.".to_owned();
        whole[0].room.last_message_at = Some(Timestamp(1));
        whole[0].room.seq = Seq(7);
        assert_eq!(RoomList::hash_of(&whole), RoomList::hash_of(&list));
    }

    #[test]
    fn a_list_that_is_known_is_answered_by_its_hash_alone() {
        let list = vec![entry(1, "Lobby")];
        let hash = RoomList::hash_of(&list);
        let known = RoomList::unless_known(list.clone(), Some(&hash));
        assert_eq!((&known.hash, known.rooms), (&hash, None));
        for other in [None, Some(""), Some("1")] {
            let told = RoomList::unless_known(list.clone(), other);
            assert_eq!((&told.hash, told.rooms.as_ref()), (&hash, Some(&list)));
        }
    }
}
