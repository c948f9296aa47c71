//! What happens in the modals: a new room, one's name, and the two questions before something is gone.
//!
//! The page brings them along, closed (`app/live_page/modals.rs`); the island opens them and listens.

use super::desk::{Desk, Dialog};
use super::driver::act;
use super::shown;
use crate::app::api;
use crate::app::browser::dialog::{self, Deed};
use crate::app::browser::text_field::{self, COMPOSER};
use leptos::prelude::*;
use parlour_client::session::Session;
use parlour_protocol::{paths, rules};

/// The ids of the modals and of what is written into them.
pub mod id {
    /// Make a room.
    pub const NEW_ROOM: &str = "new-room";
    /// Its name.
    pub const NEW_ROOM_NAME: &str = "new-room-name";
    /// Its description.
    pub const NEW_ROOM_DESCRIPTION: &str = "new-room-description";
    /// Give oneself a name.
    pub const NAME: &str = "name";
    /// Which.
    pub const NAME_FIELD: &str = "name-field";
    /// What its confirming button says.
    pub const NAME_CONFIRM: &str = "name-confirm";
    /// Delete the open room?
    pub const DELETE_ROOM: &str = "delete-room";
    /// What it is called.
    pub const DELETE_ROOM_NAME: &str = "delete-room-name";
    /// Delete a message?
    pub const DELETE_MESSAGE: &str = "delete-message";
    /// All modals.
    pub const MODALS: [&str; 4] = [NEW_ROOM, NAME, DELETE_ROOM, DELETE_MESSAGE];
}

/// Shows the one that is wanted, and does what it is for.
pub fn keep(desk: Desk) {
    dialog::attend(&id::MODALS, move |modal, deed| happened(desk, modal, deed));
    shown::keep(move || {
        let wanted = desk.dialog().get();
        let shown = wanted.map(id_of);
        for modal in id::MODALS {
            if shown != Some(modal) {
                dialog::close(modal);
            }
        }
        match wanted {
            Some(Dialog::Name) => {
                let now = desk
                    .me()
                    .with_untracked(|me| me.as_ref().map(|me| me.name.clone()));
                let confirm = if now.is_some() { "Save" } else { "Join" };
                dialog::write(id::NAME_CONFIRM, confirm);
                text_field::set_line(id::NAME_FIELD, &now.unwrap_or_default());
                dialog::complain(id::NAME_FIELD, None);
            }
            Some(Dialog::DeleteRoom) => {
                let name = desk
                    .open()
                    .with_untracked(|open| open.as_ref().map(|open| open.room.name.clone()));
                dialog::write(id::DELETE_ROOM_NAME, &name.unwrap_or_default());
            }
            _ => {}
        }
        if let Some(modal) = shown {
            dialog::show(modal);
        }
    });
}

/// Opens what only somebody with a name can do; asks for the name first if there is none.
pub fn with_name(desk: Desk, wanted: Dialog) {
    if desk.me().with_untracked(Option::is_some) {
        desk.show_dialog(Some(wanted));
    } else {
        desk.change(|held| held.screen.after_name = Some(wanted));
        desk.show_dialog(Some(Dialog::Name));
    }
}

/// Gives this person the name in this field, the first or another, and comes back as that person.
pub fn give_name(desk: Desk, field: &'static str) {
    let name = text_field::line(field);
    if let Err(invalid) = rules::username(&name) {
        dialog::complain(field, Some(&invalid.to_string()));
        return text_field::mark(field, invalid);
    }
    if desk.change(|held| std::mem::replace(&mut held.screen.is_naming, true)) {
        return;
    }
    leptos::task::spawn_local(async move {
        let answer = api::give_name(name).await;
        desk.change(|held| held.screen.is_naming = false);
        match answer {
            Ok(user) => {
                act(desk, |session| session.named(user));
                let next = desk.change(|held| held.screen.after_name.take());
                desk.show_dialog(next);
                // The composer is there once the effects have run.
                request_animation_frame(move || {
                    act(desk, Session::show_draft);
                    text_field::focus(COMPOSER);
                });
            }
            Err(refused) => dialog::complain(field, Some(refused.sentence())),
        }
    });
}

/// Which of the page's modals it is.
fn id_of(dialog: Dialog) -> &'static str {
    match dialog {
        Dialog::NewRoom => id::NEW_ROOM,
        Dialog::Name => id::NAME,
        Dialog::DeleteRoom => id::DELETE_ROOM,
        Dialog::DeleteMessage(_) => id::DELETE_MESSAGE,
    }
}

fn happened(desk: Desk, modal: &str, deed: Deed) {
    match (deed, modal) {
        (Deed::Cancelled, _) => desk.show_dialog(None),
        (Deed::Closed, _) => {
            // Closed by Escape: the desk does not know yet.
            if desk.dialog().get_untracked().map(id_of) == Some(modal) {
                desk.show_dialog(None);
            }
            // Given up, not followed by the one that was wanted in the first place.
            if desk.dialog().with_untracked(Option::is_none) {
                desk.change(|held| held.screen.after_name = None);
            }
        }
        (Deed::Typed(field), _) => {
            check(&field);
        }
        (Deed::Confirmed, id::NEW_ROOM) => create_room(desk),
        (Deed::Confirmed, id::NAME) => give_name(desk, id::NAME_FIELD),
        (Deed::Confirmed, id::DELETE_ROOM) => act(desk, Session::delete_room),
        (Deed::Confirmed, _) => {
            if let Some(Dialog::DeleteMessage(number)) = desk.dialog().get_untracked() {
                desk.show_dialog(None);
                act(desk, |session| session.delete_own(number));
            }
        }
    }
}

/// Says what is wrong with what is in this field, if anything is.
fn check(field: &str) -> Option<rules::Invalid> {
    let wrong = match field {
        id::NEW_ROOM_DESCRIPTION => rules::description(&text_field::text(field)).err(),
        id::NEW_ROOM_NAME => rules::room_name(&text_field::line(field)).err(),
        _ => rules::username(&text_field::line(field)).err(),
    };
    let sentence = wrong.map(|invalid| invalid.to_string());
    dialog::complain(field, sentence.as_deref());
    wrong
}

fn create_room(desk: Desk) {
    let fields = [id::NEW_ROOM_NAME, id::NEW_ROOM_DESCRIPTION];
    let wrong = fields.map(|field| check(field).map(|invalid| (field, invalid)));
    if let Some((field, invalid)) = wrong.into_iter().flatten().next() {
        return text_field::mark(field, invalid);
    }
    if desk.change(|held| std::mem::replace(&mut held.screen.is_making_room, true)) {
        return;
    }
    let name = text_field::line(id::NEW_ROOM_NAME);
    let description = text_field::text(id::NEW_ROOM_DESCRIPTION);
    leptos::task::spawn_local(async move {
        let answer = api::create_room(name, description).await;
        desk.change(|held| held.screen.is_making_room = false);
        match answer {
            Ok(room) => {
                text_field::set_line(id::NEW_ROOM_NAME, "");
                text_field::set_text(id::NEW_ROOM_DESCRIPTION, "");
                act(desk, |session| session.visit(paths::room(&room), true));
            }
            Err(refused) => {
                let field = match refused.at("description") {
                    Some(_) => id::NEW_ROOM_DESCRIPTION,
                    None => id::NEW_ROOM_NAME,
                };
                dialog::complain(field, Some(refused.sentence()));
            }
        }
    });
}
