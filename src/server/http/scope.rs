//! Who asks: the session that a cookie or a bearer token proves, and the address behind any proxy
//! that is trusted to tell it.

use super::{Problem, session_cookie};
use crate::{Context, Scope, ServiceError, accounts};
use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// Who asks, as far as headers tell.
pub struct Asker {
    /// The scope; a visitor's when nothing proved anybody.
    pub scope: Scope,
    /// A bearer token was given that proves nobody any more.
    pub session_ended: bool,
}

/// Reads who asks. A cookie of a session that has ended is a visitor's; pages let them come back.
pub async fn asker(
    ctx: &Context,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Result<Asker, ServiceError> {
    let peer = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
    let address = client_address(&ctx.settings.server.trusted_proxies, peer, headers);
    let bearer = bearer(headers);
    let token = bearer.or_else(|| session_cookie::read(&ctx.settings, headers));
    let person = match token {
        Some(token) => accounts::authenticate(ctx, token).await?,
        None => None,
    };
    let session_ended = bearer.is_some() && person.is_none();
    Ok(Asker {
        scope: Scope { person, address },
        session_ended,
    })
}

impl<S> FromRequestParts<S> for Scope
where
    S: Send + Sync,
    Arc<Context>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let ctx = Arc::<Context>::from_ref(state);
        let asker = asker(&ctx, &parts.headers, &parts.extensions).await?;
        if asker.session_ended {
            return Err(ServiceError::SignInRequired.into());
        }
        Ok(asker.scope)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// The nearest address of `X-Forwarded-For` that is not a trusted proxy's own; the peer itself
/// when it is not one.
fn client_address(trusted: &[IpNet], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let is_trusted = |address: IpAddr| {
        let address = address.to_canonical();
        trusted.iter().any(|network| network.contains(&address))
    };
    let mut nearest = peer;
    let mut hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    while is_trusted(nearest) {
        let Some(hop) = hops.pop().and_then(|hop| hop.trim().parse().ok()) else {
            break;
        };
        nearest = hop;
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        client_address(&trusted, peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_trusted_proxies_speak_for_others() {
        assert_eq!(address("192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(address("10.1.1.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(
            address("10.1.1.1", &["1.2.3.4, 198.51.100.7, 10.2.2.2"]),
            "198.51.100.7"
        );
        assert_eq!(
            address("10.1.1.1", &["1.2.3.4", "198.51.100.7"]),
            "198.51.100.7"
        );
        assert_eq!(
            address("::ffff:10.1.1.1", &["198.51.100.7"]),
            "198.51.100.7"
        );
        assert_eq!(address("::1", &["2001:db8::9"]), "2001:db8::9");
        assert_eq!(address("10.1.1.1", &["rubbish"]), "10.1.1.1");
        assert_eq!(address("10.1.1.1", &[]), "10.1.1.1");
    }
}
