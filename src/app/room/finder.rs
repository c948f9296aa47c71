//! The panel that finds a room, or somebody, by a part of the name. It is there at once, with the rooms that this tab
//! knows; people, and rooms that it does not know, are added by the server. The page at [`paths::GO`] does the same
//! without script.

use super::driver::act;
use super::room_line::class_of;
use super::view_model::{Dialog, ViewModel};
use crate::app::browser::finder::{self, FIELD, Found};
use crate::app::browser::{clock, fetch, marks, text_field};
use leptos::task::spawn_local;
use parlour_client::unread::Unread;
use parlour_protocol::calls::{Answered, Request};
use parlour_protocol::paths;

/// What is said where there is none.
const NONE: &str = "Nothing here is called that.";
/// How long somebody has typed nothing when the server is asked, in milliseconds.
const PAUSE_MS: u32 = 150;

/// Opens it, with the rooms that one may want to go back to.
pub fn open(model: ViewModel) {
    finder::open();
    find(model);
}

/// What is looked for has changed.
pub fn find(model: ViewModel) {
    let wanted = text_field::line(FIELD);
    let (found, is_all) = model.change(|state| state.session.find(&wanted, marks::findable));
    finder::show(found.into_iter().map(|entry| {
        let unread = Unread::of(&entry);
        Found {
            path: paths::room(&entry.room),
            name: entry.room.name,
            unread,
            class: class_of(unread),
        }
    }));
    if is_all {
        return finder::end(NONE);
    }
    spawn_local(async move {
        let is_wanted = || {
            let is_open = model.dialog().get_untracked() == Some(Dialog::Find);
            is_open && text_field::line(FIELD) == wanted
        };
        clock::sleep(PAUSE_MS).await;
        if !is_wanted() {
            return;
        }
        let answer = fetch::call(Request::panel(paths::go(&wanted), None)).await;
        if is_wanted() {
            if let Some(Answered { is_ok: true, text }) = answer {
                finder::add(&text);
            }
            finder::end(NONE);
        }
    });
}

/// Goes to the one that is chosen.
pub fn go(model: ViewModel) {
    if let Some(path) = finder::chosen() {
        act(model, |session| session.visit(path, true));
    }
}
