//! What is shown when there is nothing to show.

use super::form_page::refused_in_panel;
use super::parts::PlainPage;
use super::shape::Shape;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::{AppError, ErrorCode, paths};
use parlour_server::ServiceError;
use parlour_server::http::problem::retry_after;

/// Any address that is nothing.
pub async fn not_found(State(site): State<Site>) -> Response {
    problem(
        &site,
        &AppError::new(ErrorCode::NotFound, "There is no such page."),
    )
}

/// An address that takes something else than what was done with it, such as the target of a form
/// that was opened like a page.
pub async fn other_method(State(site): State<Site>) -> Response {
    let error = AppError::new(
        ErrorCode::BadRequest,
        "There is nothing to see at this address.",
    );
    refusal(&site, StatusCode::METHOD_NOT_ALLOWED, &error)
}

/// A page, or the page that says why there is none.
pub fn answer(site: &Site, page: Result<Response, ServiceError>) -> Response {
    answer_in(site, Shape::Page, page)
}

/// The same in this shape.
pub fn answer_in(site: &Site, shape: Shape, page: Result<Response, ServiceError>) -> Response {
    page.unwrap_or_else(|error| {
        let (status, error) = site.refusal(&error);
        match shape {
            Shape::Page => problem(site, &error),
            Shape::Panel => {
                let said = refused_in_panel(status, heading(status), error.message.clone());
                told_when(said, &error)
            }
        }
    })
}

/// A refusal as a page, with its code's own status and a way back.
pub fn problem(site: &Site, error: &AppError) -> Response {
    let status = StatusCode::from_u16(error.code.status());
    refusal(site, status.unwrap_or(StatusCode::BAD_REQUEST), error)
}

/// The same where HTTP has a more exact status.
pub fn refusal(site: &Site, status: StatusCode, error: &AppError) -> Response {
    let heading = heading(status);
    let sentence = error.message.clone();
    let head = Head {
        title: heading,
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    let page = site.assets.page(status, &head, move || {
        view! {
            <PlainPage
                heading=heading.to_owned()
                back=paths::HOME.to_owned()
                back_label="Back to the rooms"
                status=Some(status.as_u16())
            >
                <p>{sentence}</p>
            </PlainPage>
        }
        .into_any()
    });
    told_when(page, error)
}

fn heading(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "Who are you?",
        403 => "Not for you",
        404 => "Nothing here",
        421 => "Not at this address",
        429 => "A little slower",
        500.. => "That did not work",
        _ => "That was not understood",
    }
}

/// A page of a refusal that says in its head, too, when it is worth trying again.
pub fn told_when(mut page: Response, error: &AppError) -> Response {
    if let Some(wait) = retry_after(error) {
        page.headers_mut().insert(RETRY_AFTER, wait);
    }
    page
}
