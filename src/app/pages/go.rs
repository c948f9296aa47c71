//! `/go`: finds a room, or somebody, by a part of the name.

use super::parts::PlainPage;
use super::shape::Shape;
use super::{answer, answer_in};
use crate::app::shell::{Head, owned};
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{Room, User, paths};
use parlour_server::rooms::{self, FOUND_MAX, Found};
use parlour_server::{Scope, ServiceError, people};
use serde::Deserialize;

/// What stands behind somebody's name.
const PERSON: &str = " person";

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    q: Option<String>,
}

/// `GET /go?q=…`: the rooms with all of that in their names; straight to the one that is called just that. The panel of
/// the live page knows rooms itself, and asks for lines to add to its list.
pub async fn go(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let wanted = wanted.ok().and_then(|Query(wanted)| wanted.q);
    let wanted = wanted.unwrap_or_default();
    let found = find(&site, &scope, &wanted).await;
    match shape {
        Shape::Panel => answer_in(
            &site,
            shape,
            found.map(|(found, people)| lines(found, people)),
        ),
        Shape::Page => answer(
            &site,
            found.map(|(found, people)| shown(&site, wanted, found, people)),
        ),
    }
}

async fn find(
    site: &Site,
    scope: &Scope,
    wanted: &str,
) -> Result<(Found, Vec<User>), ServiceError> {
    let found = rooms::find(&site.ctx, scope, wanted).await?;
    let people = people::find_beside(&site.ctx, scope, wanted, &found.rooms).await?;
    Ok((found, people))
}

fn shown(site: &Site, wanted: String, found: Found, people: Vec<User>) -> Response {
    let Found { rooms, exact } = found;
    if let Some(room) = exact {
        return Redirect::to(&paths::room(&room)).into_response();
    }
    let head = Head {
        title: "Go to a room",
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    let said = match rooms.len() {
        0 if people.is_empty() => Some("Nothing here is called that."),
        FOUND_MAX.. => Some("There may be more: say more of the name."),
        _ => None,
    };
    site.assets.page(StatusCode::OK, &head, move || {
        view! {
            <PlainPage heading="Go to a room" back=paths::LIST.to_owned() back_label="Back to the rooms">
                <form class="form" role="search" action=paths::GO>
                    <div class="field">
                        <label for="q">"Any part of its name"</label>
                        <input id="q" name="q" type="search" value=wanted autocomplete="off" autofocus/>
                    </div>
                    <button class="primary" type="submit">"Find"</button>
                </form>
                <ul class="found">
                    {rooms.into_iter().map(link).collect_view()} {people.into_iter().map(person).collect_view()}
                </ul>
                {said.map(|said| view! { <p>{said}</p> })}
            </PlainPage>
        }
        .into_any()
    })
}

fn link(room: Room) -> impl IntoView {
    view! {
        <li>
            <a href=paths::room(&room)>
                <bdi>{room.name.clone()}</bdi>
            </a>
        </li>
    }
}

fn person(user: User) -> impl IntoView {
    view! {
        <li>
            <a href=paths::person(user.id)>
                <bdi>{user.name}</bdi>
                {PERSON}
            </a>
        </li>
    }
}

/// As the panel has them: `app/browser/finder.rs` makes those that it knows.
fn lines(found: Found, people: Vec<User>) -> Response {
    let line = |room: Room| {
        view! {
            <li role="option" data-path=paths::room(&room)>
                <bdi>{room.name.clone()}</bdi>
            </li>
        }
    };
    let of_person = |user: User| {
        view! {
            <li role="option" data-path=paths::person(user.id)>
                <bdi>{user.name}</bdi>
                {PERSON}
            </li>
        }
    };
    let html = owned(|| {
        let rooms = found.rooms.into_iter().map(|room| line(room).to_html());
        let people = people.into_iter().map(|user| of_person(user).to_html());
        rooms.chain(people).collect::<String>()
    });
    Html(html).into_response()
}
