//! What a tab says of unread messages while nobody can see it: in its title and in its icon.
//!
//! *Invariant:* both follow from what the view model holds; a tab that is seen has the title of its page.

use super::shown;
use super::view_model::ViewModel;
use crate::app::browser::navigation;
use parlour_client::tab;
use parlour_client::unread::Unread;

/// Keeps title and icon.
pub fn keep(model: ViewModel) {
    model.set_hidden(!navigation::is_visible());
    let house = navigation::house();
    shown::keep(move || {
        let unread = if model.is_hidden().get() {
            model.rooms().with(|rooms| Unread::in_all(rooms))
        } else {
            Unread::default()
        };
        let title = model.open().with(|open| {
            let room = open.as_ref().map_or("", |open| &open.room.name);
            tab::title(room, unread, &house)
        });
        navigation::set_title(&title);
        navigation::set_icon(tab::icon(unread));
    });
}
