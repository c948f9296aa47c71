//! The panel: a dialog that shows what a page is about, a new room or another name for it, one's own name, somebody's
//! card, or the question before something is gone. What is in it is the fragment of that page ([`paths::PANEL`]), which
//! works alone without script.
//!
//! *Invariant:* what is in the panel is what was asked for last; what comes late for another one is dropped.

use super::driver::{self, act};
use super::finder;
use super::shown::{self, Derived};
use super::view_model::{Dialog, ViewModel};
use crate::app::api;
use crate::app::browser::dialog::{self, Deed, SINGLE_KEYS};
use crate::app::browser::finder::FIELD;
use crate::app::browser::pressed::{self, Pressed};
use crate::app::browser::text_field::{self, COMPOSER};
use crate::app::browser::{fetch, storage};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use parlour_client::session::Session;
use parlour_client::timeline::Timeline;
use parlour_protocol::calls::{Answered, Refused, Request};
use parlour_protocol::json::FromJson;
use parlour_protocol::{User, paths, rules};

/// The fields that a panel may have, by name and id.
const FIELDS: [&str; 8] = [
    "client_id",
    ANSWER,
    "name",
    "description",
    "username",
    "password",
    "mail",
    "next",
];

/// The field for an answer, in the panel of a thread.
const ANSWER: &str = "content";

/// Shows the one that is wanted, and does what it is for.
pub fn keep(model: ViewModel) {
    dialog::attend(move |deed| happened(model, deed));
    pressed::attend(move |event, pressed| hear(model, event, pressed));
    let last_reply = Derived::new(move || model.timeline().with(Timeline::last_reply));
    shown::keep(move || {
        last_reply.with(|_| ());
        // What somebody types there is not taken from them.
        let is_read = model.dialog().get_untracked() == Some(Dialog::Thread)
            && text_field::text(ANSWER).is_empty();
        if is_read {
            spawn_local(async move {
                ask(model, Dialog::Thread, None).await;
            });
        }
    });
    shown::keep(move || match model.dialog().get() {
        Some(Dialog::Find) => finder::open(model),
        Some(wanted) => spawn_local(async move {
            ask(model, wanted, None).await;
        }),
        None => {
            dialog::close();
            driver::keep_focus(model);
        }
    });
}

/// Somebody pressed on something in the messages; whether the browser has nothing more to do about it.
fn hear(model: ViewModel, event: &MouseEvent, pressed: Pressed) -> bool {
    let is_plain = driver::is_plain(event);
    let (path, wanted) = match pressed {
        Pressed::Reply(number) if is_plain => {
            model.show_dialog(None);
            act(model, |session| session.reply_to(number));
            return true;
        }
        Pressed::Edit(number) if is_plain => {
            model.show_dialog(None);
            act(model, |session| session.begin_edit(number));
            return true;
        }
        Pressed::Delete(number) if is_plain => {
            model.show_dialog(Some(Dialog::DeleteMessage(number)));
            return true;
        }
        Pressed::Reply(_) | Pressed::Edit(_) | Pressed::Delete(_) => return false,
        Pressed::Card(path) => (path, Dialog::Card),
        Pressed::Thread(path) => (path, Dialog::Thread),
        Pressed::Message(path) => {
            if is_plain {
                let path = path.split('#').next().unwrap_or_default().to_owned();
                act(model, |session| session.visit(path, true));
            }
            return is_plain;
        }
        Pressed::Reaction(number, emoji, is_on) => {
            if let Some(room) = model.open_id() {
                act(model, |session| session.react(room, number, &emoji, is_on));
            }
            return true;
        }
    };
    // Who is nobody is asked for a name on the way to the page.
    let is_here = is_plain && model.me().with_untracked(Option::is_some);
    if is_here {
        model.change(|state| state.screen.card = path);
        model.show_dialog(Some(wanted));
    }
    is_here
}

/// Opens what only somebody with a name can do; asks for the name first if there is none.
pub fn with_name(model: ViewModel, wanted: Dialog) {
    if model.me().with_untracked(Option::is_some) {
        model.show_dialog(Some(wanted));
    } else {
        model.change(|state| state.screen.after_name = Some(wanted));
        model.show_dialog(Some(Dialog::Name));
    }
}

/// Gives this person the name in this field, and comes back as that person.
pub fn give_name(model: ViewModel, field: &'static str) {
    let name = text_field::line(field);
    if let Err(invalid) = rules::username(&name) {
        dialog::complain(field, Some(&invalid.to_string()));
        return text_field::mark(field, invalid);
    }
    if begins(model) {
        spawn_local(async move {
            let answer = api::give_name(name).await;
            ends(model);
            match answer {
                Ok(user) => named(model, user),
                Err(refused) => dialog::complain(field, Some(refused.sentence())),
            }
        });
    }
}

fn named(model: ViewModel, user: User) {
    act(model, |session| session.named(user));
    let next = model.change(|state| state.screen.after_name.take());
    model.show_dialog(next);
    // The composer is there once the effects have run.
    request_animation_frame(move || {
        act(model, Session::show_draft);
        text_field::focus(COMPOSER);
    });
}

