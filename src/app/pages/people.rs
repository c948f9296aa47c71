//! `/people`: finds people by name; `/people/{id}`: shows one of them, and what one can do with them.

use super::answer;
use super::parts::{PlainPage, dot};
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::permissions::may;
use parlour_protocol::{Action, ServerRole, User, UserId, UserKind, paths};
use parlour_server::http::AtPerson;
use parlour_server::people::{self, Card, FOUND_MAX};
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
}

/// `GET /people?q=…`: the people with this in their names.
pub async fn find_people(
    State(site): State<Site>,
    scope: Scope,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let Wanted { q } = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let found = match people::find(&site.ctx, &scope, &q).await {
        Err(ServiceError::SignInRequired) => {
            return Redirect::to(&paths::join(&paths::find_people(&q))).into_response();
        }
        found => found,
    };
    let role = scope.person.as_ref().map(|person| person.role);
    let runs_house = role.is_some_and(|role| may(Action::SeePeople, role));
    answer(&site, found.map(|found| list(&site, q, found, runs_house)))
}

fn list(site: &Site, search: String, found: Vec<User>, runs_house: bool) -> Response {
    let is_nobody = found.is_empty();
    let is_cut = found.len() >= FOUND_MAX;
    site.assets.page(StatusCode::OK, &head("People"), move || {
        let lines = found.into_iter().map(|user| {
            view! {
                <li>
                    <a href=paths::person(user.id)><bdi>{user.name}</bdi></a>
                    <p class="room-facts">{called(user.kind, ServerRole::Member)}</p>
                </li>
            }
        });
        let lines = lines.collect_view();
        view! {
            <PlainPage heading="People" back=paths::LIST.to_owned() back_label="Back to the rooms">
                <form class="search" method="get" action=paths::PEOPLE role="search">
                    <label class="visually-hidden" for="q">"Name"</label>
                    <input id="q" type="search" name="q" value=search placeholder="Name"/>
                    <button class="button" type="submit">"Find"</button>
                </form>
                {is_nobody.then(|| view! { <p role="status">"Nobody else here is called that."</p> })}
                <ul class="all-rooms">{lines}</ul>
                {is_cut.then(|| view! { <p>"There may be more: write more of the name."</p> })}
                {runs_house.then(|| view! { <p><a href=paths::ADMIN>"Run this house"</a></p> })}
            </PlainPage>
        }
        .into_any()
    })
}

/// `GET /people/{id}`: a person, the rooms in common, and the ways to talk to them alone and to block them.
pub async fn person(State(site): State<Site>, scope: Scope, AtPerson(id): AtPerson) -> Response {
    let page = match people::card(&site.ctx, &scope, id).await {
        Err(ServiceError::SignInRequired) => {
            return Redirect::to(&paths::join(&paths::person(id))).into_response();
        }
        card => card.map(|card| shown(&site, scope.user_id(), card)),
    };
    answer(&site, page)
}

fn shown(site: &Site, me: Option<UserId>, card: Card) -> Response {
    let Card {
        user,
        role,
        bio,
        rooms,
        is_blocked,
        availability,
    } = card;
    let is_me = me == Some(user.id);
    let title = user.name.clone();
    site.assets.page(StatusCode::OK, &head(&title), move || {
        let about = (!bio.is_empty()).then(|| {
            view! { <p class="room-description"><bdi>{bio}</bdi></p> }
        });
        let in_common = rooms.into_iter().map(|room| {
            view! { <li><a href=paths::room(&room)><bdi>{room.name.clone()}</bdi></a></li> }
        });
        let in_common: Vec<_> = in_common.collect();
        let is_any = !in_common.is_empty();
        let (block, verb) = match is_blocked {
            false => (paths::block(user.id), "Block"),
            true => (paths::unblock(user.id), "Unblock"),
        };
        let actions = (!is_me).then(|| {
            view! {
                <form class="form" method="post" action=paths::talk(user.id)>
                    <button class="primary" type="submit">"Write to them alone"</button>
                </form>
                <form class="form" method="post" action=block>
                    <button class="quiet" type="submit">{verb}</button>
                </form>
                {is_blocked
                    .then(|| view! { <p class="field-hint">"You have blocked them: what they write to you alone does not arrive."</p> })}
            }
        });
        view! {
            <PlainPage
                heading=view! { <bdi>{user.name.clone()}</bdi> }
                back=paths::PEOPLE.to_owned()
                back_label="All people"
            >
                <p>{called(user.kind, role)} {availability.map(dot)}</p>
                {about}
                {actions}
                {is_any.then(|| view! { <h2>"Rooms in common"</h2> })}
                <ul class="all-rooms">{in_common}</ul>
            </PlainPage>
        }
        .into_any()
    })
}

fn head(title: &str) -> Head<'_> {
    Head {
        title,
        is_live: false,
        canonical: None,
        may_be_listed: false,
    }
}

/// What a person is here.
fn called(kind: UserKind, role: ServerRole) -> &'static str {
    match (kind, role) {
        (UserKind::Guest, _) => "Guest",
        (UserKind::Bot, _) => "Program",
        (UserKind::Member, ServerRole::Owner) => "Owner",
        (UserKind::Member, ServerRole::Admin) => "Admin",
        (UserKind::Member, ServerRole::Moderator) => "Moderator",
        (UserKind::Member, ServerRole::Member | ServerRole::Guest) => "Member",
    }
}
