//! `/settings/leave`: asks before an account is deleted, and what becomes of what its owner wrote.

use super::answer;
use super::form_page::{FormPage, form_page};
use super::parts::{ChoiceField, PasswordField};
use super::shape::Shape;
use crate::app::shell::{Script, script};
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{AppError, UserKind, paths};
use parlour_server::{Scope, ServiceError};

/// `GET /settings/leave`: the question.
pub async fn leave_house(State(site): State<Site>, scope: Scope) -> Response {
    match &scope.person {
        None => Redirect::to(&paths::sign_in(paths::LEAVE_HOUSE)).into_response(),
        Some(person) if person.user.kind == UserKind::Member => {
            leave_page(&site, StatusCode::OK, "keep", None)
        }
        Some(_) => answer(&site, Err(ServiceError::Forbidden)),
    }
}

/// The question, with what was chosen and what is wrong.
pub fn leave_page(
    site: &Site,
    status: StatusCode,
    chosen: &'static str,
    error: Option<&AppError>,
) -> Response {
    let error = error.map(|error| error.message.clone());
    form_page(
        site,
        Shape::Page,
        status,
        "Delete your account",
        move || {
            let fields = view! {
                <ChoiceField
                    label="What you wrote"
                    name="messages"
                    chosen
                    choices=&[
                        ("keep", "Stays, by \u{201c}Somebody who left\u{201d}"),
                        ("delete", "Is deleted, too"),
                    ]
                />
                <PasswordField
                    label="Your password"
                    error
                    autocomplete="current-password"
                    is_required=true
                    shape=Shape::Page
                />
                {script(Script::Unsent)}
            };
            FormPage {
                sentence: Some(
                    "You are signed out everywhere, and leave all rooms. Your name is nobody else\u{2019}s for thirty days. \
                This cannot be undone. Backups made before keep what was in them.",
                ),
                fields: fields.into_any(),
                class: "primary danger",
                back: paths::SETTINGS.to_owned(),
                back_label: "Keep it",
                ..FormPage::new(
                    "Delete your account?".into_any(),
                    paths::LEAVE_HOUSE.to_owned(),
                    "Delete the account",
                )
            }
        },
    )
}
