//! What emoji are chosen from: `/rooms/{slug}/m/{number}/react` for a reaction to a message, `/emoji` for one in a text; as
//! a page, and in the panel over the live room, where `shell/picker.js` adds keys and a search as one types.
//!
//! *Invariant:* a part has one group, or what a search found, and no more: nobody waits for thousands of buttons.

use super::answer_in;
use super::form_page::fragment;
use super::parts::PlainPage;
use super::shape::Shape;
use crate::app::browser::dialog::TITLE;
use crate::app::shell::{Head, Script, address};
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{Number, RoomId, paths};
use parlour_server::emoji::{self, Choice, Group, Kept, Tone};
use parlour_server::http::{AtMessage, emoji_cookie};
use parlour_server::{Scope, ServiceError, messages, rooms};
use serde::Deserialize;

/// The key of those that were taken last, among those of the groups.
const RECENT: &str = "recent";

/// Which of them are wanted.
#[derive(Debug, Default, Deserialize)]
pub struct EmojiAsked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    group: String,
    tone: Option<u8>,
}

type Asked = Result<Query<EmojiAsked>, QueryRejection>;

/// `GET /rooms/{slug}/m/{number}/react?q=…&group=…&tone=…`: what somebody can react to the message with.
pub async fn choose_reaction(
    State(site): State<Site>,
    shape: Shape,
    headers: HeaderMap,
    scope: Scope,
    AtMessage(room, number): AtMessage,
    asked: Asked,
) -> Response {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let picker = Picker::new(asked, emoji_cookie::read(&headers));
    let page = for_message(&site, shape, &scope, (room, number), picker).await;
    answer_in(&site, shape, page)
}

async fn for_message(
    site: &Site,
    shape: Shape,
    scope: &Scope,
    (room, number): (RoomId, Number),
    picker: Picker,
) -> Result<Response, ServiceError> {
    let room = rooms::get(&site.ctx, scope, room).await?;
    let path = paths::react(&room, number);
    match messages::reactable(&site.ctx, scope, room.id, number).await {
        Ok(()) => {}
        Err(ServiceError::SignInRequired) => {
            return Ok(Redirect::to(&paths::join(&path)).into_response());
        }
        Err(refused) => return Err(refused),
    }
    let back = (paths::message(&room, number), "Back to the room");
    Ok(picker.shown(site, shape, "React", path, back))
}

/// `GET /emoji?q=…&group=…&tone=…`: which emoji there are, and what they are called in a text; in the panel those that can
/// be put into one.
pub async fn emoji_names(
    State(site): State<Site>,
    shape: Shape,
    headers: HeaderMap,
    asked: Asked,
) -> Response {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let mut picker = Picker::new(asked, emoji_cookie::read(&headers));
    picker.is_named = shape == Shape::Page;
    let back = (paths::LIST.to_owned(), "Back to the rooms");
    picker.shown(&site, shape, "Emoji", paths::EMOJI.to_owned(), back)
}

/// A part of all emoji, and the ways to the others.
struct Picker {
    search: String,
    /// Which group; none of those that were taken last.
    group: Option<Group>,
    tone: Tone,
    kept: Kept,
    /// They are read, not pressed.
    is_named: bool,
}

impl Picker {
    fn new(asked: EmojiAsked, kept: Kept) -> Self {
        let EmojiAsked { q, group, tone } = asked;
        Self {
            search: q.chars().take(64).collect(),
            group: match group.as_str() {
                RECENT => None,
                key => Some(Group::with_key(key).unwrap_or_default()),
            },
            tone: tone.and_then(Tone::with_digit).unwrap_or(kept.tone()),
            kept,
            is_named: false,
        }
    }

