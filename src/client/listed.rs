//! The list of rooms: how much of the house it shows, and what becomes of it when a fresh one comes.
//!
//! *Invariant:* the list never grows beyond what a page would have, however many rooms are made meanwhile; and
//! what a frame said while a fresh one was on its way is not undone by it.

use super::by_room::Rooms;
use parlour_protocol::rules::{OTHER_ROOMS_MAX, OWN_ROOMS_MAX};
use parlour_protocol::{RoomEntry, RoomId, Seq};

/// Whether a list of so many rooms is all there are. Else a room that is not in it may well be there.
pub fn is_whole(rooms: usize) -> bool {
    rooms < OTHER_ROOMS_MAX
}

/// Whether a list of so many takes one more that was made just now.
pub fn takes_another(rooms: usize) -> bool {
    rooms < OWN_ROOMS_MAX + OTHER_ROOMS_MAX
}

/// Takes a fresh list in the place of this one. `told` are the rooms that frames said were made, changed or
/// deleted while it was on its way; `posts_since` counts what others posted after a seq in a room that this
/// socket is in, and has nothing for other rooms.
pub fn take(
    rooms: &mut Vec<RoomEntry>,
    mut fresh: Vec<RoomEntry>,
    told: &Rooms,
    open: Option<RoomId>,
    posts_since: impl Fn(RoomId, Seq) -> Option<i64>,
) {
    for entry in &mut fresh {
        // A frame that came meanwhile knows more than the list.
        let newer = rooms
            .iter()
            .find(|e| e.room.id == entry.room.id && e.room.seq > entry.room.seq);
        if let Some(newer) = newer {
            // Of a room one is in, a frame tells one message more, and not how many they are.
            entry.unread = match posts_since(entry.room.id, entry.room.seq) {
                Some(posts) => entry.unread + posts,
                None => newer.unread,
            };
            entry.room = newer.room.clone();
        }
    }
    // Which room is open is not known where the list was made: where it has not all of them, that one's line
    // stays.
    let open = open.filter(|id| !is_whole(fresh.len()) && !has(&fresh, *id));
    // The frames about rooms that came or went know more, too.
    fresh.retain(|entry| !told.contains(entry.room.id));
    rooms.retain(|entry| told.contains(entry.room.id) || open == Some(entry.room.id));
    for entry in fresh {
        put(rooms, entry);
    }
}

