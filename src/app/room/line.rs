//! One line of the log: a message, a day, a quiet note, or messages on their way.

use super::driver::{act, type_in};
use super::face::face;
use super::markup::Markup;
use super::one_of::{one_of, when};
use super::shown;
use super::shown::heard;
use super::view_model::ViewModel;
use super::words::{Words, words};
use crate::app::browser::dialog;
use crate::app::browser::text_field::{self, COMPOSER, EDITOR};
use crate::app::slots::{AT_HAND, STOP};
use leptos::either::Either;
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use parlour_client::keys::Meaning;
use parlour_client::outbox::{Delivery, Pending};
use parlour_client::timeline::{self, MessageRow, PendingRow};
use parlour_protocol::{Message, Number, Room, UserId, paths, rules};
use std::sync::Arc;

/// What is said of a message that the server does not have.
const WAITING: &str = "Waiting to be sent";

/// The line that begins a day.
#[component]
pub fn DayLine(
    /// `3 January 2026`, or `Today`.
    date: String,
    /// The same as `2026-01-03`.
    datetime: String,
) -> impl IntoView {
    view! { <h2 class="day"><time datetime=datetime>{date}</time></h2> }
}

/// Some came or went.
#[component]
pub fn NoteLine(
    /// The names of those who came.
    joined: Vec<String>,
    /// The names of those who went.
    left: Vec<String>,
) -> impl IntoView {
    let said = timeline::said(&joined, &left).into_iter();
    let said = said.map(|(name, words)| view! { <bdi>{name}</bdi>{words} });
    view! { <p class="system">{said.collect_view()}</p> }
}

/// A stored message.
#[component]
pub fn MessageLine(
    /// The message and how it stands among its neighbours.
    row: MessageRow,
) -> impl IntoView {
    let model = ViewModel::here();
    let MessageRow {
        message,
        opens_group,
        is_own,
        is_hidden,
        is_for_you,
        is_marked,
        may_mark,
        number: namesake,
        quote,
    } = row;
    let number = message.number;
    let permalink = model
        .room()
        .map(|room| paths::message(&room, number))
        .unwrap_or_default();
    let revisions = model.room().map(|room| paths::revisions(&room, number));
    let answered = message.reply_to;
    let replies = message.replies;
    let is_deleted = message.deleted;
    let is_pinned = message.pinned;
    let is_edited = message.edited_at.is_some() && !is_deleted;
    let timestamp = message.timestamp;
    // A browser knows its zone before it draws anything.
    let (at, zone) = untrack(|| {
        let zone = match model.today().get() {
            Some(_) => "",
            None => " UTC",
        };
        (timestamp.civil(model.zone()(timestamp)), zone)
    });
    // As it stands on paper, too.
    let full = format!("{}, {}:{:02}{zone}", at.date(), at.clock(), at.second);
    let stored = format!("Stored {full}");
    view! {
        <article
            class="message"
            prop:drawn=true
            id=format!("m{number}")
            tabindex="-1"
            data-opens=opens_group.then_some("")
            data-own=is_own.then_some("")
            data-hidden=is_hidden.then_some("")
            data-for-you=is_for_you.then_some("")
            data-marked=is_marked.then_some("")
            data-deleted=is_deleted.then_some("")
            data-pinned=is_pinned.then_some("")
        >
            {opens_group.then(|| face(Some((message.user_id, message.username.as_str()))))}
            <header class="message-head">
                // What goes on with a group has its name for who does not see it, and one way to the person is enough.
                <a
                    class="author"
                    href=opens_group.then(|| card(model, message.user_id))
                    tabindex=STOP.filter(|_| opens_group)
                >
                    <bdi>{message.username.clone()}</bdi>
                    {numbered(namesake)}
                </a>
                " "
                <a class="when" href=permalink title=stored tabindex=STOP>
                    <time datetime=timestamp.to_string() data-full=full>{at.clock()}</time>
                </a>
                // Beside the time, where it moves no text.
                {is_edited.then(|| view! { <a class="edited" href=revisions tabindex=STOP>"edited"</a> })}
            </header>
            {quote.filter(|_| !is_deleted).map(|quote| Markup::Quote(way(model, answered, paths::message), quote))}
            {if is_deleted {
                let undo = message.may_undo.then(|| Markup::Undo(way(model, Some(number), paths::undo_delete)));
                Either::Left(view! { <p class="removed">"This message was removed."</p> {undo} })
            } else {
                let reacted = (!message.reactions.is_empty()).then(|| Arc::clone(&message));
                Either::Right(
                    view! {
                        {is_hidden.then(unfold)}
                        <Body message is_own may_mark/>
                        {reacted.map(|message| Markup::Reactions(way(model, Some(number), paths::react), message))}
                    },
                )
            }}
            {replies.map(|replies| Markup::Replies(way(model, Some(number), paths::thread), replies.count))}
        </article>
    }
}

