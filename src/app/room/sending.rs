//! What this person writes: drafts, the outbox and typing.
//!
//! *Invariant:* a message is in the outbox, and the outbox in storage, before the network is
//! touched; it leaves the outbox when the server has stored it or its author discards it.

use super::desk::Desk;
use super::link::Order;
use super::{editing, reading};
use crate::app::browser::text_field::{self, COMPOSER};
use crate::app::browser::{clock, navigation, storage};
use parlour_client::connection::Connection;
use parlour_client::drafts::{self, Drafts};
use parlour_client::outbox::{Delivery, Outbox, Pending};
use parlour_client::presence::TypingSignal;
use parlour_client::timeline::Timeline;
use parlour_protocol::{AppError, ClientFrame, ErrorCode, Message, RoomId, rules};

const OUTBOX_KEY: &str = "parlour.outbox";
const SETTLED_KEY: &str = "parlour.settled";
const DRAFTS_KEY: &str = "parlour.drafts";
/// How long to wait when the server did not say.
const RETRY_MS: u64 = 1_000;

/// Takes up what an earlier page left in storage, and what was typed while this one woke up.
pub fn restore(desk: Desk) {
    change_outbox(desk, |_| ());
    settle_shown(desk);
    let typed = text_field::text(COMPOSER);
    if typed.is_empty() {
        show_draft(desk);
    } else {
        input(desk);
    }
    editing::resume(desk);
}

/// Another tab has changed what both share.
pub fn take_in(desk: Desk) {
    if desk.outbox.update(load_outbox) {
        save_outbox(desk);
    }
    if !navigation::has_focus() {
        show_draft(desk);
        editing::take_in(desk);
    }
}

/// Puts the open room's unsent text into the composer.
pub fn show_draft(desk: Desk) {
    let Some(room) = desk.open_id_now() else {
        return;
    };
    load_drafts(desk);
    let draft = desk
        .drafts
        .with_value(|drafts| drafts.get(room).unwrap_or_default().to_owned());
    desk.typed.set(draft.chars().count());
    desk.composer_error.set(None);
    // The cursor stays where it is in what is there already.
    if text_field::text(COMPOSER) != draft {
        text_field::set_text(COMPOSER, &draft);
    }
}

/// Puts a text without a home before the draft of this room.
pub fn put_before(desk: Desk, room: RoomId, text: &str) {
    change_drafts(desk, |drafts| drafts.put_before(room, text));
}

/// The composer's text has changed.
pub fn input(desk: Desk) {
    let Some(room) = desk.open_id_now() else {
        return;
    };
    let text = text_field::text(COMPOSER);
    text_field::fit(COMPOSER);
    desk.typed.set(text.chars().count());
    desk.composer_error.set(None);
    keep_draft(desk, room, &text);
    let told = desk
        .typing
        .update_value(|typing| typing.on_input(clock::now_ms(), text.is_empty()));
    say_typing(desk, told);
}

/// The open room is left: nobody types there.
pub fn leave(desk: Desk) {
    let told = desk.typing.update_value(TypingSignal::on_left);
    say_typing(desk, told);
}

fn say_typing(desk: Desk, told: Option<bool>) {
    if let (Some(is_typing), room_id @ Some(_)) = (told, desk.open_id_now()) {
        desk.say(ClientFrame::Typing { room_id, is_typing });
    }
}

/// About a second has passed: nothing was typed meanwhile, perhaps; and another tab that had
/// something to send may be closed.
pub fn idle(desk: Desk, now: f64) {
    if desk.outbox.with_untracked(Outbox::waiting) > 0 {
        pump(desk);
    }
    let stopped = desk.typing.update_value(|typing| typing.on_idle(now));
    say_typing(desk, stopped);
}

