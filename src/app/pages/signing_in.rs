//! `/signin`: a name and a password; `/signout`: the question before the session of this browser ends.

use super::form_page::{FormPage, form_page};
use super::parts::{LineField, PasswordField};
use super::shape::Shape;
use crate::app::shell::{Script, script};
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{AppError, paths};
use parlour_server::Scope;
use serde::Deserialize;

/// What becomes of who is a guest here.
const FROM_GUEST: &str = "What you wrote here as a guest, and the rooms that you are in, will be yours under the \
    account that you sign in to.";

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub struct Next {
    next: Option<String>,
}

/// `GET /signin?next=…`: the form; also for who is a guest here, or somebody else.
pub async fn sign_in(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    next: Result<Query<Next>, QueryRejection>,
) -> Response {
    let next = next.ok().and_then(|Query(next)| next.next);
    let next = next.unwrap_or_default();
    sign_in_page(&site, shape, StatusCode::OK, &scope, "", &next, None)
}

/// The form with the name that was typed, and what is wrong.
pub fn sign_in_page(
    site: &Site,
    shape: Shape,
    status: StatusCode,
    scope: &Scope,
    username: &str,
    next: &str,
    error: Option<&AppError>,
) -> Response {
    let (username, next) = (username.to_owned(), paths::safe_next(next).to_owned());
    let error = error.map(|error| error.message.clone());
    let is_guest = scope.person.is_some() && !scope.has_account();
    form_page(site, shape, status, "Sign in", move || {
        let back = next.clone();
        let fields = view! {
            <input type="hidden" id="next" name="next" value=next/>
            <LineField label="Your name" name="username" value=username error=None autocomplete="username" shape/>
            <PasswordField label="Password" error autocomplete="current-password" is_required=true shape/>
            <p class="field-hint">
                "No account yet? " <a href=paths::join(&back)>"Choose a name"</a>
                ". A forgotten password is set anew by whoever runs this server."
            </p>
        };
        FormPage {
            sentence: is_guest.then_some(FROM_GUEST),
            fields: fields.into_any(),
            back,
            back_label: "Back",
            ..FormPage::new("Sign in".into_any(), paths::SIGN_IN.to_owned(), "Sign in")
        }
    })
}

/// `GET /signout`: asks before the session of this browser ends.
pub async fn sign_out(State(site): State<Site>, shape: Shape, scope: Scope) -> Response {
    let Some(person) = scope.person else {
        return Redirect::to(paths::LIST).into_response();
    };
    let is_guest = person.user.kind == parlour_protocol::UserKind::Guest;
    // What waits in the browser only a script of it can count.
    let unsent = move || {
        view! {
            <p class="field-error" id="unsent" role="status" hidden>
                "Messages that wait here to be sent, and are lost when you sign out: "
            </p>
            {script(Script::Unsent)}
        }
    };
    form_page(&site, shape, StatusCode::OK, "Sign out", move || FormPage {
        fields: (shape == Shape::Page).then(unsent).into_any(),
        sentence: Some(match is_guest {
            true => {
                "You are a guest: nobody can be you again afterwards, not even yourself. What you wrote and \
                have not sent is lost, as are the rooms that this browser keeps."
            }
            false => {
                "What you wrote in this browser and have not sent is lost, as are the rooms that it keeps."
            }
        }),
        back_label: "Stay",
        ..FormPage::new(
            "Sign out?".into_any(),
            paths::SIGN_OUT.to_owned(),
            "Sign out",
        )
    })
}