/// Where something about a message of the open room is.
pub fn way(model: ViewModel, number: Option<Number>, make: fn(&Room, Number) -> String) -> String {
    let at = model.room().zip(number);
    at.map(|(room, number)| make(&room, number))
        .unwrap_or_default()
}

/// Where somebody's card is, as it is seen from the open room; `browser/pressed.rs` opens it in the panel.
pub fn card(model: ViewModel, person: UserId) -> Option<String> {
    model.open_id().map(|room| paths::person_in(person, room))
}

/// What shows a message that is folded away. It works without script.
pub(super) fn unfold() -> impl IntoView {
    view! {
        <label class="unfold"><input type="checkbox" autocomplete="off"/>" Hidden message, show"</label>
    }
}

/// What tells somebody from another one of the same name. Nobody chooses it, so it is no part of the name.
pub fn numbered(number: Option<String>) -> impl IntoView {
    number.map(|number| view! { " " <span class="namesake">{Words(number)}</span> })
}

/// A message on its way to the server, or refused by it.
#[component]
pub fn PendingLine(
    /// The message, and how it stands below the others.
    row: PendingRow,
) -> impl IntoView {
    let model = ViewModel::here();
    let PendingRow {
        message,
        author,
        opens_group,
        number,
        quote,
    } = row;
    let answered = message.reply_to;
    let key = StoredValue::new(message.client_id.clone());
    let refusal = match &message.state {
        Delivery::Refused { reason } => Some(format!("Not sent: {reason}")),
        _ => None,
    };
    let is_refused = refusal.is_some();
    let is_sending = shown::holds(move || {
        let is_sending = |sent: &Pending| sent.state == Delivery::Sending;
        model
            .outbox()
            .with(|outbox| outbox.get(&key.get_value()).is_some_and(is_sending))
    });
    let state = shown::text(move || {
        match (is_refused, is_sending.get()) {
            (true, _) => "refused",
            (false, true) => "sending",
            (false, false) => "queued",
        }
        .to_owned()
    });
    let note = shown::text(move || match &refusal {
        Some(refusal) => refusal.clone(),
        // While the server says no every second, a try is no news.
        None if is_sending.get() && !model.is_held() => "Sending…".to_owned(),
        None => WAITING.to_owned(),
    });
    let has_room = model
        .rooms()
        .with_untracked(|rooms| rooms.iter().any(|e| e.room.id == message.room_id));
    let (id, name) = author.map(|me| (me.id, me.name)).unzip();
    let name = name.unwrap_or_default();
    let own_face = opens_group.then(|| face(id.map(|id| (id, name.as_str()))));
    let button = move |class: &'static str, label: &'static str, act: fn(ViewModel, &str)| {
        view! {
            <button class=class type="button" on:click=heard(move |_| act(model, &key.get_value()))>
                {label}
            </button>
        }
    };
    view! {
        <article
            class="message pending"
            data-own=""
            data-opens=opens_group.then_some("")
            data-state=state
        >
            {own_face}
            <header class="message-head">
                <span class="author"><bdi>{name}</bdi>{numbered(number)}</span>
            </header>
            {quote.map(|quote| Markup::Quote(way(model, answered, paths::message), quote))}
            {Markup::Plain(message.content)}
            <p class="delivery">{words(note)}</p>
            {is_refused
                .then(|| {
                    view! {
                        {has_room.then(|| button("retry-send", "Retry", retry))}
                        {button("edit-again", "Edit", take_back)}
                        {button("discard", "Discard", discard)}
                    }
                })}
        </article>
    }
}

