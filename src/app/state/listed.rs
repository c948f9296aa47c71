//! How much of the house the list of rooms shows.
//!
//! *Invariant:* the list never grows beyond what a page would have, however many rooms are made meanwhile.

use parlour_protocol::rules::{OTHER_ROOMS_MAX, OWN_ROOMS_MAX};

/// Whether a list of so many rooms is all there are. Else a room that is not in it may well be there.
pub fn is_whole(rooms: usize) -> bool {
    rooms < OTHER_ROOMS_MAX
}

/// Whether a list of so many takes one more that was made just now.
pub fn takes_another(rooms: usize) -> bool {
    rooms < OWN_ROOMS_MAX + OTHER_ROOMS_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
