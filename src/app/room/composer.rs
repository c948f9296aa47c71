//! Where one writes: a form that works without script and becomes quick with it.

use super::dialogs::give_name;
use super::driver::{act, focus_room, send, type_in};
use super::face::face_of;
use super::namesakes;
use super::one_of::{one_of, when};
use super::replying::Replying;
use super::shown;
use super::shown::{Derived, heard};
use super::unsent::Unsent;
use super::view_model::ViewModel;
use super::words::words;
use crate::app::browser::dialog;
use crate::app::browser::text_field::{self, COMPOSER};
use crate::app::slots::{Slot, slot, value};
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use parlour_client::connection::Banner;
use parlour_client::keys::Meaning;
use parlour_client::outbox::Outbox;
use parlour_client::presence::Presence;
use parlour_client::session::Session;
use parlour_protocol::display::isolated;
use parlour_protocol::{ReadOnly, paths, rules};

/// The id of the field in which somebody without a name writes one.
const NAME: &str = "join";
/// Characters left below which the counter shows.
const COUNTER_FROM: usize = 500;

/// What is said to who can write here, and is no member.
const LOOKING: &str = "You are only looking. Join to be told what is new here.";

/// Who is typing, and the composer; for somebody without a name the way to one.
#[component]
pub fn Composer(
    /// The key the form sends with when there is no script.
    form_key: String,
) -> impl IntoView {
    let model = ViewModel::here();
    let form_key = StoredValue::new(form_key);
    let is_somebody = shown::holds(move || model.me().with(Option::is_some));
    let namesakes = namesakes::all(model);
    let typing = Derived::new(move || {
        let line = |presence: &Presence| {
            namesakes.with(|namesakes| presence.typing_line(model.my_id(), namesakes))
        };
        model.presence().with(line)
    });
    let piece = move |at: usize| shown::text(move || typing.with(|typing| typing[at].clone()));
    let typist = move |at: usize| {
        face_of(move || {
            let named = |presence: &Presence| presence.named_typists(model.my_id())[at].take();
            model.presence().with(named)
        })
    };
    let is_any = shown::holds(move || typing.with(|typing| !typing[1].is_empty()));
    view! {
        <p class="typing">
            {when(is_any, move || {
                view! {
                    {typist(0)}
                    <bdi>{words(piece(0))}</bdi>
                    <span>{words(piece(1))}</span>
                    {typist(1)}
                    <bdi>{words(piece(2))}</bdi>
                    <span>{words(piece(3))}</span>
                }
            })}
        </p>
        <Unsent/>
        <p class="outbox" role="status">{words(shown::text(move || kept_back(model)))}</p>
        {slot(Slot::Looking, view! { <Looking/> })}
        {one_of(
            is_somebody,
            move || view! { <WriteForm form_key=form_key.get_value()/> },
            || view! { <JoinBar/> },
        )}
    }
}

/// What is said to who cannot write here, and to somebody with a name who is no member.
#[component]
pub fn Looking() -> impl IntoView {
    let model = ViewModel::here();
    let why = move || model.read_only();
    let may_join = shown::holds(move || {
        let is_shut = matches!(
            why(),
            Some(ReadOnly::Archived | ReadOnly::Guests | ReadOnly::Banned)
        );
        !is_shut && model.me().with(Option::is_some) && !model.is_member()
    });
    let is_said = shown::holds(move || why().is_some() || may_join.get());
    let sentence = shown::text(move || why().map_or(LOOKING, ReadOnly::sentence).to_owned());
    let join = move |event: SubmitEvent| {
        event.prevent_default();
        // There is nothing to take back any more, and this button goes.
        model.take_undo();
        focus_room();
        act(model, Session::join_room);
    };
    when(is_said, move || {
        let action = shown::attribute(move || model.room().map(|room| paths::enter(&room)));
        view! {
            <form class="looking" data-shut=shown::mark(move || why().is_some()) method="post" action=action on:submit=heard(join)>
                <p>
                    <span id=paths::LEFT>"You left this room. "</span>
                    <span>{words(sentence)}</span>
                </p>
                {when(may_join, || view! { <button class="quiet" type="submit">"Join"</button> })}
            </form>
        }
    })
}

/// The way to where one writes, for who goes through the page by Tab.
#[component]
pub fn SkipLink() -> impl IntoView {
    let model = ViewModel::here();
    let is_somebody = move || model.me().with(Option::is_some);
    let field = move || if is_somebody() { COMPOSER } else { NAME };
    let href = shown::text(move || format!("#{}", field()));
    view! { <a class="skip-link" href=href>"Skip to the composer"</a> }
}

