//! One line of the log: a message, a day, a quiet note, or messages on their way.

use super::driver::{act, follow, type_in};
use super::marks::laid_out;
use super::one_of::one_of;
use super::shown;
use super::shown::{Derived, heard};
use super::view_model::{Dialog, ViewModel};
use super::words::{Words, words};
use crate::app::browser::dialog;
use crate::app::browser::text_field::{self, COMPOSER, EDITOR};
use leptos::either::Either;
use leptos::ev::{KeyboardEvent, MouseEvent, SubmitEvent};
use leptos::prelude::*;
use parlour_client::keys::Meaning;
use parlour_client::outbox::{Delivery, Pending};
use parlour_client::timeline::MessageRow;
use parlour_protocol::text::segments;
use parlour_protocol::{Link, Message, Number, RoomId, SystemEvent, paths, rules};
use std::sync::Arc;

/// What is said of a message that the server does not have.
const WAITING: &str = "Waiting to be sent";

/// The line that begins a day.
#[component]
pub fn DayLine(
    /// `3 January 2026`.
    date: String,
    /// The same as `2026-01-03`.
    datetime: String,
) -> impl IntoView {
    view! { <h2 class="day"><time datetime=datetime>{date}</time></h2> }
}

/// Somebody came or went.
#[component]
pub fn NoteLine(
    /// The name of the person.
    name: String,
    /// Which of the two.
    event: SystemEvent,
) -> impl IntoView {
    let did = match event {
        SystemEvent::Joined => " joined",
        SystemEvent::Left => " left",
    };
    view! { <p class="system"><bdi>{name}</bdi>{did}</p> }
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
        is_marked,
        number: namesake,
    } = row;
    let number = message.number;
    let permalink = model
        .room()
        .map(|room| paths::message(&room, number))
        .unwrap_or_default();
    let visit = {
        let permalink = permalink.clone();
        move |event: MouseEvent| {
            let path = permalink.split('#').next().unwrap_or_default().to_owned();
            follow(model, &event, path);
        }
    };
    let is_deleted = message.deleted;
    let timestamp = message.timestamp;
    let local = move || {
        let zone = if model.is_local().get() { "" } else { " UTC" };
        (timestamp.civil(model.zone()(timestamp)), zone)
    };
    let clock = shown::text(move || local().0.clock());
    // As it stands on paper, too.
    let full = shown::text(move || {
        let (at, zone) = local();
        format!("{}, {}:{:02}{zone}", at.date(), at.clock(), at.second)
    });
    let stored = shown::text(move || format!("Stored {}", full().unwrap_or_default()));
    view! {
        <article
            class="message"
            prop:drawn=true
            id=format!("m{number}")
            tabindex="-1"
            data-opens=opens_group.then_some("")
            data-own=is_own.then_some("")
            data-marked=is_marked.then_some("")
            data-deleted=is_deleted.then_some("")
        >
            <header class="message-head">
                <span class="author"><bdi>{message.username.clone()}</bdi>{numbered(namesake)}</span>
                " "
                <a class="when" href=permalink title=stored on:click=heard(visit)>
                    <time datetime=timestamp.to_string() data-full=full>{words(clock)}</time>
                </a>
            </header>
            {if is_deleted {
                Either::Left(view! { <p class="removed">"This message was removed."</p> })
            } else {
                Either::Right(view! { <Body message is_own/> })
            }}
        </article>
    }
}

/// What tells somebody from another one of the same name. Nobody chooses it, so it is no part of the name.
pub fn numbered(number: Option<String>) -> impl IntoView {
    number.map(|number| view! { " " <span class="namesake">{Words(number)}</span> })
}

/// Messages on their way to the server, or refused by it. Each change draws them all again into the
/// same elements, so that one which is sent once more does not flicker.
#[component]
pub fn PendingLines(
    /// What is in the outbox.
    messages: Derived<Vec<Pending>>,
) -> impl IntoView {
    let model = ViewModel::here();
    let number = shown::attribute(move || {
        model.me().with(|me| {
            me.as_ref()
                .and_then(|me| model.namesakes().number(me.id, &me.name))
        })
    });
    move || {
        let line = |message| view! { <PendingLine message number=number()/> };
        messages.get().into_iter().map(line).collect_view()
    }
}

