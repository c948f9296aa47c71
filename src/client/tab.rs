//! What a tab is called, also while nobody looks at it.

use crate::unread::Unread;
use parlour_protocol::display::isolated;

/// More than this many are not counted.
const MOST: i64 = 99;

/// The title: how much that is for who reads has not been, or a dot for the rest, the room or page, and the house.
pub fn title(of: &str, unread: Unread, house: &str) -> String {
    let mut title = String::new();
    if unread.is_for_you {
        title.push('(');
        title.push_str(&capped(unread.count));
        title.push_str(") ");
    } else if unread.count > 0 {
        title.push_str("• ");
    }
    if !of.is_empty() {
        title.push_str(&isolated(of));
        title.push_str(" · ");
    }
    title.push_str(house);
    title
}

/// The icon: with a dot where something has not been read, and lit where that is for who reads.
pub fn icon(unread: Unread) -> &'static str {
    match (unread.count, unread.is_for_you) {
        (0, _) => "/favicon.svg",
        (_, false) => "/favicon-unread.svg",
        (_, true) => "/favicon-for-you.svg",
    }
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

    fn of(room: &str, count: i64, is_for_you: bool) -> String {
        title(room, Unread { count, is_for_you }, "Parlour")
    }

    #[test]
    fn the_title_has_what_is_unread_and_is_the_page_s_without() {
        assert_eq!(of("Lobby", 0, false), "Lobby · Parlour");
        assert_eq!(of("", 0, false), "Parlour");
        assert_eq!(of("Lobby", 1, false), "• Lobby · Parlour");
        assert_eq!(of("", 100, false), "• Parlour");
        assert_eq!(of("Lobby", 2, true), "(2) Lobby · Parlour");
        assert_eq!(of("", 99, true), "(99) Parlour");
        assert_eq!(of("", 100, true), "(99+) Parlour");
    }

    #[test]
    fn the_icon_tells_what_is_for_oneself_from_the_rest() {
        let icons = [(0, false), (1, false), (1, true)];
        let icons = icons.map(|(count, is_for_you)| icon(Unread { count, is_for_you }));
        assert_eq!(
            icons,
            [
                "/favicon.svg",
                "/favicon-unread.svg",
                "/favicon-for-you.svg"
            ]
        );
    }

    #[test]
    fn a_room_s_name_from_right_to_left_turns_nothing_else() {
        assert_eq!(of("סלון", 2, true), "(2) \u{2068}סלון\u{2069} · Parlour");
    }
}
