//! `/admin/people`: who is there, found by a part of their name; and `/admin/people/{id}`: one of them, and what may be
//! done to them.

use super::admin::{admin_answer, admin_page};
use super::parts::leads_to;
use super::qr::given_link;
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::permissions::ServerRole;
use parlour_protocol::{AppError, UserId, UserKind, paths};
use parlour_server::administration::{self, Actor, Deed, KnownPerson, PeoplePage};
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;

/// What is looked for, and behind whom the part begins.
#[derive(Debug, Default, Deserialize)]
pub struct PeopleAsked {
    #[serde(default)]
    q: String,
    guests: Option<String>,
    after: Option<i64>,
}

/// `GET /admin/people`: all accounts, or who is found, in keyset pages.
pub async fn people_admin(
    State(site): State<Site>,
    scope: Scope,
    asked: Result<Query<PeopleAsked>, QueryRejection>,
) -> Response {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let page = load(&site, &scope, &asked).await;
    let page = page.map(|page| list(&site, page, asked));
    admin_answer(site, page).await
}

async fn load(site: &Site, scope: &Scope, asked: &PeopleAsked) -> Result<PeoplePage, ServiceError> {
    let after = asked.after.map(UserId);
    let with_guests = asked.guests.is_some();
    administration::people(&site.ctx, Actor::of(scope)?, &asked.q, with_guests, after).await
}

fn list(site: &Site, PeoplePage { people, next }: PeoplePage, asked: PeopleAsked) -> Response {
    let PeopleAsked { q, guests, after } = asked;
    let with_guests = guests.is_some();
    let is_nothing = people.is_empty() && after.is_none();
    let next = next.map(|next| paths::people_admin(&q, with_guests, Some(next)));
    let first = after.map(|_| paths::people_admin(&q, with_guests, None));
    admin_page(site, StatusCode::OK, "People", paths::ADMIN, move || {
        view! {
            <form class="search" method="get" action=paths::PEOPLE_ADMIN role="search">
                <input type="search" name="q" value=q aria-label="A part of the name" autocomplete="off"/>
                <label class="choice">
                    <input type="checkbox" name="guests" value="on" checked=with_guests/>
                    "Guests, too"
                </label>
                <button class="quiet" type="submit">"Find"</button>
            </form>
            {is_nothing.then(|| view! { <p>"Nobody is called so."</p> })}
            <ul class="all-rooms">{people.into_iter().map(line).collect_view()}</ul>
            {first.map(|first| view! { <p><a href=first>"From the beginning"</a></p> })}
            {next.map(|next| view! { <p><a href=next rel="next">"More people"</a></p> })}
        }
        .into_any()
    })
}

fn line(person: KnownPerson) -> impl IntoView {
    view! {
        <li>
            <a href=paths::person_admin(person.user.id)><bdi>{person.user.name.clone()}</bdi></a>
            <p class="room-facts">{facts(&person)}</p>
        </li>
    }
}

/// What somebody is, in words.
fn facts(person: &KnownPerson) -> String {
    let role = match person.user.kind {
        UserKind::Bot => format!("bot, {}", person.role.name()),
        _ => person.role.name().to_owned(),
    };
    let state = if person.is_active { "" } else { ", disabled" };
    let since = person.since.civil(0).date();
    format!("{role}{state}, here since {since}")
}

/// `GET /admin/people/{id}`: one person.
pub async fn person_admin(
    State(site): State<Site>,
    scope: Scope,
    Path(id): Path<String>,
) -> Response {
    let page = person_page(&site, &scope, &id, StatusCode::OK, None, None).await;
    admin_answer(site, page).await
}

