//! The address of this server as who asks knows it, for links that are given away.
//!
//! *Invariant:* where a public address is set it is that one, whatever a request says.

use super::origin::{AskedFor, Origin, of, of_url};
use crate::Context;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::ORIGIN;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::sync::Arc;

/// Scheme, host and port, without a slash at the end; "" where the request names no host.
pub struct SiteUrl(pub String);

impl<S> FromRequestParts<S> for SiteUrl
where
    S: Send + Sync,
    Arc<Context>: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let settings = &Arc::<Context>::from_ref(state).settings.server;
        let public = settings.public_url.trim_end_matches('/');
        if !public.is_empty() {
            return Ok(Self(public.to_owned()));
        }
        // Only a browser knows that a proxy before it speaks HTTPS.
        if of(settings, &parts.headers, &parts.extensions) == Origin::Ours
            && let Some(origin) = parts.headers.get(ORIGIN)
            && let Some(origin) = origin.to_str().ok().and_then(of_url)
        {
            return Ok(Self(origin));
        }
        let host = parts.extensions.get::<AskedFor>();
        Ok(Self(host.map_or(String::new(), |AskedFor(host)| {
            format!("http://{host}")
        })))
    }
}
