//! Who asks: the session that a cookie or a bearer token proves, and the address behind any proxy
//! that is trusted to tell it.

use super::{Problem, session_cookie};
use crate::{ClientAddress, Context, Scope, ServiceError, accounts};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use std::sync::Arc;
use tracing::Span;

const BEARER: &[u8] = b"bearer";

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

/// What `Authorization` says, as far as it is about a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bearer<'h> {
    /// Nothing, or something else, such as what a proxy asked a password for.
    Absent,
    /// Two tokens, or one that is no text.
    Unreadable,
    Token(&'h str),
}

/// Reads the bearer token. Where one is meant, whatever it is, no cookie is looked at.
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
    fn whoever_means_a_token_has_said_so() {
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
