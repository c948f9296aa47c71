//! The WebSocket handshake: which requests may open a socket, and the upgrade of the connection.
//!
//! *Invariant:* a page can open a socket with a cookie only if its `Origin` is this site
//! (`http/same_origin.rs`), so cross-site WebSocket hijacking, the CSRF of sockets, is refused.

use super::connection::{self, NewSocket};
use super::wire::Wire;
use crate::Context;
use crate::http::Problem;
use crate::http::paths::AtRoom;
use crate::http::scope::{Asker, asker};
use crate::limits::SocketGuard;
use crate::realtime::SocketKind;
use axum::extract::{FromRequestParts, State};
use axum::http::header::{
    CONNECTION, COOKIE, ORIGIN, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION,
    UPGRADE,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::upgrade::OnUpgrade;
use parlour_protocol::ErrorCode;
use sha1::{Digest, Sha1};
use std::sync::Arc;
use tracing::Instrument;

/// What the server adds to the client's key before it hashes it (RFC 6455, 1.3).
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// Bytes of the client's key (RFC 6455, 4.1).
const NONCE: usize = 16;

/// `GET /ws`: a socket for any number of rooms.
pub(in crate::http) async fn many(
    State(ctx): State<Arc<Context>>,
    upgrade: Upgrade,
) -> Result<Response, Problem> {
    Ok(upgrade.into_socket(ctx, SocketKind::Many))
}

/// `GET /ws/chat/{room_id}`: a socket for one room. An id that is none is answered by close code 4404 as well,
/// since a script in a browser cannot see the status of a refused handshake.
pub(in crate::http) async fn one(
    State(ctx): State<Arc<Context>>,
    AtRoom(room): AtRoom,
    upgrade: Upgrade,
) -> Result<Response, Problem> {
    Ok(upgrade.into_socket(ctx, SocketKind::One(room)))
}

/// A request that may become a socket.
pub(in crate::http) struct Upgrade {
    accept: HeaderValue,
    on_upgrade: OnUpgrade,
    asker: Asker,
    counted: SocketGuard,
}

impl FromRequestParts<Arc<Context>> for Upgrade {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, ctx: &Arc<Context>) -> Result<Self, Problem> {
        let not_a_socket = || {
            let sentence = "This address is a WebSocket.";
            Problem::with_status(StatusCode::UPGRADE_REQUIRED, sentence)
        };
        for name in [SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION] {
            if parts.headers.get_all(&name).iter().count() > 1 {
                return Err(malformed(
                    "A handshake has one Sec-WebSocket-Key and one version.",
                ));
            }
        }
        let key = handshake(&parts.headers).ok_or_else(not_a_socket)?;
        let accept = accepted(key)
            .ok_or_else(|| malformed("A Sec-WebSocket-Key is sixteen bytes in Base64."))?;
        refuse_nameless_pages(&parts.headers)?;
        let on_upgrade = parts
            .extensions
            .remove::<OnUpgrade>()
            .ok_or_else(not_a_socket)?;
        let asker = asker(ctx, &parts.headers, &parts.extensions).await?;
        // Counted before the upgrade: until the socket's first frame it would be one that no limit counts.
        let address = asker.scope.address;
        let counted = ctx.limits.socket(address).inspect_err(|_| {
            tracing::info!(%address, "socket refused: too many");
        })?;
        Ok(Self {
            accept,
            on_upgrade,
            asker,
            counted,
        })
    }
}

impl Upgrade {
    fn into_socket(self, ctx: Arc<Context>, kind: SocketKind) -> Response {
        let Self {
            accept,
            on_upgrade,
            asker: Asker {
                scope,
                session_ended,
            },
            counted,
        } = self;
        let opened = async move {
            match on_upgrade.await {
                Ok(upgraded) => {
                    let Some((wire, mailbox)) = Wire::take_over(upgraded) else {
                        tracing::error!("an upgraded connection is no TCP stream");
                        return None;
                    };
                    let accepted = NewSocket {
                        scope,
                        kind,
                        session_ended,
                        counted,
                    };
                    connection::open(ctx, accepted, wire, mailbox).await
                }
                Err(error) => {
                    tracing::debug!(%error, "upgrade failed");
                    None
                }
            }
        };
        // How it opens is logged under the request, which ends then; later lines name the socket.
        let opened = Box::pin(opened.in_current_span());
        tokio::spawn(async move {
            if let Some(connection) = opened.await {
                connection.serve().await;
            }
        });
        let headers = [
            (CONNECTION, HeaderValue::from_static("upgrade")),
            (UPGRADE, HeaderValue::from_static("websocket")),
            (SEC_WEBSOCKET_ACCEPT, accept),
        ];
        (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
    }
}

fn malformed(sentence: &str) -> Problem {
    Problem::new(ErrorCode::BadRequest, sentence)
}

/// The handshake's key; `None` for a request that is no handshake (RFC 6455, 4.2.1).
fn handshake(headers: &HeaderMap) -> Option<&HeaderValue> {
    let has = |name: HeaderName, token: &str| {
        let values = headers.get_all(name);
        let mut tokens = values
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|v| v.split(','));
        tokens.any(|part| part.trim().eq_ignore_ascii_case(token))
    };
    let is_handshake =
        has(CONNECTION, "upgrade") && has(UPGRADE, "websocket") && has(SEC_WEBSOCKET_VERSION, "13");
    headers.get(SEC_WEBSOCKET_KEY).filter(|_| is_handshake)
}

/// The `Sec-WebSocket-Accept` for a key; `None` for a key that is not 16 bytes in Base64.
fn accepted(key: &HeaderValue) -> Option<HeaderValue> {
    let is_nonce = |key: &HeaderValue| STANDARD.decode(key).is_ok_and(|nonce| nonce.len() == NONCE);
    if !is_nonce(key) {
        return None;
    }
    let proof = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    HeaderValue::from_str(&STANDARD.encode(proof)).ok()
}

/// Refuses a handshake with a cookie and without an `Origin`. The browser sends the cookie for any page, and
/// the same-origin guard can only judge pages that name their origin.
fn refuse_nameless_pages(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.contains_key(COOKIE) && !headers.contains_key(ORIGIN) {
        tracing::warn!("socket with a cookie and without an origin refused");
        let sentence = "Sockets with a cookie can only be opened from Parlour's own pages.";
        return Err(Problem::new(ErrorCode::Forbidden, sentence));
    }
    Ok(())
}
