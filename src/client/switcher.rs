//! Going to another room without looking for it: by a part of its name, or to the one beside it.
//!
//! *Invariant:* whatever is found is listed, once, and the room one is in comes last.

use crate::unread::Unread;
use parlour_protocol::finding::is_found;
use parlour_protocol::{RoomEntry, RoomId};

/// How many rooms are shown at most.
pub const SHOWN: usize = 20;

/// How many rooms are remembered.
const KEPT: usize = 20;

/// A text without what nobody types who looks for it: case and accents. Here are no tables for that.
pub type Fold = fn(&str) -> String;

/// The rooms that were opened lately in this browser, the last one first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recent(Vec<RoomId>);

impl Recent {
    /// As they were written; what cannot be read is left out.
    pub fn from_text(text: &str) -> Self {
        let ids = text.split(' ').filter_map(|id| id.parse().ok());
        Self(ids.map(RoomId).take(KEPT).collect())
    }

    /// To be kept.
    pub fn to_text(&self) -> String {
        let ids: Vec<String> = self.0.iter().map(RoomId::to_string).collect();
        ids.join(" ")
    }

    /// This room is opened now.
    pub fn opened(&mut self, room: RoomId) {
        self.0.retain(|other| *other != room);
        self.0.insert(0, room);
        self.0.truncate(KEPT);
    }
}

/// Those of the rooms that have every word of `wanted` in their names: the ones that were opened lately, those that one
/// belongs to, the rest, each of these in the order of the list; and the open one, if it is looked for by its name.
pub fn found<'a>(
    rooms: &'a [RoomEntry],
    recent: &Recent,
    open: Option<RoomId>,
    wanted: &str,
    fold: Fold,
) -> Vec<&'a RoomEntry> {
    let wanted = fold(wanted);
    let is_wanted = |entry: &&RoomEntry| is_found(&fold(&entry.room.name), &wanted);
    let is_open = |entry: &RoomEntry| open == Some(entry.room.id);
    let mut found: Vec<&RoomEntry> = Vec::new();
    let mut add = |entry: &'a RoomEntry| {
        if !found.iter().any(|other| other.room.id == entry.room.id) {
            found.push(entry);
        }
    };
    let others = || {
        rooms
            .iter()
            .filter(|entry| !is_open(entry))
            .filter(is_wanted)
    };
    for id in &recent.0 {
        others()
            .filter(|entry| entry.room.id == *id)
            .for_each(&mut add);
    }
    others().filter(|entry| entry.is_member).for_each(&mut add);
    others().for_each(&mut add);
    if !wanted.is_empty() {
        rooms.iter().filter(is_wanted).for_each(&mut add);
    }
    found.truncate(SHOWN);
    found
}

