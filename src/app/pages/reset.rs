//! `/reset/<code>`: another password in the place of one that was forgotten, for who was given the link.
//!
//! *Invariant:* looking uses nothing up.

use super::answer;
use super::form_page::{FormPage, form_page};
use super::parts::PasswordField;
use super::shape::Shape;
use crate::site::Site;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::{AppError, User, paths};
use parlour_server::{Scope, accounts};

/// `GET /reset/<code>`: the form.
pub async fn reset(State(site): State<Site>, scope: Scope, Path(code): Path<String>) -> Response {
    let found = accounts::look_at_reset(&site.ctx, &scope, &code).await;
    let page = found.map(|user| reset_page(&site, StatusCode::OK, &code, &user, None));
    answer(&site, page)
}

/// The form, with what is wrong.
pub fn reset_page(
    site: &Site,
    status: StatusCode,
    code: &str,
    user: &User,
    error: Option<&AppError>,
) -> Response {
    let (action, name) = (paths::reset(code), user.name.clone());
    let error = error.map(|error| error.message.clone());
    form_page(site, Shape::Page, status, "New password", move || {
        let heading = view! { "A new password for " <bdi>{name.clone()}</bdi> };
        let fields = view! {
            <input type="hidden" name="username" value=name autocomplete="username"/>
            <PasswordField
                label="The new password"
                error
                autocomplete="new-password"
                is_required=true
                shape=Shape::Page
            />
        };
        FormPage {
            fields: fields.into_any(),
            hint: Some("You are signed out everywhere else then."),
            ..FormPage::new(heading.into_any(), action, "Set the password")
        }
    })
}
