//! What a tab says of unread messages while nobody can see it: in its title and in its icon.
//!
//! *Invariant:* both follow from what the desk holds; a tab that is seen has the title of its page.

use super::desk::Desk;
use super::shown;
use crate::app::browser::navigation;
use parlour_client::tab;

/// Keeps title and icon.
pub fn keep(desk: Desk) {
    desk.set_hidden(!navigation::is_visible());
    shown::keep(move || {
        let unread = if desk.is_hidden().get() {
            desk.rooms().with(|rooms| tab::unread(rooms))
        } else {
            0
        };
        let title = desk.open().with(|open| {
            let room = open.as_ref().map_or("", |open| &open.room.name);
            tab::title(room, unread)
        });
        navigation::set_title(&title);
        navigation::set_icon(tab::icon(unread > 0));
    });
}
