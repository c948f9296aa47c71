//! `/setup`: the account of the house's first owner, for who has the code that the server gave out.

use super::form_page::{FormPage, form_page};
use super::parts::{LineField, PasswordField, at_fields};
use super::shape::Shape;
use super::{answer, not_found};
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::{AppError, paths};
use parlour_server::{Scope, accounts};
use serde::Deserialize;

/// The code that proves who started the server.
#[derive(Debug, Default, Deserialize)]
pub struct Code {
    code: Option<String>,
}

/// `GET /setup?code=…`: the form, for who has the code.
pub async fn set_up(
    State(site): State<Site>,
    scope: Scope,
    code: Result<Query<Code>, QueryRejection>,
) -> Response {
    let code = code.ok().and_then(|Query(code)| code.code);
    let code = code.unwrap_or_default();
    match accounts::is_setup_code(&site.ctx, &scope, &code).await {
        Ok(true) => {
            let name = scope.person.map(|person| person.user.name);
            set_up_page(
                &site,
                StatusCode::OK,
                &code,
                &name.unwrap_or_default(),
                None,
            )
        }
        Ok(false) => not_found(State(site)).await,
        Err(error) => answer(&site, Err(error)),
    }
}

/// The form with what was typed, and what is wrong with it.
pub fn set_up_page(
    site: &Site,
    status: StatusCode,
    code: &str,
    username: &str,
    error: Option<&AppError>,
) -> Response {
    let (code, username) = (code.to_owned(), username.to_owned());
    let [at_name, at_password] = at_fields(error);
    form_page(site, Shape::Page, status, "Set up", move || {
        let shape = Shape::Page;
        let fields = view! {
            <input type="hidden" name="code" value=code/>
            <LineField label="Your name" name="username" value=username error=at_name autocomplete="username" shape/>
            <PasswordField label="Password" error=at_password autocomplete="new-password" is_required=true shape/>
        };
        FormPage {
            sentence: Some(
                "Nobody is in charge of this house yet. This makes the account of its owner, who gives others their roles.",
            ),
            fields: fields.into_any(),
            ..FormPage::new(
                "Make this house yours".into_any(),
                paths::SET_UP.to_owned(),
                "Make my account",
            )
        }
    })
}
