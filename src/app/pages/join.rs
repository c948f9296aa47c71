//! `/join`: a visitor gives a name.

use super::parts::{LineField, PlainPage};
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{AppError, paths};
use parlour_server::Scope;
use serde::Deserialize;

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub struct Next {
    next: Option<String>,
}

/// `GET /join?next=…`
pub async fn join(
    State(site): State<Site>,
    scope: Scope,
    next: Result<Query<Next>, QueryRejection>,
) -> Response {
    let next = next
        .ok()
        .and_then(|Query(next)| next.next)
        .unwrap_or_default();
    if scope.person.is_some() {
        return Redirect::to(paths::safe_next(&next)).into_response();
    }
    join_page(&site, StatusCode::OK, "", &next, None)
}

/// The form with what was typed, and what is wrong with it.
pub fn join_page(
    site: &Site,
    status: StatusCode,
    username: &str,
    next: &str,
    error: Option<&AppError>,
) -> Response {
    let head = Head {
        title: "Join",
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    let (username, next) = (username.to_owned(), paths::safe_next(next).to_owned());
    let error = error.map(|error| error.message.clone());
    site.assets.page(status, &head, move || {
        view! {
            <PlainPage
                heading="What should people call you?".to_owned()
                back=next.clone()
                back_label="Back"
            >
                <form class="form" method="post" action=paths::JOIN>
                    <input type="hidden" name="next" value=next/>
                    <LineField label="Your name" name="username" value=username error autocomplete="nickname"/>
                    <button class="primary" type="submit">"Join"</button>
                </form>
            </PlainPage>
        }
            .into_any()
    })
}