/// Whether nothing is under way: one click, one guest, and one room.
fn begins(model: ViewModel) -> bool {
    !model.change(|state| std::mem::replace(&mut state.screen.is_sending, true))
}

fn ends(model: ViewModel) {
    model.change(|state| state.screen.is_sending = false);
}

/// Where the page is that this panel shows, and where its form goes.
fn path_of(model: ViewModel, wanted: Dialog) -> Option<String> {
    let is_somebody = model.me().with_untracked(Option::is_some);
    Some(match wanted {
        Dialog::NewRoom => paths::NEW_ROOM.to_owned(),
        Dialog::Find => paths::GO.to_owned(),
        Dialog::Keys => paths::KEYS.to_owned(),
        Dialog::Card | Dialog::Thread => model.look(|state| state.screen.card.clone()),
        Dialog::Name if is_somebody => paths::ME.to_owned(),
        Dialog::Name => match model.look(|state| state.screen.after_name) {
            Some(_) => paths::join(paths::NEW_ROOM),
            None => paths::JOIN.to_owned(),
        },
        Dialog::ChangeRoom => paths::change_room(&model.room()?),
        Dialog::DeleteRoom => paths::delete_room(&model.room()?),
        Dialog::DeleteMessage(number) => paths::delete_message(&model.room()?, number),
    })
}

/// Asks for what the panel shows, or sends its form. Answers what came of a form that was taken, and shows all else.
async fn ask(model: ViewModel, wanted: Dialog, form: Option<String>) -> Option<String> {
    let Some(path) = path_of(model, wanted) else {
        model.show_dialog(None);
        return None;
    };
    let answer = fetch::call(Request::panel(path, form)).await;
    if model.dialog().get_untracked() != Some(wanted) {
        return None;
    }
    match answer {
        Some(Answered { text, .. }) if text.starts_with("<form") => {
            dialog::show(&text);
            dialog::tick(SINGLE_KEYS, storage::has_single_keys());
        }
        Some(Answered { is_ok: true, text }) => return Some(text),
        _ => {
            if !dialog::is_open() {
                model.show_dialog(None);
            }
            model.tell(Refused::Unreachable.sentence().to_owned());
        }
    }
    None
}

fn happened(model: ViewModel, deed: Deed) {
    match deed {
        Deed::Cancelled => model.show_dialog(None),
        // What was over the room is beside it now, or the other way round.
        Deed::Closed if dialog::is_open() => {}
        Deed::Closed => {
            // Closed by Escape: the view model does not know yet.
            if model.dialog().with_untracked(Option::is_some) {
                model.show_dialog(None);
            }
            // Given up, not followed by the one that was wanted in the first place.
            model.change(|state| state.screen.after_name = None);
        }
        Deed::Typed(field) => match field.as_str() {
            FIELD => finder::find(model),
            SINGLE_KEYS => {
                storage::set_single_keys(dialog::is_ticked(SINGLE_KEYS));
            }
            field => {
                check(field);
            }
        },
        Deed::Chose(path) => act(model, |session| session.visit(path, true)),
        Deed::Confirmed => confirm(model),
    }
}

fn confirm(model: ViewModel) {
    let Some(wanted) = model.dialog().get_untracked() else {
        return;
    };
    match wanted {
        Dialog::Find => return finder::go(model),
        Dialog::Keys | Dialog::Card => return model.show_dialog(None),
        _ => {}
    }
    let mut form = String::new();
    let mut wrong = None;
    for field in FIELDS {
        if text_field::is_there(field) {
            let invalid = check(field);
            wrong = wrong.or(invalid.map(|invalid| (field, invalid)));
            text_field::fill_in(&mut form, field);
        }
    }
    if let Some((field, invalid)) = wrong {
        return text_field::mark(field, invalid);
    }
    if !begins(model) {
        return;
    }
    spawn_local(async move {
        let done = ask(model, wanted, Some(form)).await;
        ends(model);
        let Some(done) = done else { return };
        match wanted {
            Dialog::Name => {
                if let Some(user) = User::from_text(&done) {
                    named(model, user);
                }
            }
            // With the answer in it.
            Dialog::Thread => {
                ask(model, wanted, None).await;
            }
            Dialog::NewRoom => act(model, |session| session.visit(done, true)),
            Dialog::DeleteMessage(number) => {
                model.show_dialog(None);
                act(model, |session| session.took_away(number));
            }
            // What is changed or gone is told everybody, and this page, too.
            _ => model.show_dialog(None),
        }
    });
}

/// Says what is wrong with what is in this field, if anything is.
fn check(field: &str) -> Option<rules::Invalid> {
    let wrong = match field {
        "description" => rules::description(&text_field::text(field)).err(),
        "name" => rules::room_name(&text_field::line(field)).err(),
        "username" => rules::username(&text_field::line(field)).err(),
        _ => None,
    };
    let sentence = wrong.map(|invalid| invalid.to_string());
    dialog::complain(field, sentence.as_deref());
    wrong
}
