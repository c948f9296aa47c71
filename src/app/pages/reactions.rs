//! `/rooms/{slug}/m/{number}/reactions`: who reacted to a message, with one emoji at a time; as a page, and in the panel
//! over the live room.

use super::answer_in;
use super::form_page::fragment;
use super::parts::PlainPage;
use super::shape::Shape;
use crate::app::browser::dialog::TITLE;
use crate::app::shell::{Head, Script, address};
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::{UserId, paths};
use parlour_server::Scope;
use parlour_server::http::AtMessage;
use parlour_server::messages::{self, ReactionsPage};
use serde::Deserialize;

/// What the page is called.
const HEADING: &str = "Reactions";

/// With which emoji, and behind whom the part begins.
#[derive(Debug, Default, Deserialize)]
pub struct ReactionsAsked {
    #[serde(default)]
    emoji: String,
    after: Option<UserId>,
}

/// `GET /rooms/{slug}/m/{number}/reactions?emoji=…&after=…`: a part of who reacted.
pub async fn reactions(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    AtMessage(room, number): AtMessage,
    asked: Result<Query<ReactionsAsked>, QueryRejection>,
) -> Response {
    let ReactionsAsked { emoji, after } = asked.map(|Query(asked)| asked).unwrap_or_default();
    let after = after.unwrap_or(UserId(0));
    let page = messages::reactions_page(&site.ctx, &scope, (room, number), &emoji, after).await;
    let page = page.map(|page| match shape {
        Shape::Page => shown(&site, page),
        Shape::Panel => in_panel(page),
    });
    answer_in(&site, shape, page)
}

fn shown(site: &Site, page: ReactionsPage) -> Response {
    let head = Head {
        title: HEADING,
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    site.assets.page(StatusCode::OK, &head, move || {
        let back = paths::message(&page.room, page.number);
        view! {
            <PlainPage heading=HEADING back=back back_label="Back to the room">
                <div class="picker">{who(page)}</div>
            </PlainPage>
        }
        .into_any()
    })
}

fn in_panel(page: ReactionsPage) -> Response {
    fragment(StatusCode::OK, move || {
        view! {
            <form data-script=address(Script::Picker)>
                <h2 id=TITLE>{HEADING}</h2>
            </form>
            <div class="card picker">
                {who(page)}
                <div class="modal-actions"><button class="quiet" type="button">"Close"</button></div>
            </div>
        }
        .into_any()
    })
}

fn who(page: ReactionsPage) -> AnyView {
    let path = paths::reactions(&page.room, page.number);
    if page.reactions.is_empty() {
        return view! { <p role="status">"Nobody has reacted to this message."</p> }.into_any();
    }
    let kinds = page.reactions.into_iter().map(|reaction| {
        let is_here = reaction.emoji == page.emoji;
        let href = format!("{path}?emoji={}", paths::encode(&reaction.emoji));
        let shown = format!("{} {}", reaction.emoji, reaction.count);
        view! { <a href=href aria-current=is_here.then_some("true")>{shown}</a> }
    });
    let kinds = kinds.collect_view();
    let people = page.people.people.into_iter().map(|person| {
        view! { <li><a href=paths::person_in(person.id, page.room.id)><bdi>{person.name}</bdi></a></li> }
    });
    let more = page.people.next.map(|after| {
        let more = format!("{path}?emoji={}&after={after}", paths::encode(&page.emoji));
        view! { <p><a href=more rel="next">"More people"</a></p> }
    });
    view! {
        <div class="found">
            <nav aria-label="Kinds of reactions">{kinds}</nav>
            <ul class="who">{people.collect_view()}</ul>
            {more}
        </div>
    }
    .into_any()
}