/// The room above or below this one of those that are shown, and at an end the one at the other; with `is_unread`, the
/// next with something unread.
pub fn beside<'a>(
    rooms: &[&'a RoomEntry],
    from: Option<RoomId>,
    is_up: bool,
    is_unread: bool,
) -> Option<&'a RoomEntry> {
    let count = rooms.len();
    let at = rooms.iter().position(|entry| Some(entry.room.id) == from);
    // Of none the first is below, and the last is above.
    let at = at.unwrap_or(if is_up { 0 } else { count.wrapping_sub(1) });
    let way = (1..=count).map(|steps| if is_up { count - steps } else { steps });
    let mut others = way.map(|steps| rooms[(at + steps) % count]);
    others.find(|entry| Some(entry.room.id) != from && (!is_unread || Unread::of(entry).count > 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::{Level, samples};

    fn entry(id: i64, name: &str) -> RoomEntry {
        RoomEntry {
            room: samples::room(RoomId(id), name),
            unread: 0,
            mentions: 0,
            is_member: false,
            is_favourite: false,
            level: Level::default(),
            availability: None,
        }
    }

    /// Enough of a fold for a test.
    fn fold(text: &str) -> String {
        text.to_lowercase().replace('é', "e")
    }

    fn house() -> Vec<RoomEntry> {
        let names = ["Attic", "Café", "Garden", "Kitchen garden", "Lobby"];
        let named = names.iter().zip(1..);
        named.map(|(name, id)| entry(id, name)).collect()
    }

    fn ids(found: &[&RoomEntry]) -> Vec<i64> {
        found.iter().map(|entry| entry.room.id.0).collect()
    }

    #[test]
    fn any_part_of_a_name_finds_it_without_case_and_accents() {
        let rooms = house();
        let find = |wanted| ids(&found(&rooms, &Recent::default(), None, wanted, fold));
        assert_eq!(find("ARDEN"), [3, 4]);
        assert_eq!(find("gar kit"), [4]);
        assert_eq!(find("cafe"), [2]);
        assert_eq!(find("CAFÉ "), [2]);
        assert_eq!(find("cellar"), [0; 0]);
    }

    #[test]
    fn recent_rooms_come_first_then_ones_own_then_the_rest_and_the_open_one_last() {
        let mut rooms = house();
        rooms[4].is_member = true;
        let recent = Recent::from_text("3 2 99 4");
        let open = Some(RoomId(3));
        let find = |wanted| ids(&found(&rooms, &recent, open, wanted, fold));
        assert_eq!(find(""), [2, 4, 5, 1], "one is in the open one already");
        assert_eq!(find("a"), [2, 4, 1, 3]);
        assert_eq!(find("garden"), [4, 3]);
    }

    #[test]
    fn no_more_are_shown_than_one_can_look_through() {
        let rooms: Vec<_> = (1..=60).map(|id| entry(id, "Room")).collect();
        let found = found(&rooms, &Recent::default(), None, "room", fold);
        assert_eq!(found.len(), SHOWN);
    }

    #[test]
    fn the_room_opened_last_is_the_first_and_the_oldest_are_forgotten() {
        let mut recent = Recent::default();
        for id in (1..=30).chain([25]) {
            recent.opened(RoomId(id));
        }
        assert_eq!(recent.0.len(), KEPT);
        assert_eq!(recent.0[..3], [RoomId(25), RoomId(30), RoomId(29)]);
        assert_eq!(Recent::from_text(&recent.to_text()), recent);
        assert_eq!(Recent::from_text(""), Recent::default());
        assert_eq!(Recent::from_text("3 x  -").0, [RoomId(3)]);
    }

    #[test]
    fn one_walks_round_the_list_and_past_what_is_read() {
        let mut rooms = house();
        let step = |rooms: &[RoomEntry], from: Option<i64>, is_up, is_unread| {
            let rooms: Vec<_> = rooms.iter().collect();
            let beside = beside(&rooms, from.map(RoomId), is_up, is_unread);
            beside.map(|entry| entry.room.id.0)
        };
        assert_eq!(step(&rooms, Some(2), false, false), Some(3));
        assert_eq!(step(&rooms, Some(2), true, false), Some(1));
        assert_eq!(step(&rooms, Some(5), false, false), Some(1));
        assert_eq!(step(&rooms, Some(1), true, false), Some(5));
        assert_eq!(step(&rooms, None, false, false), Some(1));
        assert_eq!(step(&rooms, None, true, false), Some(5));
        assert_eq!(step(&rooms, Some(2), false, true), None, "all is read");
        rooms[0].unread = 3;
        rooms[1].unread = 1;
        assert_eq!(step(&rooms, Some(2), false, true), Some(1));
        assert_eq!(step(&rooms, Some(3), true, true), Some(2));
        assert_eq!(step(&rooms, None, false, true), Some(1));
        assert_eq!(step(&rooms[..1], Some(1), false, false), None);
        assert_eq!(step(&[], None, true, false), None);
        assert_eq!(step(&[], None, false, false), None);
    }
}
