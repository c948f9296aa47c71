//! What a tab is called, also while nobody looks at it.

use parlour_protocol::RoomEntry;
use parlour_protocol::display::isolated;

/// More than this many are not counted.
const MOST: i64 = 99;

/// The title: what has not been read, the room or page, and the house.
pub fn title(of: &str, unread: i64, house: &str) -> String {
    let mut title = String::new();
    if unread > 0 {
        title.push('(');
        title.push_str(&capped(unread));
        title.push_str(") ");
    }
    if !of.is_empty() {
        title.push_str(&isolated(of));
        title.push_str(" · ");
    }
    title.push_str(house);
    title
}

/// The icon, with a dot where something has not been read.
pub fn icon(has_unread: bool) -> &'static str {
    if has_unread {
        "/favicon-unread.svg"
    } else {
        "/favicon.svg"
    }
}

/// What has not been read, in all rooms.
pub fn unread(rooms: &[RoomEntry]) -> i64 {
    rooms.iter().map(|entry| entry.unread).sum()
}

/// A count where there is little place.
pub fn capped(count: i64) -> String {
    if count > MOST {
        format!("{MOST}+")
    } else {
        count.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::{RoomId, samples};

    #[test]
    fn the_title_has_what_is_unread_and_is_the_page_s_without() {
        assert_eq!(title("Lobby", 0, "Parlour"), "Lobby · Parlour");
        assert_eq!(title("", 0, "Parlour"), "Parlour");
        assert_eq!(title("Lobby", 1, "Parlour"), "(1) Lobby · Parlour");
        assert_eq!(title("", 99, "Parlour"), "(99) Parlour");
        assert_eq!(title("Lobby", 100, "Parlour"), "(99+) Lobby · Parlour");
    }

    #[test]
    fn a_room_s_name_from_right_to_left_turns_nothing_else() {
        assert_eq!(
            title("סלון", 2, "Parlour"),
            "(2) \u{2068}סלון\u{2069} · Parlour"
        );
    }

    #[test]
    fn all_rooms_count() {
        let entry = |id, unread| RoomEntry {
            room: samples::room(RoomId(id), ""),
            unread,
            is_member: true,
            is_favourite: false,
            availability: None,
        };
        assert_eq!(unread(&[]), 0);
        assert_eq!(unread(&[entry(1, 2), entry(2, 0), entry(3, 5)]), 7);
    }
}