/// Whether this room is neither in the list that came nor known from a frame that came meanwhile.
pub fn is_gone(room: RoomId, rooms: &[RoomEntry], fresh: &[RoomEntry], told: &Rooms) -> bool {
    if told.contains(room) {
        !has(rooms, room)
    } else {
        is_whole(fresh.len()) && !has(fresh, room)
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

fn has(rooms: &[RoomEntry], room: RoomId) -> bool {
    rooms.iter().any(|entry| entry.room.id == room)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::{Room, Timestamp};

    const NEW: RoomId = RoomId(1_000);

    /// A room whose place in the list is by its id, with so much unread up to this seq.
    fn entry(id: i64, seq: Seq, unread: i64) -> RoomEntry {
        let room = Room {
            id: RoomId(id),
            name: format!("Room {id}"),
            description: String::new(),
            created_at: Timestamp(0),
            created_by: None,
            seq,
            online: 0,
            last_message_at: None,
            sort: format!("{id:05}"),
        };
        RoomEntry { room, unread }
    }

    fn entries(ids: impl IntoIterator<Item = i64>) -> Vec<RoomEntry> {
        ids.into_iter().map(|id| entry(id, 1, 0)).collect()
    }

    fn told(ids: &[RoomId]) -> Rooms {
        let mut told = Rooms::default();
        for id in ids {
            told.insert(*id, ());
        }
        told
    }

    fn in_no_room(_: RoomId, _: Seq) -> Option<i64> {
        None
    }

    /// The list after a fresh one came, when frames told of these rooms, and this one is open.
    fn taken(
        mut rooms: Vec<RoomEntry>,
        fresh: Vec<RoomEntry>,
        of: &[RoomId],
        open: Option<RoomId>,
    ) -> Vec<RoomEntry> {
        take(&mut rooms, fresh, &told(of), open, in_no_room);
        rooms
    }

    #[test]
    fn a_room_that_a_full_list_does_not_have_may_be_there() {
        assert!(is_whole(0) && is_whole(49));
        assert!(!is_whole(50) && !is_whole(251));
    }

    #[test]
    fn a_tab_that_hears_of_ten_thousand_new_rooms_lists_as_many_as_a_page() {
        let listed = (0..10_000).fold(0, |listed, _| listed + usize::from(takes_another(listed)));
        assert_eq!(listed, 250);
    }

    #[test]
    fn a_fresh_list_says_what_is_there_and_what_is_not() {
        let fresh = vec![entry(1, 5, 2), entry(3, 1, 0)];
        let rooms = taken(entries([1, 2]), fresh.clone(), &[], Some(RoomId(2)));
        assert_eq!(rooms, fresh);
        assert!(is_gone(RoomId(2), &entries([1, 2]), &fresh, &told(&[])));
        assert!(!is_gone(RoomId(3), &entries([1, 2]), &fresh, &told(&[])));
    }

    #[test]
    fn what_a_frame_said_of_a_room_meanwhile_is_newer_than_the_list() {
        let rooms = taken(
            vec![entry(1, 7, 4), entry(2, 3, 1)],
            vec![entry(1, 5, 2), entry(2, 3, 0)],
            &[],
            None,
        );
        // What is as old as the list is as the list has it.
        assert_eq!(rooms, [entry(1, 7, 4), entry(2, 3, 0)]);
    }

    #[test]
    fn in_a_room_one_is_in_what_came_since_the_list_is_added_to_what_it_counts() {
        let mut rooms = vec![entry(1, 7, 1), entry(2, 7, 1)];
        let in_the_first = |room, seq| {
            assert_eq!(seq, 5);
            (room == RoomId(1)).then_some(2)
        };
        let fresh = vec![entry(1, 5, 10), entry(2, 5, 10)];
        take(&mut rooms, fresh, &told(&[]), None, in_the_first);
        assert_eq!(rooms, [entry(1, 7, 12), entry(2, 7, 1)]);
    }

    #[test]
    fn a_room_that_was_deleted_while_the_list_was_on_its_way_does_not_come_back() {
        let gone = RoomId(2);
        for fresh in [entries([1, 2]), entries(1..=60)] {
            assert!(is_gone(gone, &entries([1]), &fresh, &told(&[gone])));
            let rooms = taken(entries([1]), fresh, &[gone], None);
            assert!(has(&rooms, RoomId(1)) && !has(&rooms, gone));
        }
    }

    #[test]
    fn a_room_that_was_made_while_the_list_was_on_its_way_stays_where_it_belongs() {
        let listed = entries([1, 3, NEW.0]);
        let rooms = taken(listed.clone(), entries([3, 1_001]), &[NEW], None);
        assert_eq!(rooms, entries([3, NEW.0, 1_001]));
        assert!(!is_gone(NEW, &listed, &entries([1, 3]), &told(&[NEW])));
        // The list may know it already: once is enough.
        let rooms = taken(listed, entries([1, NEW.0]), &[NEW], None);
        assert_eq!(rooms, entries([1, NEW.0]));
    }

    #[test]
    fn the_open_room_keeps_its_line_where_the_list_has_not_all_rooms() {
        let bounded = entries(1..=50);
        let with_it = || entries((1..=50).chain([NEW.0]));
        let rooms = taken(with_it(), bounded.clone(), &[], Some(NEW));
        assert_eq!(rooms, with_it());
        assert!(!is_gone(NEW, &with_it(), &bounded, &told(&[])));
        // Another one that is not open does not.
        let rooms = taken(with_it(), bounded.clone(), &[], Some(RoomId(1)));
        assert_eq!(rooms, bounded);
        // An open one that the list has is as the list has it.
        let rooms = taken(with_it(), with_it(), &[], Some(NEW));
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