    fn shown(
        self,
        site: &Site,
        shape: Shape,
        heading: &'static str,
        path: String,
        (back, back_label): (String, &'static str),
    ) -> Response {
        if shape == Shape::Panel {
            return fragment(StatusCode::OK, move || {
                view! {
                    <form data-script=address(Script::Picker)>
                        <h2 id=TITLE>{heading}</h2>
                    </form>
                    <div class="card picker">
                        {self.parts(&path, shape)}
                        <div class="modal-actions"><button class="quiet" type="button">"Close"</button></div>
                    </div>
                }
                .into_any()
            });
        }
        let head = Head {
            title: heading,
            is_live: false,
            canonical: None,
            may_be_listed: false,
        };
        site.assets.page(StatusCode::OK, &head, move || {
            view! {
                <PlainPage heading=heading back=back back_label=back_label>
                    <div class="picker">{self.parts(&path, shape)}</div>
                </PlainPage>
            }
            .into_any()
        })
    }

    fn parts(&self, path: &str, shape: Shape) -> AnyView {
        view! {
            <form class="search" method="get" action=path.to_owned() role="search">
                <label class="visually-hidden" for="emoji-q">"Name of an emoji"</label>
                <input
                    id="emoji-q"
                    type="search"
                    name="q"
                    value=self.search.clone()
                    placeholder="Name"
                    autocomplete="off"
                    maxlength="64"
                />
                <input type="hidden" name="tone" value=self.tone.digit().to_string()/>
                <button class="button" type="submit">"Find"</button>
            </form>
            <div class="found">
                {match self.is_named {
                    true => self.read().into_any(),
                    false => self.pressed(path, shape),
                }}
                {self.ways(path)}
            </div>
        }
        .into_any()
    }

    /// What is shown, by what it is called.
    fn part(&self) -> (&'static str, Vec<Choice>) {
        match (self.search.trim(), self.group) {
            ("", Some(group)) => (group.called(), emoji::of_group(group, self.tone)),
            ("", None) => ("Recent", self.kept.recent(self.tone)),
            (search, _) => ("Found", emoji::search(search, self.tone)),
        }
    }

    fn none(choices: &[Choice]) -> Option<impl IntoView + use<>> {
        let is_none = choices.is_empty();
        is_none.then(|| view! { <p role="status">"No emoji is called that."</p> })
    }

    /// As buttons, those that are taken most first.
    fn pressed(&self, path: &str, shape: Shape) -> AnyView {
        let (called, choices) = self.part();
        let is_searched = !self.search.trim().is_empty();
        let quick = (!is_searched).then(|| {
            let first = (shape == Shape::Panel).then_some(0);
            buttons("Often used", self.kept.quick(self.tone), first)
        });
        let none = Self::none(&choices);
        view! {
            <form method="post" action=path.to_owned()>
                {quick}
                {none}
                {buttons(called, choices, None)}
            </form>
        }
        .into_any()
    }

    /// As a list, each with what stands for it in a text.
    fn read(&self) -> impl IntoView + use<> {
        let (called, choices) = self.part();
        let none = Self::none(&choices);
        let items = choices.into_iter().map(|choice| {
            let short = choice
                .short_name
                .map(|name| view! { " " <code>":"{name}":"</code> });
            view! { <li>{choice.text} " " {choice.name} {short}</li> }
        });
        view! {
            <p>"Write a name between colons in a message, and it is the emoji."</p>
            {none}
            <ul class="emoji-names" aria-label=called>{items.collect_view()}</ul>
        }
    }

    /// The ways to the other groups, and to the other tones of skin.
    fn ways(&self, path: &str) -> impl IntoView + use<> {
        let is_searched = !self.search.trim().is_empty();
        let tone = self.tone.digit();
        let has_recent = !self.kept.recent(self.tone).is_empty();
        let recent = has_recent.then_some((RECENT, "Recent", None));
        let groups = Group::ALL.map(|group| (group.key(), group.called(), Some(group)));
        let groups = recent
            .into_iter()
            .chain(groups)
            .map(|(key, called, group)| {
                let is_here = !is_searched && self.group == group;
                let href = format!("{path}?group={key}&tone={tone}");
                view! { <a href=href aria-current=is_here.then_some("true")>{called}</a> }
            });
        let here = match (is_searched, self.group) {
            (true, _) => format!("q={}", paths::encode(self.search.trim())),
            (false, group) => format!("group={}", group.map_or(RECENT, Group::key)),
        };
        let tones = Tone::ALL.map(|tone| {
            let is_here = self.tone == tone;
            let href = format!("{path}?{here}&tone={}", tone.digit());
            let hand = emoji::search("raised_hand", tone);
            let hand = hand.first().map(|hand| hand.text);
            view! {
                <a href=href aria-label=tone.called() title=tone.called() aria-current=is_here.then_some("true")>
                    {hand}
                </a>
            }
        });
        view! {
            <nav aria-label="Kinds of emoji">{groups.collect_view()}</nav>
            <nav aria-label="Skin tone">{tones.into_iter().collect_view()}</nav>
        }
    }
}

/// Buttons for these; the one at `first` is where the focus begins.
fn buttons(called: &'static str, choices: Vec<Choice>, first: Option<usize>) -> impl IntoView {
    let buttons = choices.into_iter().enumerate().map(|(at, choice)| {
        let title = choice.short_name.map(|name| format!(":{name}:"));
        view! {
            <button
                name="emoji"
                value=choice.text
                title=title
                aria-label=choice.name
                autofocus=first == Some(at)
            >
                {choice.text}
            </button>
        }
    });
    view! { <div class="emoji" role="group" aria-label=called>{buttons.collect_view()}</div> }
}
