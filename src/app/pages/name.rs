//! `/me`: changes one's name; a guest who chooses a password with it becomes a member.

use super::form_page::{FormPage, form_page};
use super::parts::{LineField, PasswordField, at_fields};
use super::shape::Shape;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{AppError, UserKind, paths};
use parlour_server::accounts::Policy;
use parlour_server::{Person, Scope};

/// What somebody is asked who gives a name.
pub const WHO: &str = "What should people call you?";

/// `GET /me`: the form that changes one's name.
pub async fn name(State(site): State<Site>, shape: Shape, scope: Scope) -> Response {
    match &scope.person {
        Some(person) => {
            let name = person.user.name.clone();
            name_page(&site, shape, StatusCode::OK, person, &name, None)
        }
        None => Redirect::to(paths::JOIN).into_response(),
    }
}

/// The form with what was typed, and what is wrong with it. A password is typed anew.
pub fn name_page(
    site: &Site,
    shape: Shape,
    status: StatusCode,
    person: &Person,
    username: &str,
    error: Option<&AppError>,
) -> Response {
    let username = username.to_owned();
    let is_guest = person.user.kind == UserKind::Guest;
    let may_claim = is_guest && Policy::of(&site.ctx).may_sign_up(false);
    let [at_name, at_password] = at_fields(error);
    form_page(site, shape, status, "Your name", move || {
        let password = may_claim.then(|| {
            view! {
                <PasswordField
                    label="Password (optional)"
                    error=at_password
                    autocomplete="new-password"
                    is_required=false
                    shape
                />
                <p class="field-hint">
                    "You are a guest in this browser. With a password the name is yours, on every device, and all that you wrote and your rooms stay."
                </p>
            }
        });
        let elsewhere = match is_guest {
            true => view! {
                <a href=paths::sign_in(paths::LIST)>"Sign in to another account"</a>
                " · "
                <a href=paths::OWN_DEVICE>"Be the same on another device"</a>
            }
            .into_any(),
            false => view! { <a href=paths::SETTINGS.to_owned()>"Settings"</a> }.into_any(),
        };
        let fields = view! {
            <LineField label="Your name" name="username" value=username error=at_name autocomplete="username" shape/>
            {password}
            <p class="field-hint">{elsewhere} " · " <a href=paths::SIGN_OUT>"Sign out"</a></p>
        };
        FormPage {
            fields: fields.into_any(),
            hint: Some("What you wrote before keeps the name it was written under."),
            ..FormPage::new(WHO.into_any(), paths::ME.to_owned(), "Save")
        }
    })
}
