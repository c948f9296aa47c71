//! From which device a request comes, in words, as its owner is shown it later.

use crate::accounts;
use axum::extract::FromRequestParts;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use std::convert::Infallible;

/// The device of a request, such as *Firefox on Linux*; empty where it is not known.
pub struct Device(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Device {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let said = parts.headers.get(USER_AGENT);
        let said = said.and_then(|said| said.to_str().ok());
        Ok(Self(said.map(accounts::device).unwrap_or_default()))
    }
}