/// What could not be sent because its room is gone, wherever one is now.
#[component]
pub fn Unsent() -> impl IntoView {
    let model = ViewModel::here();
    let homeless = Derived::new(move || {
        let rooms: Vec<RoomId> = model
            .rooms()
            .with(|rooms| rooms.iter().map(|entry| entry.room.id).collect());
        model.outbox().with(|outbox| outbox.outside(&rooms))
    });
    view! {
        <section class="unsent" aria-label="Not sent">
            <PendingLines messages=homeless/>
        </section>
    }
}

#[component]
fn PendingLine(message: Pending, number: Option<String>) -> impl IntoView {
    let model = ViewModel::here();
    let (state, note) = match &message.state {
        Delivery::Refused { reason } => ("refused", format!("Not sent: {reason}")),
        // While the server says no every second, a try is no news.
        Delivery::Sending if !model.is_held() => ("sending", "Sending…".to_owned()),
        Delivery::Sending => ("sending", WAITING.to_owned()),
        Delivery::Queued => ("queued", WAITING.to_owned()),
    };
    let is_refused = message.is_refused();
    let has_room = model
        .rooms()
        .with_untracked(|rooms| rooms.iter().any(|e| e.room.id == message.room_id));
    let name = model
        .me()
        .with_untracked(|me| me.as_ref().map(|me| me.name.clone()))
        .unwrap_or_default();
    let key = StoredValue::new(message.client_id);
    let button = move |class: &'static str, label: &'static str, act: fn(ViewModel, &str)| {
        view! {
            <button class=class type="button" on:click=heard(move |_| act(model, &key.get_value()))>
                {label}
            </button>
        }
    };
    view! {
        <article class="message pending" data-own="" data-state=state>
            <header class="message-head">
                <span class="author"><bdi>{Words(name)}</bdi>{numbered(number)}</span>
            </header>
            <div class="text" dir="auto">{Words(laid_out(&message.content))}</div>
            <p class="delivery">{Words(note)}</p>
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

/// The text of a message, with links and everything else escaped.
fn linked(content: &str, links: &[Link]) -> impl IntoView + use<> {
    segments(content, links)
        .into_iter()
        .map(|segment| {
            let text = laid_out(segment.text);
            match segment.href.map(str::to_owned) {
                None => Either::Left(text),
                Some(href) => Either::Right(view! {
                    <a href=href rel="noopener noreferrer nofollow ugc" target="_blank">{text}</a>
                }),
            }
        })
        .collect_view()
}

#[component]
fn Body(message: Arc<Message>, is_own: bool) -> impl IntoView {
    let model = ViewModel::here();
    let number = message.number;
    let is_edited = message.edited_at.is_some();
    let is_editing = shown::holds(move || is_own && model.editing().get() == Some(number));
    one_of(
        is_editing,
        move || view! { <Edit number/> },
        move || {
            view! {
                <div class="text" dir="auto">{linked(&message.content, &message.links)}</div>
                {is_edited.then(|| view! { <span class="edited">"edited"</span> })}
                {is_own.then(|| view! { <Actions number/> })}
            }
        },
    )
}

#[component]
fn Actions(number: Number) -> impl IntoView {
    let model = ViewModel::here();
    let room = model.room();
    let path = |make: fn(&parlour_protocol::Room, Number) -> String| {
        room.as_ref()
            .map(|room| make(room, number))
            .unwrap_or_default()
    };
    let edit = move |event: MouseEvent| {
        event.prevent_default();
        act(model, |session| session.begin_edit(number));
    };
    let delete = move |event: SubmitEvent| {
        event.prevent_default();
        model.show_dialog(Some(Dialog::DeleteMessage(number)));
    };
    view! {
        <div class="message-actions">
            <a class="action edit" href=path(paths::edit) on:click=heard(edit)>"Edit"</a>
            <form class="inline" method="post" action=path(paths::delete_message) on:submit=heard(delete)>
                <button class="action delete" type="submit">"Delete"</button>
            </form>
        </div>
    }
}

#[component]
fn Edit(number: Number) -> impl IntoView {
    let model = ViewModel::here();
    let content = model.look(|state| state.session.edit_text(number));
    request_animation_frame(|| text_field::fit(EDITOR));
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
    let action = model.room().map(|room| paths::edit(&room, number));
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
                    <button class="quiet" type="button" on:click=heard(move |_| cancel())>"Cancel"</button>
                    <button class="primary" type="submit">"Save"</button>
                </div>
            </form>
        }
}
