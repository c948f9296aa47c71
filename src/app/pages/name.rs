//! `/me`: changes one's name.

use super::form_page::{FormPage, form_page};
use super::parts::LineField;
use super::shape::Shape;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{AppError, paths};
use parlour_server::Scope;

/// What somebody is asked who gives a name.
pub const WHO: &str = "What should people call you?";

/// `GET /me`: the form that changes one's name.
pub async fn name(State(site): State<Site>, shape: Shape, scope: Scope) -> Response {
    match scope.person {
        Some(person) => name_page(&site, shape, StatusCode::OK, &person.user.name, None),
        None => Redirect::to(paths::JOIN).into_response(),
    }
}

/// The form with what was typed, and what is wrong with it.
pub fn name_page(
    site: &Site,
    shape: Shape,
    status: StatusCode,
    username: &str,
    error: Option<&AppError>,
) -> Response {
    let username = username.to_owned();
    let error = error.map(|error| error.message.clone());
    form_page(site, shape, status, "Your name", move || {
        let field = view! {
            <LineField label="Your name" name="username" value=username error autocomplete="nickname" shape/>
        };
        FormPage {
            fields: field.into_any(),
            hint: Some("What you wrote before keeps the name it was written under."),
            ..FormPage::new(WHO.into_any(), paths::ME.to_owned(), "Save")
        }
    })
}