/// Gives the focus to where one writes, or says who one is.
pub fn focus() {
    let is_somebody = text_field::is_there(COMPOSER);
    text_field::focus(if is_somebody { COMPOSER } else { NAME });
}

/// What has to be said of the messages that are not sent yet, if anything.
fn kept_back(model: ViewModel) -> String {
    let is_lost = matches!(model.banner(), Banner::Lost { .. } | Banner::Stopped);
    let waiting = model.outbox().with(Outbox::waiting);
    let mut said = match waiting {
        _ if !(is_lost || model.is_held()) => String::new(),
        0 => String::new(),
        1 => "1 message waits to be sent. ".to_owned(),
        waiting => format!("{waiting} messages wait to be sent. "),
    };
    if !model.keeps() {
        said += "This browser keeps nothing: a message not yet sent is lost when the tab closes.";
    }
    said
}

#[component]
fn WriteForm(form_key: String) -> impl IntoView {
    let model = ViewModel::here();
    let key = move |event: KeyboardEvent| {
        let is_done = match text_field::meaning(&event, model.enter_sends().get_untracked()) {
            Some(Meaning::Send) => {
                send(model);
                true
            }
            Some(Meaning::Up) => {
                text_field::text(COMPOSER).is_empty() && act(model, Session::edit_last)
            }
            Some(Meaning::Cancel) => act(model, Session::reply_to_none),
            None => false,
        };
        if is_done {
            event.prevent_default();
        }
    };
    shown::keep(|| text_field::keep_fit(COMPOSER));
    let hint = shown::attribute(move || Some(model.enter_hint()));
    let placeholder = shown::attribute(move || {
        model
            .room()
            .map(|room| format!("Message {}", isolated(&room.name)))
    });
    let counter = shown::text(move || match model.typed() {
        typed if typed + COUNTER_FROM >= rules::MESSAGE_MAX => {
            format!("{typed} / {}", rules::MESSAGE_MAX)
        }
        _ => String::new(),
    });
    let action = shown::attribute(move || model.room().map(|room| paths::send(&room)));
    let is_over = move || model.typed() > rules::MESSAGE_MAX;
    view! {
            <form
                class="composer"
                method="post"
                action=action
                on:submit=heard(move |event: SubmitEvent| {
                    event.prevent_default();
                    send(model);
    })
            >
                <input type="hidden" name="client_id" value=value(Slot::FormKey, form_key)/>
                <Replying/>
                <label class="visually-hidden" for=COMPOSER>"Message"</label>
                <textarea
                    id=COMPOSER
                    prop:drawn=true
                    name="content"
                    rows="1"
                    placeholder=placeholder
                    enterkeyhint=hint
                    aria-describedby="composer-error"
                    aria-invalid=shown::attribute(move || is_over().then(|| "true".to_owned()))
                    on:input=heard(move |_| input(model))
                    on:keydown=heard(key)
                ></textarea>
                // `browser/pressed.rs` opens it in the panel.
                <a class="emoji-way" href="/emoji" aria-label="Emoji" title="Emoji"></a>
                <span class="counter" data-over=shown::mark(is_over)>{words(counter)}</span>
                <button class="send" type="submit" aria-label="Send" title="Send"></button>
                <p class="field-error" id="composer-error" role="alert">{words(shown::sentence(model.composer_error()))}</p>
            </form>
        }
}

/// The composer's text has changed.
fn input(model: ViewModel) {
    text_field::fit(COMPOSER);
    let text = text_field::text(COMPOSER);
    type_in(model, |session| session.typed(&text));
}

#[component]
fn JoinBar() -> impl IntoView {
    let model = ViewModel::here();
    let next = shown::attribute(move || model.room().map(|room| paths::room(&room)));
    let join = move |event: SubmitEvent| {
        event.prevent_default();
        give_name(model, NAME);
    };
    view! {
        <form class="join-bar" method="post" action=paths::JOIN on:submit=heard(join)>
            <input type="hidden" name="next" value=next/>
            <label>
                "Your name"
                <input
                    id=NAME
                    name="username"
                    autocomplete="nickname"
                    aria-describedby="join-error"
                    on:input=heard(move |_| dialog::complain(NAME, None))
                />
            </label>
            <button class="primary" type="submit">"Join"</button>
            <p class="field-error" id="join-error" role="alert"></p>
        </form>
    }
}
