//! Refusals of the layers, before any handler runs: a page for a person, a problem for a program.

use super::Problem;
use crate::Context;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// How a refusal is shown to a person.
type Show = dyn Fn(Problem) -> Response + Send + Sync;

/// What the layers need to refuse something.
#[derive(Clone)]
pub(super) struct Refusals {
    pub(super) ctx: Arc<Context>,
    pub(super) show: Arc<Show>,
}

impl Refusals {
    /// The refusal as a page or a problem, by what the client accepts.
    pub(super) fn answer(&self, request: &Request, problem: Problem) -> Response {
        if Door::of(request.uri().path()) == Door::Site && is_of_a_person(request.headers()) {
            (self.show)(problem)
        } else {
            problem.into_response()
        }
    }
}

/// The door that a request is for, by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// REST and the sockets: programs too.
    Programs,
    /// Pages, forms and files.
    Site,
}

impl Door {
    pub(super) fn of(path: &str) -> Self {
        let is_under = |door: &str| {
            let rest = path.strip_prefix(door);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if is_under("/api") || is_under("/ws") {
            Self::Programs
        } else {
            Self::Site
        }
    }
}

/// Whether a browser shows the answer: the request accepts HTML, or sends a form.
fn is_of_a_person(headers: &HeaderMap) -> bool {
    const FORMS: [&str; 2] = ["application/x-www-form-urlencoded", "multipart/form-data"];
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let takes_pages = text(ACCEPT).is_some_and(|accepted| accepted.contains("text/html"));
    let is_form = |kind: &str| FORMS.iter().any(|form| kind.starts_with(form));
    takes_pages || text(CONTENT_TYPE).is_some_and(is_form)
}
