//! `/i/<code>`: what an invitation leads to, and the way in: a name and a button.

use super::form_page::{FormPage, form_page};
use super::parts::LineField;
use super::shape::Shape;
use super::{answer, answer_in};
use crate::site::Site;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{AppError, paths};
use parlour_server::invites::{self, Invitation};
use parlour_server::{Scope, ServiceError};

/// `GET /i/<code>`: the room, who invites, and a field for a name; who is in that room is led there.
pub async fn invitation(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    Path(code): Path<String>,
) -> Response {
    let page = invites::look(&site.ctx, &scope, &code).await.map(|found| {
        match found.room.as_ref().filter(|_| found.is_member) {
            Some(room) => Redirect::to(&paths::latest(room)).into_response(),
            None => invitation_page(&site, shape, StatusCode::OK, &scope, &code, &found, None),
        }
    });
    answer_in(&site, shape, page)
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
    let (username, error) = match wrong {
        Some((username, error)) => (username.to_owned(), Some(error.message.clone())),
        None => (String::new(), None),
    };
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
    form_page(site, shape, status, "Invitation", move || {
        let heading = match room {
            Some(room) => view! { "Come to " <bdi>{room}</bdi> }.into_any(),
            None => "Come to Parlour".into_any(),
        };
        let who = match me {
            Some(me) => view! {
                <p>"You come as " <bdi>{me}</bdi> "."</p>
                <p class="field-error" role=shape.alert()>{error}</p>
            }
            .into_any(),
            None => view! {
                <LineField label="Your name" name="username" value=username error autocomplete="nickname" shape/>
            }
            .into_any(),
        };
        let fields = view! {
            <p><bdi>{by}</bdi> " invites you. " {people}</p>
            {about.map(|about| view! { <p class="room-description"><bdi>{about}</bdi></p> })}
            {who}
        };
        FormPage {
            fields: fields.into_any(),
            ..FormPage::new(heading, action, "Join")
        }
    })
}
