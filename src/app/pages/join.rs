//! `/join`: a visitor gives a name, and a password if they want to keep it.

use super::form_page::{FormPage, form_page};
use super::name::WHO;
use super::parts::{LineField, MailField, PasswordField, at_fields};
use super::shape::Shape;
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{AppError, paths};
use parlour_server::Scope;
use parlour_server::accounts::Policy;
use serde::Deserialize;

/// Why somebody who wants to make a room is asked for a name.
const WHY: &str = "Say who you are first: a room shows who made it.";

/// What who wants an account is told where only who is invited has one.
const BY_INVITATION: &str =
    "Who was invited to have an account here makes it by the link that they were given.";

/// Where to go afterwards, or the code of an invitation that somebody comes by.
#[derive(Debug, Default, Deserialize)]
pub struct Next {
    next: Option<String>,
    invite: Option<String>,
}

/// `GET /join?next=…`: the form that asks for a name. Whoever has an invitation is led to its page: it asks the same.
pub async fn join(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    next: Result<Query<Next>, QueryRejection>,
) -> Response {
    let Next { next, invite } = next.map(|Query(next)| next).unwrap_or_default();
    if let Some(code) = invite {
        return Redirect::to(&paths::invitation(&code)).into_response();
    }
    let next = next.unwrap_or_default();
    if scope.person.is_some() {
        return Redirect::to(paths::safe_next(&next)).into_response();
    }
    join_page(&site, shape, StatusCode::OK, "", "", &next, None)
}

/// The form with what was typed, and what is wrong with it. A password is typed anew.
pub fn join_page(
    site: &Site,
    shape: Shape,
    status: StatusCode,
    username: &str,
    mail: &str,
    next: &str,
    error: Option<&AppError>,
) -> Response {
    let (username, next) = (username.to_owned(), paths::safe_next(next).to_owned());
    let [at_name, at_password] = at_fields(error);
    let mail = mail.to_owned();
    let is_at_mail = |error: &&AppError| error.field.as_deref() == Some("mail");
    let at_mail = error.filter(is_at_mail).map(|error| error.message.clone());
    let policy = Policy::of(&site.ctx);
    let may_sign_up = policy.may_sign_up(false);
    let is_by_invitation = !may_sign_up && policy.may_sign_up(true);
    form_page(site, shape, status, "Join", move || {
        let back = next.clone();
        let sentence = (next == paths::NEW_ROOM).then_some(WHY);
        let sign_in = paths::sign_in(&next);
        let password = may_sign_up.then(|| {
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
                <MailField value=mail error=at_mail shape/>
            }
        });
        let fields = view! {
            <input type="hidden" id="next" name="next" value=next/>
            <LineField label="Your name" name="username" value=username error=at_name autocomplete="username" shape/>
            {password}
            {is_by_invitation.then(|| view! { <p class="field-hint">{BY_INVITATION}</p> })}
            <p class="field-hint">"You have an account? " <a href=sign_in>"Sign in"</a></p>
        };
        FormPage {
            sentence,
            fields: fields.into_any(),
            back,
            back_label: "Back",
            ..FormPage::new(WHO.into_any(), paths::JOIN.to_owned(), "Join")
        }
    })
}