/// Sends what is in the composer.
pub fn send(desk: Desk) {
    let Some(room_id) = desk.open_id_now() else {
        return;
    };
    let content = match rules::message(&text_field::text(COMPOSER)) {
        Ok(content) => content,
        Err(rules::Invalid {
            fault: rules::Fault::Empty,
            ..
        }) => return,
        Err(invalid) => {
            desk.composer_error.set(Some(invalid.to_string()));
            return text_field::mark(COMPOSER, invalid);
        }
    };
    let pending = Pending {
        client_id: clock::random_key(),
        room_id,
        content,
        reply_to: None,
        author: desk.my_id_now(),
        tries: 0,
        state: Delivery::Queued,
    };
    change_outbox(desk, |outbox| outbox.queue(pending));
    keep_draft(desk, room_id, "");
    text_field::set_text(COMPOSER, "");
    desk.typed.set(0);
    desk.typing.update_value(|typing| typing.on_sent());
    text_field::focus(COMPOSER);
    if desk.timeline.with_untracked(Timeline::has_newer) {
        super::visiting::to_newest(desk);
    } else {
        reading::to_end(desk);
    }
    pump(desk);
}

/// Hands over whatever may go now: one message a room at a time, in the order it was written; and
/// nothing before the server has said that this socket is whom we take ourselves for.
pub fn pump(desk: Desk) {
    let Some(me) = desk.known_now() else {
        return;
    };
    if clock::now_ms() < desk.hold_until.get_value() {
        return;
    }
    let next = change_outbox(desk, |outbox| {
        outbox.belong_to(me);
        outbox.next_to_send()
    });
    for pending in next {
        desk.say(ClientFrame::Message {
            room_id: Some(pending.room_id),
            content: pending.content,
            client_id: Some(pending.client_id),
            reply_to: pending.reply_to,
        });
    }
}

/// A message is stored: one that waits here, perhaps.
pub fn acknowledged(desk: Desk, message: &Message) {
    let is_ours = desk.outbox.with_untracked(|outbox| {
        let pending = outbox.get(&message.client_id);
        pending.is_some_and(|p| p.author.or(desk.my_id_now()) == Some(message.user_id))
    });
    if is_ours {
        desk.is_held.set(false);
        change_outbox(desk, |outbox| outbox.acknowledge(&message.client_id));
        pump(desk);
    }
}

/// What the page in view shows as stored was acknowledged while nobody was there to hear it.
pub fn settle_shown(desk: Desk) {
    let waiting = desk
        .open_id_now()
        .map(|room| desk.outbox.with_untracked(|outbox| outbox.pending(room)));
    for pending in waiting.unwrap_or_default() {
        let is_shown = |author| {
            desk.timeline
                .with_untracked(|t| t.holds(author, &pending.client_id))
        };
        if pending.author.or(desk.my_id_now()).is_some_and(is_shown) {
            change_outbox(desk, |outbox| outbox.acknowledge(&pending.client_id));
        }
    }
}

/// The server did not take a send.
pub fn refused(desk: Desk, error: AppError, client_id: &str) {
    if error.code == ErrorCode::SignInRequired {
        // The session has ended under this socket. The next one says who we are now.
        change_outbox(desk, |outbox| outbox.postpone(client_id));
        desk.known_as.set_value(None);
        desk.order(Order::Lost);
    } else if error.code.is_passing() {
        change_outbox(desk, |outbox| outbox.postpone(client_id));
        if error.code != ErrorCode::RateLimited {
            desk.is_held.set(true);
        }
        let wait = wait_ms(&error);
        desk.hold_until.set_value(clock::now_ms() + f64::from(wait));
        leptos::task::spawn_local(async move {
            // Timers and clock do not round alike.
            clock::sleep(wait + 5).await;
            pump(desk);
        });
    } else {
        desk.is_held.set(false);
        change_outbox(desk, |outbox| outbox.refuse(client_id, error.message));
        pump(desk);
    }
}

/// How long to wait before the same is worth trying again.
pub fn wait_ms(error: &AppError) -> u32 {
    error.retry_after_ms.unwrap_or(RETRY_MS).clamp(100, 30_000) as u32
}

