//! `/people`: finds people by name; `/people/{id}`: shows one of them, and what one can do with them, as a page or as the
//! fragment that the live page's panel shows.
//!
//! *Invariant:* what is offered is what the contexts would let who looks do.

use super::form_page::fragment;
use super::member;
use super::parts::{PlainPage, dot, leads_to};
use super::people_admin::person_forms;
use super::shape::Shape;
use super::zone::told_time;
use super::{answer, answer_in};
use crate::app::browser::dialog::TITLE;
use crate::app::room::face;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::permissions::may;
use parlour_protocol::{
    Action, Room, RoomId, ServerRole, Timestamp, User, UserId, UserKind, paths,
};
use parlour_server::administration::{self, Actor, KnownPerson};
use parlour_server::http::AtPerson;
use parlour_server::people::{self, Card, FOUND_MAX};
use parlour_server::rooms::{self, MemberCard};
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

/// Which room a card is opened from.
#[derive(Debug, Default, Deserialize)]
pub struct From {
    #[serde(default)]
    room: String,
}

/// What a card shows beside what everybody is shown, to who may see it.
struct Seen {
    card: Card,
    is_me: bool,
    /// The room that it is opened from.
    room: Option<Room>,
    /// What may be done about them there.
    member: Option<MemberCard>,
    /// What may be done to them in the house.
    known: Option<(Actor, KnownPerson)>,
    now: Timestamp,
}

/// `GET /people/{id}?room=…`: a person's card: the rooms in common, the ways to talk to them alone and to block them,
/// and for who may, what else is done about them, in that room and in the house.
pub async fn person(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    AtPerson(id): AtPerson,
    from: Result<Query<From>, QueryRejection>,
) -> Response {
    let From { room } = from.map(|Query(from)| from).unwrap_or_default();
    let room = paths::parse_slug(&room);
    let page = match seen(&site, &scope, id, room).await {
        Err(ServiceError::SignInRequired) => {
            return Redirect::to(&paths::join(&path(id, room))).into_response();
        }
        seen => seen.map(|seen| match shape {
            Shape::Page => shown(&site, seen),
            Shape::Panel => in_panel(seen),
        }),
    };
    answer_in(&site, shape, page)
}

fn path(id: UserId, room: Option<RoomId>) -> String {
    match room {
        Some(room) => paths::person_in(id, room),
        None => paths::person(id),
    }
}

async fn seen(
    site: &Site,
    scope: &Scope,
    id: UserId,
    room: Option<RoomId>,
) -> Result<Seen, ServiceError> {
    let ctx = &site.ctx;
    let card = people::card(ctx, scope, id).await?;
    let id = card.user.id;
    let is_me = scope.user_id() == Some(id);
    let room = match room {
        Some(room) => if_any(rooms::get(ctx, scope, room).await)?,
        None => None,
    };
    let member = match &room {
        Some(room) if !is_me => if_any(rooms::member_card(ctx, scope, room.id, id).await)?,
        _ => None,
    };
    let actor = Actor::of(scope)?;
    let known = if_any(administration::person(ctx, actor, id).await)?;
    Ok(Seen {
        card,
        is_me,
        room,
        member,
        known: known.filter(|_| !is_me).map(|known| (actor, known)),
        now: ctx.clock.now(),
    })
}

/// What there is of it for who asks.
fn if_any<T>(found: Result<T, ServiceError>) -> Result<Option<T>, ServiceError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(
            ServiceError::Forbidden
            | ServiceError::NotFound
            | ServiceError::RoomNotFound
            | ServiceError::PersonNotFound,
        ) => Ok(None),
        Err(error) => Err(error),
    }
}

fn shown(site: &Site, seen: Seen) -> Response {
    let title = seen.card.user.name.clone();
    site.assets.page(StatusCode::OK, &head(&title), move || {
        let (back, back_label) = match &seen.room {
            Some(room) => (paths::room(room), "Back to the room"),
            None => (paths::PEOPLE.to_owned(), "All people"),
        };
        let next = path(seen.card.user.id, seen.room.as_ref().map(|room| room.id));
        view! {
            <PlainPage heading=heading(&seen.card) back back_label>
                {about(&seen)}
                {acts(&seen, &next)}
                {in_common(&seen.card, Shape::Page)}
            </PlainPage>
        }
        .into_any()
    })
}

