//! Request tracing: one span and one log line per request, with the request id, the client's address and its user.
//!
//! Not tower-http's layers for that: they take any id that a client sends, and ask the machine for the time
//! instead of the clock that was passed in.
//!
//! *Invariant:* the path is logged escaped, and without a code that stands in it; the query, headers and bodies are not
//! logged at all.

use super::forwarded;
use crate::log_once::LogOnce;
use crate::{ClientAddress, Context};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use parlour_protocol::{Timestamp, paths};
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tracing::Instrument;
use tracing::field::Empty;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Bytes of a request id. Longer ones, and ones of other characters, are replaced.
const ID_MAX: usize = 64;

/// The layer: runs a request in its span. The layers behind it find the client's address in its extensions.
pub(super) async fn trace(
    State(ctx): State<Arc<Context>>,
    mut request: Request,
    next: Next,
) -> Response {
    let (address, trouble) = address(&ctx, &request);
    request.extensions_mut().insert(address);
    let given = request
        .headers()
        .get(&REQUEST_ID)
        .filter(|id| is_plain(id))
        .cloned();
    let id = given.unwrap_or_else(|| new_id(ctx.clock.now()));
    let span = tracing::info_span!(
            "request",
            id = id.to_str().unwrap_or_default(),
            method = ?request.method(),
            path = ?without_code(request.uri().path()),
            %address,
    // Known once a handler has authenticated the request.
            user = Empty,
        );
    async {
        if let Some(trouble) = trouble {
            trouble.log(&ctx.log_once);
        }
        let start = ctx.clock.monotonic();
        let mut response = next.run(request).await;
        let status = response.status().as_u16();
        let elapsed = ctx.clock.monotonic() - start;
        tracing::info!(status, ?elapsed, "answered");
        response.headers_mut().insert(REQUEST_ID, id);
        response
    }
    .instrument(span)
    .await
}

/// The client's address, and what is wrong with the proxy settings, which only the operator can mend.
fn address(ctx: &Context, request: &Request) -> (ClientAddress, Option<ProxyMisconfiguration>) {
    let Some(peer) = forwarded::peer(request.extensions()) else {
        return (ClientAddress::Unreadable, None);
    };
    let trusted = &ctx.settings.server.trusted_proxies;
    let headers = request.headers();
    let address = forwarded::client_address(trusted, peer, headers);
    let trouble = if address == ClientAddress::Unreadable {
        let written = forwarded::written(headers).cloned().collect();
        Some(ProxyMisconfiguration::Unreadable { peer, written })
    } else if forwarded::is_trusted(trusted, peer) {
        None
    } else {
        let header = forwarded::written(headers).next();
        header.map(|_| ProxyMisconfiguration::UnknownProxy { peer })
    };
    (address, trouble)
}

/// A mistake in the proxy settings. Logged once, since every request through the proxy would repeat it.
enum ProxyMisconfiguration {
    UnknownProxy {
        peer: IpAddr,
    },
    Unreadable {
        peer: IpAddr,
        written: Vec<HeaderValue>,
    },
}

impl ProxyMisconfiguration {
    fn log(&self, log_once: &LogOnce) {
        match self {
            Self::UnknownProxy { peer } if log_once.is_first("an unknown proxy") => tracing::warn!(
                %peer,
                "X-Forwarded-For or Forwarded is ignored, since it comes from no address of \
                 server.trusted-proxies: if that is your proxy, all its visitors count as one"
            ),
            Self::Unreadable { peer, written } if log_once.is_first("an unreadable address") => {
                tracing::warn!(
                    %peer,
                    ?written,
                    "a trusted proxy passes an address that cannot be read, or two that differ: \
                     all such visitors count as one"
                );
            }
            Self::UnknownProxy { .. } | Self::Unreadable { .. } => {}
        }
    }
}

/// Paths behind which a secret stands, up to the next slash.
const BEFORE_CODES: [&str; 5] = [
    paths::INVITATION,
    "/api/chat/invites/",
    paths::RESET,
    paths::DEVICE,
    "/settings/device/",
];

/// A path as it may be logged.
fn without_code(path: &str) -> Cow<'_, str> {
    let before = BEFORE_CODES
        .into_iter()
        .find(|before| path.starts_with(before));
    let Some(before) = before else {
        return path.into();
    };
    let behind = path[before.len()..].split_once('/');
    let rest = behind.map_or("", |(_, rest)| rest);
    let slash = if behind.is_some() { "/" } else { "" };
    format!("{before}…{slash}{rest}").into()
}

fn is_plain(id: &HeaderValue) -> bool {
    let bytes = id.as_bytes();
    !bytes.is_empty()
        && bytes.len() <= ID_MAX
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

/// A request id, unique across restarts. It is no secret.
fn new_id(now: Timestamp) -> HeaderValue {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let text = format!("{:x}-{count:x}", now.0);
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_in_a_path_is_not_logged() {
        for (path, logged) in [
            ("/i/abcdefgh23456789", "/i/…"),
            ("/i/abcdefgh23456789/x", "/i/…/x"),
            ("/api/chat/invites/abc/accept", "/api/chat/invites/…/accept"),
            ("/api/chat/invites", "/api/chat/invites"),
            ("/reset/abcdefgh23456789", "/reset/…"),
            ("/device/abcdefgh23456789", "/device/…"),
            ("/settings/device/abc/confirm", "/settings/device/…/confirm"),
            ("/rooms/1-lobby", "/rooms/1-lobby"),
        ] {
            assert_eq!(without_code(path), logged);
        }
    }
}