/// Sends a refused message again, under its old key.
pub fn retry(desk: Desk, client_id: &str) {
    change_outbox(desk, |outbox| outbox.retry(client_id));
    pump(desk);
}

/// Gives a refused message up.
pub fn discard(desk: Desk, client_id: &str) {
    change_outbox(desk, |outbox| outbox.discard(client_id));
}

/// Takes the text of a refused message back into the composer, before what is typed there.
pub fn take_back(desk: Desk, client_id: &str) {
    let refused = desk
        .outbox
        .with_untracked(|outbox| outbox.get(client_id).cloned());
    if let Some(refused) = refused
        && text_field::is_there(COMPOSER)
    {
        let text = drafts::before(&refused.content, &text_field::text(COMPOSER));
        text_field::set_text(COMPOSER, &text);
        input(desk);
        discard(desk, client_id);
        text_field::focus(COMPOSER);
    }
}

/// What has no answer yet goes once more: the answer may have been lost.
pub fn send_again(desk: Desk) {
    if desk.outbox.with_untracked(Outbox::waiting) > 0 {
        link_lost(desk);
        pump(desk);
    }
}

/// The socket is gone: what was on its way goes again with the next one.
pub fn link_lost(desk: Desk) {
    change_outbox(desk, Outbox::connection_lost);
}

/// The room is gone: what was meant for it stays readable, as refused. True when there was any.
pub fn room_gone(desk: Desk, room: RoomId, reason: &str) -> bool {
    change_outbox(desk, |outbox| outbox.forget_room(room, reason));
    desk.outbox
        .with_untracked(|outbox| !outbox.pending(room).is_empty())
}

/// Says what is not worth keeping for later: a change to something that others see meanwhile.
pub fn say_now(desk: Desk, frame: ClientFrame) -> Result<(), &'static str> {
    if !desk.connection.with_untracked(Connection::is_live) {
        return Err("There is no connection right now. Please try again when it is back.");
    }
    desk.say(frame);
    Ok(())
}

fn keep_draft(desk: Desk, room: RoomId, text: &str) {
    change_drafts(desk, |drafts| drafts.set(room, text));
}

/// Changes the draft of one room; other rooms' drafts may be another tab's newer ones.
fn change_drafts(desk: Desk, change: impl FnOnce(&mut Drafts)) {
    load_drafts(desk);
    desk.drafts.update_value(change);
    let json = desk.drafts.with_value(Drafts::to_json);
    desk.keeps_drafts.set(storage::save(DRAFTS_KEY, &json));
}

/// Takes the drafts of all tabs from storage, unless what is here could not be saved there.
fn load_drafts(desk: Desk) {
    if desk.keeps_drafts.get_untracked()
        && let Some(json) = storage::load(DRAFTS_KEY)
    {
        desk.drafts.set_value(Drafts::from_json(&json));
    }
}

/// Changes the outbox here and in storage, where another tab of this person may have put more.
fn change_outbox<T>(desk: Desk, change: impl FnOnce(&mut Outbox) -> T) -> T {
    let changed = desk.outbox.update(|outbox| {
        load_outbox(outbox);
        change(outbox)
    });
    save_outbox(desk);
    changed
}

/// Takes in what other tabs stored; true when that is not all that is here.
fn load_outbox(outbox: &mut Outbox) -> bool {
    if let Some(json) = storage::load(SETTLED_KEY) {
        outbox.settle_json(&json);
    }
    storage::load(OUTBOX_KEY).is_some_and(|json| outbox.merge(Outbox::from_json(&json)))
}

fn save_outbox(desk: Desk) {
    // What is settled first: another tab that sees a send gone must not bring it back.
    let (settled, sends) = desk
        .outbox
        .with_untracked(|outbox| (outbox.settled_json(), outbox.to_json()));
    storage::save(SETTLED_KEY, &settled);
    desk.keeps_outbox.set(storage::save(OUTBOX_KEY, &sends));
}
