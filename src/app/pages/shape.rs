//! In which of its shapes a page is asked for.
//!
//! *Invariant:* only a request that says so in a header is answered with less than a page; no link or form does.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use parlour_protocol::paths::PANEL;
use std::convert::Infallible;

/// How a page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// With everything around it.
    Page,
    /// What a panel shows of it.
    Panel,
}

impl<S: Sync> FromRequestParts<S> for Shape {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

impl Shape {
    /// What the request's headers ask for.
    pub fn of(parts: &Parts) -> Self {
        match parts.headers.contains_key(PANEL) {
            true => Self::Panel,
            false => Self::Page,
        }
    }

    /// What an error at a field is to who does not see it: on a page it is read where it stands.
    pub fn alert(self) -> Option<&'static str> {
        (self == Self::Panel).then_some("alert")
    }
}
