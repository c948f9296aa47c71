//! The list of rooms: how much of the house it shows, and what becomes of it when a fresh one comes.
//!
//! *Invariant:* the list never grows beyond what a page would have, however many rooms are made meanwhile.

use parlour_protocol::rules::{OTHER_ROOMS_MAX, OWN_ROOMS_MAX};
use parlour_protocol::{RoomEntry, RoomId, Seq};

/// Whether a list of so many rooms is all there are. Else a room that is not in it may well be there.
pub fn is_whole(rooms: usize) -> bool {
    rooms < OTHER_ROOMS_MAX
}

/// Whether nobody has done anything here yet: there is the first room, and nothing in it.
pub fn is_new(rooms: &[RoomEntry]) -> bool {
    matches!(rooms, [entry] if entry.room.seq == Seq::ZERO)
}

/// Whether a list of so many takes one more that was made just now.
pub fn takes_another(rooms: usize) -> bool {
    rooms < OWN_ROOMS_MAX + OTHER_ROOMS_MAX
}

/// Takes a fresh list in the place of this one. Which room is open is not known where the list was made: where
/// it has not all of them, that one's line stays.
pub fn take(rooms: &mut Vec<RoomEntry>, fresh: Vec<RoomEntry>, open: Option<RoomId>) {
    let open = open.filter(|id| !is_whole(fresh.len()) && !has(&fresh, *id));
    let old = std::mem::replace(rooms, fresh);
    for entry in old {
        if open == Some(entry.room.id) {
            put(rooms, entry);
        }
    }
}

/// Puts a room where the server has it stand in the sidebar. They come in order, or one at a time, so
/// most are put at the end, and sorting would only be more code.
pub fn put(rooms: &mut Vec<RoomEntry>, entry: RoomEntry) {
    let (sort, id) = (&entry.room.sort, entry.room.id);
    let after = rooms
        .iter()
        .rposition(|other| (&other.room.sort, other.room.id) <= (sort, id));
    rooms.insert(after.map_or(0, |at| at + 1), entry);
}

/// Whether this room is listed.
pub fn has(rooms: &[RoomEntry], room: RoomId) -> bool {
    rooms.iter().any(|entry| entry.room.id == room)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::{Level, Room, Timestamp};

    const NEW: RoomId = RoomId(1_000);

    /// A room whose place in the list is by its id, with so much unread up to this seq.
    fn entry(id: i64, seq: i64, unread: i64) -> RoomEntry {
        let room = Room {
            id: RoomId(id),
            name: format!("Room {id}"),
            description: String::new(),
            created_at: Timestamp(0),
            created_by: None,
            seq: Seq(seq),
            online: 0,
            last_message_at: None,
            sort: format!("{id:05}"),
        };
        RoomEntry {
            room,
            unread,
            mentions: 0,
            is_member: false,
            is_favourite: false,
            level: Level::default(),
            availability: None,
        }
    }

    fn entries(ids: impl IntoIterator<Item = i64>) -> Vec<RoomEntry> {
        ids.into_iter().map(|id| entry(id, 1, 0)).collect()
    }

    /// The list after a fresh one came, when this room is open.
    fn taken(
        mut rooms: Vec<RoomEntry>,
        fresh: Vec<RoomEntry>,
        open: Option<RoomId>,
    ) -> Vec<RoomEntry> {
        take(&mut rooms, fresh, open);
        rooms
    }

    #[test]
    fn a_room_that_a_full_list_does_not_have_may_be_there() {
        assert!(is_whole(0) && is_whole(49));
        assert!(!is_whole(50) && !is_whole(251));
    }

    #[test]
    fn a_house_is_new_until_somebody_writes_or_makes_a_room() {
        assert!(is_new(&[entry(1, 0, 0)]));
        assert!(!is_new(&[entry(1, 1, 0)]));
        assert!(!is_new(&[entry(1, 0, 0), entry(2, 0, 0)]));
        // All were deleted.
        assert!(!is_new(&[]));
    }

    #[test]
    fn a_tab_that_hears_of_ten_thousand_new_rooms_lists_as_many_as_a_page() {
        let listed = (0..10_000).fold(0, |listed, _| listed + usize::from(takes_another(listed)));
        assert_eq!(listed, 250);
    }

    #[test]
    fn a_fresh_list_takes_the_place_of_the_old_one() {
        let fresh = vec![entry(1, 5, 2), entry(3, 1, 0)];
        let rooms = taken(entries([1, 2]), fresh.clone(), Some(RoomId(2)));
        assert_eq!(rooms, fresh);
    }

    #[test]
    fn the_open_room_keeps_its_line_where_the_list_has_not_all_rooms() {
        let bounded = entries(1..=50);
        let with_it = || entries((1..=50).chain([NEW.0]));
        let rooms = taken(with_it(), bounded.clone(), Some(NEW));
        assert_eq!(rooms, with_it());
        // Another one that is not open does not.
        let rooms = taken(with_it(), bounded.clone(), Some(RoomId(1)));
        assert_eq!(rooms, bounded);
        // An open one that the list has is as the list has it.
        let rooms = taken(with_it(), with_it(), Some(NEW));
        assert_eq!(rooms, with_it());
    }

    #[test]
    fn a_room_is_put_behind_those_that_stand_before_it() {
        let mut rooms = Vec::new();
        for id in [3, 1, 2, 4] {
            put(&mut rooms, entry(id, 1, 0));
        }
        assert_eq!(rooms, entries(1..=4));
        // Of two names that are one to the alphabet, the room that was made first comes first.
        let mut twin = entry(9, 1, 0);
        twin.room.sort = rooms[1].room.sort.clone();
        put(&mut rooms, twin);
        assert_eq!(rooms[2].room.id, RoomId(9));
    }
}
