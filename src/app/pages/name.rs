//! `/me`: changes one's name.

use super::parts::{LineField, PlainPage};
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{AppError, paths};
use parlour_server::Scope;

/// `GET /me`
pub async fn name(State(site): State<Site>, scope: Scope) -> Response {
    match scope.person {
        Some(person) => name_page(&site, StatusCode::OK, &person.user.name, None),
        None => Redirect::to(paths::JOIN).into_response(),
    }
}

/// The form with what was typed, and what is wrong with it.
pub fn name_page(
    site: &Site,
    status: StatusCode,
    username: &str,
    error: Option<&AppError>,
) -> Response {
    let head = Head {
        title: "Your name",
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    let username = username.to_owned();
    let error = error.map(|error| error.message.clone());
    site.assets.page(status, &head, move || {
        view! {
            <PlainPage
                heading="What should people call you?".to_owned()
                back=paths::HOME.to_owned()
                back_label="Back to the rooms"
            >
                <form class="form" method="post" action=paths::ME>
                    <LineField label="Your name" name="username" value=username error autocomplete="nickname"/>
                    <button class="primary" type="submit">"Save"</button>
                </form>
                <p class="field-hint">"What you wrote before keeps the name it was written under."</p>
            </PlainPage>
        }
            .into_any()
    })
}
