//! How pages look to this browser: the layer that puts its sheet into each, and the sheet.
//!
//! *Invariant:* a page is the same but for one link in its head, so that what is kept of pages is everybody's.

use super::look::Look;
use crate::site::Site;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use parlour_server::http::look_cookie;

/// What a page's own link stands before.
const END_OF_HEAD: &[u8] = b"</head>";

/// The look of this browser in this house.
pub fn look(site: &Site, headers: &HeaderMap) -> Look {
    let own = look_cookie::read(headers).and_then(Look::called);
    Look {
        accent: site.ctx.in_force.now().house.accent,
        ..own.unwrap_or_default()
    }
}

/// The layer: a whole page leads to the sheet of its look, where that is not the usual one.
pub async fn dressed(State(site): State<Site>, request: Request, next: Next) -> Response {
    let path = look(&site, request.headers()).path();
    let answer = next.run(request).await;
    let Some(path) = path.filter(|_| is_html(&answer)) else {
        return answer;
    };
    let (mut parts, body) = answer.into_parts();
    // All of it is in memory already.
    let Ok(page) = to_bytes(body, usize::MAX).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let head = page.windows(END_OF_HEAD.len());
    let Some(at) = head.into_iter().position(|found| found == END_OF_HEAD) else {
        return Response::from_parts(parts, Body::from(page));
    };
    let link = format!("<link rel=\"stylesheet\" href=\"{path}\">");
    let dressed = [&page[..at], link.as_bytes(), &page[at..]].concat();
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(dressed))
}

fn is_html(answer: &Response) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// `GET /pkg/look/{look}`: the sheet of a look.
pub async fn look_sheet(state: State<Site>, Path(name): Path<String>) -> Response {
    let look = name.strip_suffix(".css").and_then(Look::called);
    match look {
        Some(look) => {
            let headers = [
                (CONTENT_TYPE, "text/css; charset=utf-8"),
                (CACHE_CONTROL, "public, max-age=3600"),
            ];
            (headers, look.css()).into_response()
        }
        None => super::not_found(state).await,
    }
}