/// The page of one person, with what stood in the way of something, or a link that was made for them.
///
/// # Errors
/// As [`administration::person`].
pub async fn person_page(
    site: &Site,
    scope: &Scope,
    id: &str,
    status: StatusCode,
    error: Option<&AppError>,
    reset: Option<&str>,
) -> Result<Response, ServiceError> {
    let actor = Actor::of(scope)?;
    let id = id.parse().map_err(|_| ServiceError::NotFound)?;
    let person = administration::person(&site.ctx, actor, UserId(id)).await?;
    let error = error.map(|error| error.message.clone());
    let reset = reset.map(str::to_owned);
    Ok(shown(site, status, actor, person, error, reset))
}

fn shown(
    site: &Site,
    status: StatusCode,
    actor: Actor,
    person: KnownPerson,
    error: Option<String>,
    reset: Option<String>,
) -> Response {
    let forms = person_forms(actor, &person, "");
    admin_page(site, status, "Person", paths::PEOPLE_ADMIN, move || {
        let reset = reset.map(|link| {
            let hint = "It is shown this once, works once, and ends after a day. Give it to them alone: whoever has it \
                sets their password, and is them.";
            given_link(&link, "A new password", hint)
        });
        view! {
            <p><strong><bdi>{person.user.name.clone()}</bdi></strong>" · "{facts(&person)}</p>
            {error.map(|error| view! { <p class="field-error" role="alert">{error}</p> })}
            {reset}
            {forms}
        }
        .into_any()
    })
}

/// What may be done to a person, with forms that lead to `next`, or else to their page here; `None` where nothing may
/// be done to them.
pub(super) fn person_forms(actor: Actor, person: &KnownPerson, next: &str) -> Option<AnyView> {
    let id = person.user.id;
    let could = |deed| administration::could(actor, deed, person);
    let roles = ServerRole::ALL.into_iter();
    let roles = roles.filter(|role| *role == person.role || could(Deed::Role(*role)));
    let roles: Vec<_> = roles.collect();
    let deeds = [
        (Deed::EndSessions, "Sign out everywhere", true),
        (
            Deed::ResetPassword,
            "Make a link to set a new password",
            true,
        ),
        (Deed::Disable, "Disable the account", person.is_active),
        (Deed::Enable, "Enable the account again", !person.is_active),
    ];
    let deeds = deeds
        .into_iter()
        .filter(|(deed, _, fits)| *fits && could(*deed));
    let deeds: Vec<_> = deeds.collect();
    if roles.len() < 2 && deeds.is_empty() {
        return None;
    }
    let roles = (roles.len() > 1).then(|| {
        let options = roles.into_iter().map(|role| {
            let is_theirs = role == person.role;
            view! { <option value=role.name() selected=is_theirs>{role.name()}</option> }
        });
        view! {
            <form class="form" id="role-form" method="post" action=paths::person_role(id)>
                {leads_to(next)}
                <div class="field">
                    <label for="role">"Role on the server"</label>
                    <select id="role" name="role">{options.collect_view()}</select>
                </div>
                <button class="primary" type="submit">"Give the role"</button>
            </form>
        }
    });
    let deeds = deeds.into_iter().map(|(deed, label, _)| {
        view! {
            <form method="post" action=paths::person_deed(id, name(deed))>
                {leads_to(next)}
                <button class="button" type="submit">{label}</button>
            </form>
        }
    });
    let deeds = deeds.collect_view();
    Some(view! { {roles} {deeds} }.into_any())
}

/// The deeds that take nothing but a button.
const DEEDS: [Deed; 3] = [Deed::EndSessions, Deed::Disable, Deed::Enable];

/// What stands for it in its form's target.
fn name(deed: Deed) -> &'static str {
    match deed {
        Deed::Role(_) => "role",
        Deed::Disable => "disable",
        Deed::Enable => "enable",
        Deed::EndSessions => "sign-out",
        Deed::ResetPassword => "reset",
    }
}

/// Which deed a form's target stands for.
pub fn deed_called(called: &str) -> Option<Deed> {
    DEEDS.into_iter().find(|deed| name(*deed) == called)
}