fn retry(model: ViewModel, key: &str) {
    act(model, |session| session.retry(key));
}

fn take_back(model: ViewModel, key: &str) {
    if text_field::is_there(COMPOSER) {
        let typed = text_field::text(COMPOSER);
        act(model, |session| session.take_back(key, &typed));
    }
}

fn discard(model: ViewModel, key: &str) {
    act(model, |session| drop(session.discard(key)));
}

/// The text of a form has changed.
fn edited(model: ViewModel, number: Number) {
    text_field::fit(EDITOR);
    let text = text_field::text(EDITOR);
    type_in(model, |session| session.edited(number, &text));
}

#[component]
fn Body(message: Arc<Message>, is_own: bool, may_mark: bool) -> impl IntoView {
    let model = ViewModel::here();
    let number = message.number;
    let is_editing = shown::holds(move || is_own && model.editing().get() == Some(number));
    let has_actions =
        shown::holds(move || (is_own || may_mark) && (AT_HAND || model.is_at(number)));
    one_of(
        is_editing,
        move || view! { <Edit number/> },
        move || {
            view! {
                {Markup::Of(Arc::clone(&message))}
                {when(
                    has_actions,
                    move || {
                        // They come after the focus.
                        let stop = match model.focused() == Some(number) {
                            true => Some("0"),
                            false => STOP,
                        };
                        Markup::Actions(way(model, Some(number), paths::permalink), is_own, stop)
                    },
                )}
            }
        },
    )
}

#[component]
fn Edit(number: Number) -> impl IntoView {
    let model = ViewModel::here();
    let content = model.look(|state| state.session.edit_text(number));
    shown::keep(|| text_field::keep_fit(EDITOR));
    let save = move || match rules::message(&text_field::text(EDITOR)) {
        Ok(content) => {
            if let Err(sentence) = act(model, |session| session.save_edit(number, content)) {
                dialog::complain(EDITOR, Some(sentence));
            }
        }
        Err(invalid) => {
            dialog::complain(EDITOR, Some(&invalid.to_string()));
            text_field::mark(EDITOR, invalid);
        }
    };
    let cancel = move || act(model, |session| session.cancel_edit(number));
    let key = move |event: KeyboardEvent| match text_field::meaning(
        &event,
        model.enter_sends().get_untracked(),
    ) {
        Some(Meaning::Send) => {
            event.prevent_default();
            save();
        }
        Some(Meaning::Cancel) => cancel(),
        _ => {}
    };
    let hint = shown::attribute(move || Some(model.enter_hint()));
    let path = |make: fn(&Room, Number) -> String| model.room().map(|room| make(&room, number));
    let (action, revisions) = (path(paths::edit), path(paths::revisions));
    view! {
            <form
                class="edit-form"
                method="post"
                action=action
                on:submit=heard(move |event: SubmitEvent| {
                    event.prevent_default();
                    save();
    })
            >
                <textarea
                    name="content"
                    rows="1"
                    aria-label="Edit your message"
                    id=EDITOR
                    on:keydown=heard(key)
                    enterkeyhint=hint
                    on:input=heard(move |_| edited(model, number))
                >
                    {content}
                </textarea>
                <p class="field-error" id="edit-text-error" role="alert"></p>
                <div class="edit-actions">
                    <a class="edited" href=revisions>"Earlier versions"</a>
                    <button class="quiet" type="button" on:click=heard(move |_| cancel())>"Cancel"</button>
                    <button class="primary" type="submit">"Save"</button>
                </div>
            </form>
        }
}
