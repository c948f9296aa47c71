//! Authentication: the session of a cookie or a bearer token, and the client's address behind trusted proxies.

use super::{Problem, session_cookie};
use crate::{ClientAddress, Context, Scope, ServiceError, accounts};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use std::sync::Arc;
use tracing::Span;

const BEARER: &[u8] = b"bearer";

/// The scope of a request, read from its headers.
pub struct Asker {
    /// The scope; anonymous without a valid session.
    pub scope: Scope,
    /// Whether the request carried a bearer token without a valid session.
    pub session_ended: bool,
}

/// Authenticates a request. A cookie without a valid session counts as none, so that pages can be read with it.
///
/// # Errors
/// The database failed while the session was read.
pub async fn asker(
    ctx: &Context,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Result<Asker, ServiceError> {
    let address = extensions.get::<ClientAddress>().copied();
    let bearer = bearer(headers);
    let token = match bearer {
        Bearer::Absent => session_cookie::read(&ctx.settings, headers),
        Bearer::Unreadable => None,
        Bearer::Token(token) => Some(token),
    };
    let person = match token {
        Some(token) => accounts::authenticate(ctx, token).await?,
        None => None,
    };
    if let Some(person) = &person {
        Span::current().record("user", person.user.id.0);
    }
    Ok(Asker {
        session_ended: bearer != Bearer::Absent && person.is_none(),
        scope: Scope {
            person,
            address: address.unwrap_or(ClientAddress::Unreadable),
        },
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

/// The bearer token in `Authorization`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bearer<'h> {
    /// No bearer token; perhaps the `Basic` credentials that a proxy asked for.
    Absent,
    /// Two tokens, or one that is no text.
    Unreadable,
    Token(&'h str),
}

/// Reads the bearer token. A request with one, also a malformed one, is not authenticated by its cookie.
pub(super) fn bearer(headers: &HeaderMap) -> Bearer<'_> {
    let meant = headers.get_all(AUTHORIZATION).iter().filter_map(|value| {
        let value = value.as_bytes();
        let (scheme, token) = value.split_at_checked(BEARER.len())?;
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
        let is_whole = !token.first().is_some_and(is_word);
        (is_whole && scheme.eq_ignore_ascii_case(BEARER)).then_some(token)
    });
    meant.fold(Bearer::Absent, |found, token| {
        match (found, std::str::from_utf8(token)) {
            (Bearer::Absent, Ok(token)) => Bearer::Token(token.trim()),
            _ => Bearer::Unreadable,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_the_scheme_bearer_is_a_token() {
        let read = |values: &[&'static [u8]]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
            }
            match bearer(&headers) {
                Bearer::Token(token) => token.to_owned(),
                other => format!("{other:?}"),
            }
        };
        assert_eq!(read(&[b"Bearer abc"]), "abc");
        assert_eq!(read(&[b"bearer  abc "]), "abc");
        assert_eq!(read(&[b"BEARER\tabc"]), "abc");
        assert_eq!(read(&[b"Basic dTpw", b"Bearer abc"]), "abc");
        assert_eq!(read(&[b"Bearer"]), "");
        assert_eq!(read(&[b"Bearer:abc"]), ":abc");
        assert_eq!(read(&[b"Bearer \xff\xfe"]), "Unreadable");
        assert_eq!(read(&[b"Bearer\xffabc"]), "Unreadable");
        assert_eq!(read(&[b"Bearer a", b"Bearer b"]), "Unreadable");
        assert_eq!(read(&[]), "Absent");
        assert_eq!(read(&[b"Basic dTpw"]), "Absent");
        assert_eq!(read(&[b"Bearers abc"]), "Absent");
        assert_eq!(read(&[b"Bear"]), "Absent");
    }
}
