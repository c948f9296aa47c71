//! How much is unread, and whether it is for oneself: what somebody writes where they talk to one alone is a mention.
//!
//! *Invariant:* where anything is for oneself, that alone is counted: what others say among themselves can wait.

use parlour_protocol::{RoomEntry, RoomId};

/// Messages, or rooms, of which something is unread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Unread {
    /// How many there are.
    pub count: i64,
    /// They are for who reads.
    pub is_for_you: bool,
}

impl Unread {
    /// So many messages of one room.
    pub fn of(room: RoomId, count: i64) -> Self {
        Self {
            count,
            is_for_you: room.is_direct(),
        }
    }

    /// The messages of all rooms.
    pub fn in_all(rooms: &[RoomEntry]) -> Self {
        let mut all = Self::default();
        for entry in rooms {
            all.add(Self::of(entry.room.id, entry.unread));
        }
        all
    }

    /// The rooms, without the one that is open.
    pub fn elsewhere(rooms: &[RoomEntry], open: Option<RoomId>) -> Self {
        let mut all = Self::default();
        for entry in rooms {
            if Some(entry.room.id) != open {
                all.add(Self::of(entry.room.id, entry.unread.min(1)));
            }
        }
        all
    }

    /// Counts these as well.
    pub fn add(&mut self, other: Self) {
        if other.count > 0 && other.is_for_you >= self.is_for_you {
            if other.is_for_you != self.is_for_you {
                *self = Self::default();
            }
            self.count += other.count;
            self.is_for_you = other.is_for_you;
        }
    }

    /// What a screen reader calls it.
    pub fn name(self) -> String {
        format!("{} unread{}", self.count, self.of_whom())
    }

    fn of_whom(self) -> &'static str {
        match self.is_for_you {
            true => ", for you",
            false => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::ids::DIRECT_FROM;
    use parlour_protocol::samples;

    const BOB: i64 = DIRECT_FROM;

    fn entry(id: i64, unread: i64) -> RoomEntry {
        RoomEntry {
            room: samples::room(RoomId(id), ""),
            unread,
            is_member: true,
            is_favourite: false,
            availability: None,
        }
    }

    fn unread(count: i64, is_for_you: bool) -> Unread {
        Unread { count, is_for_you }
    }

    #[test]
    fn all_rooms_count_until_something_is_for_oneself() {
        assert_eq!(Unread::in_all(&[]), unread(0, false));
        let mut rooms = vec![entry(1, 2), entry(2, 0), entry(3, 5)];
        assert_eq!(Unread::in_all(&rooms), unread(7, false));
        rooms.insert(1, entry(BOB, 0));
        assert_eq!(
            Unread::in_all(&rooms),
            unread(7, false),
            "all is read there"
        );
        rooms.insert(1, entry(BOB + 1, 3));
        rooms.push(entry(BOB + 2, 1));
        assert_eq!(Unread::in_all(&rooms), unread(4, true));
    }

    #[test]
    fn what_is_unread_elsewhere_is_counted_by_room() {
        let mut rooms = vec![entry(1, 5), entry(2, 0), entry(3, 2)];
        let elsewhere =
            |rooms: &[RoomEntry], open: Option<i64>| Unread::elsewhere(rooms, open.map(RoomId));
        assert_eq!(elsewhere(&rooms, Some(1)), unread(1, false));
        assert_eq!(elsewhere(&rooms, Some(2)), unread(2, false));
        assert_eq!(elsewhere(&rooms, None), unread(2, false));
        rooms.push(entry(BOB, 9));
        assert_eq!(elsewhere(&rooms, Some(1)), unread(1, true));
        assert_eq!(elsewhere(&rooms, Some(BOB)), unread(2, false));
        assert_eq!(elsewhere(&[], Some(1)), unread(0, false));
    }

    #[test]
    fn a_count_says_in_words_that_it_is_for_oneself() {
        let (plain, direct) = (Unread::of(RoomId(1), 3), Unread::of(RoomId(BOB), 3));
        assert_eq!(
            [plain.name(), direct.name()],
            ["3 unread", "3 unread, for you"]
        );
    }
}
