//! `/i/<code>`: what an invitation leads to, and the way in: a name and a button, and a password for who wants to keep the
//! name, where the invitation lets them have an account.

use super::form_page::{FormPage, form_page};
use super::parts::{LineField, PasswordField, PlainPage, at_fields};
use super::shape::Shape;
use super::{answer, answer_in};
use crate::app::shell::Head;
use crate::app::slots::house;
use crate::site::Site;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{AppError, paths};
use parlour_server::accounts::Policy;
use parlour_server::invites::{self, Asked, Invitation};
use parlour_server::{Scope, ServiceError};

/// Seconds after which the page of who waits asks again.
const AGAIN: HeaderValue = HeaderValue::from_static("10");

/// `GET /i/<code>`: the room, who invites, and a field for a name; who is in that room is led there, but for a guest who
/// may have an account by this invitation alone.
pub async fn invitation(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    Path(code): Path<String>,
) -> Response {
    let page = invites::look(&site.ctx, &scope, &code).await.map(|found| {
        let is_led_on = found.is_member && !asks_password(&site, &scope, &found);
        match found.room.as_ref().filter(|_| is_led_on) {
            Some(room) => Redirect::to(&paths::latest(room)).into_response(),
            None => match found.asked {
                Some(asked) => asked_page(&site, &code, &found, asked),
                None => invitation_page(&site, shape, StatusCode::OK, &scope, &code, &found, None),
            },
        }
    });
    answer_in(&site, shape, page)
}

/// Whether a password can be chosen there: by who has no account, where this invitation is what it takes to have one, or
/// is to the server itself. Elsewhere a name is all that is asked for, and who likes it here keeps it later.
fn asks_password(site: &Site, scope: &Scope, found: &Invitation) -> bool {
    let is_way = found.room.is_none() || !Policy::of(&site.ctx).may_sign_up(false);
    found.may_sign_up && is_way && !scope.has_account()
}

/// The same page after something was wrong with what was typed.
pub async fn refused_invitation(
    site: &Site,
    shape: Shape,
    scope: &Scope,
    code: &str,
    username: &str,
    error: ServiceError,
) -> Response {
    // There is nothing in the form that would help.
    if let ServiceError::InviteNotFound = error {
        return answer(site, Err(error));
    }
    let (status, error) = site.refusal(&error);
    match invites::look(&site.ctx, scope, code).await {
        Ok(found) => {
            let wrong = Some((username, &error));
            let page = invitation_page(site, shape, status, scope, code, &found, wrong);
            super::told_when(page, &error)
        }
        Err(error) => answer(site, Err(error)),
    }
}

/// The page, with what was typed and what is wrong with it.
fn invitation_page(
    site: &Site,
    shape: Shape,
    status: StatusCode,
    scope: &Scope,
    code: &str,
    found: &Invitation,
    wrong: Option<(&str, &AppError)>,
) -> Response {
    let action = paths::invitation(code);
    let me = scope.person.as_ref().map(|person| person.user.name.clone());
    let [at_name, at_password] = at_fields(wrong.map(|(_, error)| error));
    let username = wrong.map(|(username, _)| username.to_owned());
    let username = username.unwrap_or_default();
    let has_account = scope.has_account();
    let asks_password = asks_password(site, scope, found);
    let sign_in = paths::sign_in(&action);
    let by = found.by.name.clone();
    let people = match (&found.room, found.members) {
        (None, _) => None,
        (Some(_), 1) => Some("1 person is in it.".to_owned()),
        (Some(_), members) => Some(format!("{members} people are in it.")),
    };
    let about = (found.room.as_ref())
        .map(|room| room.description.clone())
        .filter(|about| !about.is_empty());
    let room = found.room.as_ref().map(|room| room.name.clone());
    let asks = found.asks;
    form_page(site, shape, status, "Invitation", move || {
        let heading = match room {
            Some(room) => view! { "Come to " <bdi>{room}</bdi> }.into_any(),
            None => view! { "Come to " {house()} }.into_any(),
        };
        let who = match me {
            Some(me) => view! {
                <p>"You come as " <bdi>{me.clone()}</bdi> "."</p>
                {asks_password.then(|| view! { <input type="hidden" id="username" name="username" value=me/> })}
                <p class="field-error" role=shape.alert()>{at_name}</p>
            }
            .into_any(),
            None => view! {
                <LineField label="Your name" name="username" value=username error=at_name autocomplete="username" shape/>
            }
            .into_any(),
        };
        let password = asks_password.then(|| {
            view! {
                <PasswordField
                    label="Password (optional)"
                    error=at_password
                    autocomplete="new-password"
                    is_required=false
                    shape
                />
                <p class="field-hint">
                    "With a password the name is yours, on every device. Without one you are a guest in this browser."
                </p>
            }
        });
        let fields = view! {
            <p><bdi>{by}</bdi> " invites you. " {people}</p>
            {asks.then(|| view! { <p>"You ask to be let in, and somebody there decides."</p> })}
            {about.map(|about| view! { <p class="room-description"><bdi>{about}</bdi></p> })}
            {who}
            {password}
            {(!has_account).then(|| view! { <p class="field-hint">"You have an account? " <a href=sign_in>"Sign in"</a></p> })}
        };
        FormPage {
            fields: fields.into_any(),
            ..FormPage::new(
                heading,
                action,
                if asks { "Ask to be let in" } else { "Join" },
            )
        }
    })
}

/// What has become of a request to be let in, for who asked. While nobody has answered the page asks again by itself.
fn asked_page(site: &Site, code: &str, found: &Invitation, asked: Asked) -> Response {
    let room = found.room.as_ref().map(|room| room.name.clone());
    let again = paths::invitation(code);
    let head = Head {
        title: "Invitation",
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    let mut page = site.assets.page(StatusCode::OK, &head, move || {
        let sentence = match asked {
            Asked::Waiting => "You have asked to be let in. This page leads there as soon as somebody lets you in.",
            Asked::Refused => "You were not let in.",
        };
        let again = (asked == Asked::Waiting).then(|| {
            view! { <p><a href=again>"Look again"</a></p> }
        });
        view! {
            <PlainPage
                heading=view! { "Come to " <bdi>{room}</bdi> }
                back=paths::LIST.to_owned()
                back_label="Back to the rooms"
            >
                <p role="status">{sentence}</p>
                {again}
            </PlainPage>
        }
        .into_any()
    });
    if asked == Asked::Waiting {
        page.headers_mut().insert(header::REFRESH, AGAIN);
    }
    page
}
