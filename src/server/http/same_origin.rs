//! The guard against CSRF (cross-site request forgery), for every request: only pages of this server, pages of
//! `server.allowed-origins`, and programs may change anything.
//!
//! *Invariant:* a request that a page of another site had a browser send has no effect with the browser's cookie.

use super::origin::{self, AskedFor, Origin};
use super::refusal::{Door, Refusals};
use super::scope::{Bearer, bearer};
use super::{Problem, session_cookie};
use crate::Context;
use axum::extract::{Request, State};
use axum::http::header::{COOKIE, ORIGIN};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use parlour_protocol::ErrorCode;

/// The layer: refuses requests that another site had a browser send.
pub(super) async fn same_origin(
    State(refusals): State<Refusals>,
    mut request: Request,
    next: Next,
) -> Response {
    let settings = &refusals.ctx.settings.server;
    let origin = origin::of(settings, request.headers(), request.extensions());
    let door = Door::of(request.uri().path());
    let is_safe = is_safe(request.method());
    let may_pass = match origin {
        Origin::Ours | Origin::Absent => {
            is_safe || is_ours(&refusals.ctx, request.headers(), origin)
        }
        // Pages of an allowed site authenticate with a bearer token only.
        Origin::Allowed if door == Door::Programs => {
            request.headers_mut().remove(COOKIE);
            true
        }
        // Following a link from another site only reads, and only the browser sees the page.
        Origin::Allowed | Origin::Foreign => is_safe && door == Door::Site,
    };
    if may_pass {
        return next.run(request).await;
    }
    let header = |name: &str| request.headers().get(name);
    tracing::warn!(
        origin = ?header(ORIGIN.as_str()),
        host = ?request.extensions().get::<AskedFor>().map(|AskedFor(host)| host),
        server.public_url = ?settings.public_url,
        sec_fetch_site = ?header("sec-fetch-site"),
        path = ?request.uri().path(),
        "refused: origin is of another site, since it is neither of host nor server.public-url. If it \
         is what people type to get here, set server.public-url to it, or have the proxy pass Host on"
    );
    let sentence = if door == Door::Site {
        "This can only be done from Parlour's own pages. If you did it there, the server does not know \
         its own address: the log of whoever runs it says which setting to change. What you typed is \
         still on the page before this one."
    } else {
        "This can only be done from Parlour's own pages, and from those in server.allowed-origins with \
         a token."
    };
    refusals.answer(&request, Problem::new(ErrorCode::Forbidden, sentence))
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether a request that changes something comes from a page of this server or from a program.
fn is_ours(ctx: &Context, headers: &HeaderMap, origin: Origin) -> bool {
    // No browser sends this header by itself, so its sender knows the token.
    if bearer(headers) != Bearer::Absent {
        return true;
    }
    let site = headers.get("sec-fetch-site").map(|value| value.as_bytes());
    if site.is_some_and(|site| site != b"same-origin" && site != b"none") {
        return false;
    }
    origin == Origin::Ours
        || site.is_some()
        || session_cookie::read(&ctx.settings, headers).is_none()
}
