//! Changing and removing what this person wrote. What is typed meanwhile is a draft like any other.
//!
//! *Invariant:* a change that is typed is in storage until the message says it, its author leaves the
//! message as it is, or there is no such message any more: then it stands in the composer.

use super::desk::Desk;
use super::{reading, sending};
use crate::app::browser::storage;
use crate::app::browser::text_field::{self, COMPOSER, EDITOR};
use leptos::task::{spawn_local, tick};
use parlour_client::drafts::{Edits, Settled};
use parlour_client::timeline::Timeline;
use parlour_protocol::{ClientFrame, Message, Number};

const EDITS_KEY: &str = "parlour.edits";

/// Opens the form of the last own message, as ↑ in an empty composer does.
pub fn begin_with_last(desk: Desk) -> bool {
    let last = desk
        .my_id_now()
        .and_then(|me| desk.timeline.with_untracked(|t| t.last_own(me)));
    last.inspect(|number| begin(desk, *number)).is_some()
}

/// Opens the form of an own message, with what was typed there before.
pub fn begin(desk: Desk, number: Number) {
    load(desk);
    show(desk, Some(number));
    // As soon as it is there, and not with the next frame: who begins at once to select or to type would
    // have the cursor taken from under them.
    spawn_local(async move {
        tick().await;
        text_field::focus_at_end(EDITOR);
        reading::note(desk);
    });
}

/// The form of the message that somebody was changing in the room that is shown from now on.
pub fn resume(desk: Desk) {
    load(desk);
    check(desk);
    desk.editing.set(edited(desk).pop());
}

/// A page of messages has come: some of them may have changed while nobody was there to hear it.
pub fn check(desk: Desk) {
    for number in edited(desk) {
        if let Some(message) = message(desk, number) {
            settle(desk, &message);
        }
    }
}

/// The messages of the open room that are being changed.
fn edited(desk: Desk) -> Vec<Number> {
    let of = |room| desk.edits.with_value(|edits| edits.of(room));
    desk.open_id_now().map(of).unwrap_or_default()
}

/// Another tab has changed what both share.
pub fn take_in(desk: Desk) {
    load(desk);
    if let Some(number) = desk.editing.get_untracked() {
        text_field::set_text(EDITOR, &text(desk, number));
    }
}

/// What belongs into the form of this message.
pub fn text(desk: Desk, number: Number) -> String {
    let Some(message) = message(desk, number) else {
        return String::new();
    };
    let typed = desk
        .edits
        .with_value(|edits| edits.get(&message).map(str::to_owned));
    typed.unwrap_or(message.content)
}

/// The form's text has changed.
pub fn input(desk: Desk, number: Number) {
    text_field::fit(EDITOR);
    keep(desk, number, &text_field::text(EDITOR));
}

/// Leaves the message as it is.
pub fn cancel(desk: Desk, number: Number) {
    if let Some(room) = desk.open_id_now() {
        change(desk, |edits| edits.forget(room, number));
    }
    end(desk);
}

/// Saves the change. The form stays open, with what was typed, until the change comes back from the
/// server; the sentence says why it cannot be sent now.
pub fn save(desk: Desk, number: Number, content: String) -> Result<(), &'static str> {
    if message(desk, number).is_some_and(|message| message.content == content) {
        cancel(desk, number);
        return Ok(());
    }
    // As the server will give it back.
    keep(desk, number, &content);
    let room_id = desk.open_id_now();
    sending::say_now(
        desk,
        ClientFrame::Edit {
            room_id,
            number,
            content,
        },
    )
}

/// An own message, in whatever room, is now like this.
pub fn settle(desk: Desk, message: &Message) {
    load(desk);
    let settled = desk.edits.update_value(|edits| edits.settle(message));
    let is_shown = desk.open_id_now() == Some(message.room_id);
    match &settled {
        Some(Settled::Homeless(text)) => {
            // In the composer first: doubled for a moment is better than lost.
            sending::put_before(desk, message.room_id, text);
            if is_shown {
                desk.tell("The message was removed. What you changed is in the composer.");
            }
        }
        Some(Settled::Made) => {}
        None if message.deleted => {}
        None => return,
    }
    if settled.is_some() {
        store(desk);
    }
    if is_shown {
        if message.deleted {
            // Also what another tab has put there.
            sending::show_draft(desk);
        }
        if desk.editing.get_untracked() == Some(message.number) {
            end(desk);
        }
    }
}

/// Takes an own message back.
pub fn delete(desk: Desk, number: Number) {
    let room_id = desk.open_id_now();
    if let Err(sentence) = sending::say_now(desk, ClientFrame::Delete { room_id, number }) {
        desk.tell(sentence);
    }
}

fn end(desk: Desk) {
    show(desk, None);
    reading::moved(desk);
    text_field::focus(COMPOSER);
}

/// The form is taller than the text it stands for; what is read stays where it is.
fn show(desk: Desk, editing: Option<Number>) {
    let kept = reading::take_top(desk);
    desk.editing.set(editing);
    reading::hold(desk, kept);
}

fn message(desk: Desk, number: Number) -> Option<Message> {
    let find = |timeline: &Timeline| timeline.get(number).cloned();
    desk.timeline.with_untracked(find)
}

fn keep(desk: Desk, number: Number, text: &str) {
    if let Some(message) = message(desk, number) {
        change(desk, |edits| edits.set(&message, text));
    }
}

/// Changes one edit; others may be another tab's newer ones.
fn change(desk: Desk, change: impl FnOnce(&mut Edits)) {
    load(desk);
    desk.edits.update_value(change);
    store(desk);
}

/// Takes the edits of all tabs from storage, unless what is here could not be saved there.
fn load(desk: Desk) {
    if desk.keeps_drafts.get_untracked()
        && let Some(json) = storage::load(EDITS_KEY)
    {
        desk.edits.set_value(Edits::from_json(&json));
    }
}

fn store(desk: Desk) {
    let json = desk.edits.with_value(Edits::to_json);
    desk.keeps_drafts.set(storage::save(EDITS_KEY, &json));
}
