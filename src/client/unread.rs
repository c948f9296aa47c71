//! How much is unread, and whether it is for oneself: what mentions one, and what somebody writes where they talk to one
//! alone. Of a room of which one wants to be told less, the rest is not counted.
//!
//! *Invariant:* where anything is for oneself, that alone is counted: what others say among themselves can wait.

use parlour_protocol::{Level, RoomEntry, RoomId};

/// Messages, or rooms, of which something is unread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Unread {
    /// How many there are.
    pub count: i64,
    /// They are for who reads.
    pub is_for_you: bool,
}

impl Unread {
    /// The messages of one room.
    pub fn of(entry: &RoomEntry) -> Self {
        Self::in_room(entry.room.id, entry.level, entry.unread, entry.mentions)
    }

    /// Of so many unread messages so many mentions. What was read here may not have been counted down among those yet.
    pub fn in_room(room: RoomId, level: Level, unread: i64, mentions: i64) -> Self {
        let mentions = match room.is_direct() {
            true => unread,
            false => mentions.min(unread),
        };
        let is_for_you = mentions > 0;
        let count = match level {
            Level::Nothing => return Self::default(),
            _ if is_for_you => mentions,
            Level::Mentions => 0,
            Level::All => unread,
        };
        Self { count, is_for_you }
    }

    /// The same as one room, if anything is unread in it.
    pub fn room(self) -> Self {
        Self {
            count: self.count.min(1),
            ..self
        }
    }

    /// The messages of all rooms.
    pub fn in_all(rooms: &[RoomEntry]) -> Self {
        let mut all = Self::default();
        for entry in rooms {
            all.add(Self::of(entry));
        }
        all
    }

    /// The rooms, without the one that is open.
    pub fn elsewhere(rooms: &[RoomEntry], open: Option<RoomId>) -> Self {
        let mut all = Self::default();
        for entry in rooms {
            if Some(entry.room.id) != open {
                all.add(Self::of(entry).room());
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
            mentions: 0,
            is_member: true,
            is_favourite: false,
            level: Level::default(),
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
    fn of_a_room_what_mentions_oneself_is_counted_where_anything_does() {
        let of = |unread, mentions| {
            Unread::of(&RoomEntry {
                mentions,
                ..entry(1, unread)
            })
        };
        assert_eq!(of(5, 2), unread(2, true));
        assert_eq!(of(5, 0), unread(5, false));
        // All is read here that was counted before.
        assert_eq!([of(0, 2), of(1, 2)], [unread(0, false), unread(1, true)]);
        let mut rooms = vec![entry(1, 9), entry(2, 3)];
        rooms[1].mentions = 1;
        assert_eq!(Unread::in_all(&rooms), unread(1, true));
        assert_eq!(Unread::elsewhere(&rooms, Some(RoomId(1))), unread(1, true));
        assert_eq!(Unread::elsewhere(&rooms, Some(RoomId(2))), unread(1, false));
    }

    #[test]
    fn of_a_room_no_more_is_counted_than_one_wants_to_be_told_of() {
        let of = |id, level, mentions| {
            Unread::of(&RoomEntry {
                level,
                mentions,
                ..entry(id, 5)
            })
        };
        assert_eq!(of(1, Level::Mentions, 0), unread(0, false));
        assert_eq!(of(1, Level::Mentions, 2), unread(2, true));
        assert_eq!(of(1, Level::Nothing, 2), unread(0, false));
        assert_eq!(of(BOB, Level::Mentions, 0), unread(5, true));
        assert_eq!(of(BOB, Level::Nothing, 0), unread(0, false));
    }

    #[test]
    fn a_count_says_in_words_that_it_is_for_oneself() {
        let (plain, direct) = (Unread::of(&entry(1, 3)), Unread::of(&entry(BOB, 3)));
        assert_eq!(
            [plain.name(), direct.name()],
            ["3 unread", "3 unread, for you"]
        );
    }
}