/// The card over the room that it is opened from. Its forms are the browser's to send: each of them leads back there.
fn in_panel(seen: Seen) -> Response {
    fragment(StatusCode::OK, || {
        let next = seen.room.as_ref().map(paths::room).unwrap_or_default();
        view! {
            <form>
                <h2 id=TITLE>{heading(&seen.card)}</h2>
                {about(&seen)}
            </form>
            <div class="card">
                {acts(&seen, &next)}
                {in_common(&seen.card, Shape::Panel)}
                <div class="modal-actions"><button class="quiet" type="button">"Close"</button></div>
            </div>
        }
        .into_any()
    })
}

fn heading(card: &Card) -> AnyView {
    let User { id, name, .. } = &card.user;
    view! { {face(Some((*id, name)))} <bdi>{name.clone()}</bdi> }.into_any()
}

/// What they are, and what they say of themselves.
fn about(seen: &Seen) -> AnyView {
    let Card { user, role, .. } = &seen.card;
    let time = seen.card.utc_offset.map(|offset| {
        let time = told_time(seen.now, offset);
        view! { " · It is " {time} " where they are" }
    });
    let in_room = seen.member.as_ref().map(|member| {
        view! { <p>{member::facts(member)} " in " <bdi>{member.room.name.clone()}</bdi></p> }
    });
    let bio = (!seen.card.bio.is_empty()).then(|| {
        view! { <p class="room-description"><bdi>{seen.card.bio.clone()}</bdi></p> }
    });
    view! {
        <p>{called(user.kind, *role)} {seen.card.availability.map(dot)} {time}</p>
        {in_room}
        {bio}
    }
    .into_any()
}

/// The ways to talk to them alone and to block them, and what else is done about them.
fn acts(seen: &Seen, next: &str) -> AnyView {
    let id = seen.card.user.id;
    let is_blocked = seen.card.is_blocked;
    let (block, verb) = match is_blocked {
        false => (paths::block(id), "Block"),
        true => (paths::unblock(id), "Unblock"),
    };
    let to_all = (!seen.is_me).then(|| {
        view! {
            <form class="form" method="post" action=paths::talk(id)>
                <button class="primary" type="submit">"Write to them alone"</button>
            </form>
            <form class="form" method="post" action=block>
                {leads_to(next)}
                <button class="quiet" type="submit">{verb}</button>
            </form>
            {is_blocked
                .then(|| view! { <p class="field-hint">"You have blocked them: what they write to you alone does not arrive."</p> })}
        }
    });
    let in_room = seen.member.as_ref().filter(|member| member.offers());
    let in_room = in_room.map(|member| {
        let forms = member::forms(member, next, String::new(), None);
        folded(view! { "In " <bdi>{member.room.name.clone()}</bdi> }, forms)
    });
    let known = seen.known.as_ref();
    let in_house = known.and_then(|(actor, known)| person_forms(*actor, known, next));
    let in_house = in_house.map(|forms| folded("In this house", forms));
    view! { {to_all} {in_room} {in_house} }.into_any()
}

fn folded(summary: impl IntoView + 'static, forms: AnyView) -> AnyView {
    view! {
        <details class="keeping">
            <summary>{summary}</summary>
            {forms}
        </details>
    }
    .into_any()
}

fn in_common(card: &Card, shape: Shape) -> AnyView {
    if card.rooms.is_empty() {
        return ().into_any();
    }
    let rooms = card.rooms.iter().map(|room| {
        view! { <li><a href=paths::room(room)><bdi>{room.name.clone()}</bdi></a></li> }
    });
    const HEADING: &str = "Rooms in common";
    let heading = match shape {
        Shape::Page => view! { <h2>{HEADING}</h2> }.into_any(),
        Shape::Panel => view! { <h3>{HEADING}</h3> }.into_any(),
    };
    view! {
        {heading}
        <ul class="all-rooms">{rooms.collect_view()}</ul>
    }
    .into_any()
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
