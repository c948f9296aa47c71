//! Refusals as `application/problem+json` (RFC 9457).

use crate::error::ServiceError;
use crate::telemetry;
use axum::http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER, SEC_WEBSOCKET_VERSION, UPGRADE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use parlour_protocol::{AppError, ErrorCode};
use serde::Serialize;

/// The media type.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A refusal as an HTTP answer.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    error: AppError,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    code: ErrorCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
}

impl Problem {
    /// A refusal with its code's own status.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        AppError::new(code, detail).into()
    }

    /// A refusal that HTTP has a more exact status for.
    pub fn with_status(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            error: AppError::new(ErrorCode::BadRequest, detail),
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The error, for a door that has another form for it.
    pub fn error(&self) -> &AppError {
        &self.error
    }

    /// 404 for a path without a resource.
    pub fn not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is nothing at this address.")
    }

    /// 405 for a resource that does not take the method.
    pub fn method_not_allowed() -> Self {
        Self::with_status(
            StatusCode::METHOD_NOT_ALLOWED,
            "This address takes other methods.",
        )
    }
}

/// The `Retry-After` header of an error that has a retry time, in whole seconds.
pub fn retry_after(error: &AppError) -> Option<HeaderValue> {
    let ms = error.retry_after_ms?;
    Some(HeaderValue::from(ms.div_ceil(1_000).max(1)))
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let status = StatusCode::from_u16(error.code.status());
        Self {
            status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            error,
        }
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        telemetry::to_client_error(&error).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self { status, error } = self;
        let body = Body {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: &error.message,
            code: error.code,
            field: error.field.as_deref(),
            at: error.at,
            retry_after_ms: error.retry_after_ms,
        };
        let body = serde_json::to_vec(&body).expect("a problem holds strings and numbers only");
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if status == StatusCode::UPGRADE_REQUIRED {
            headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
            headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        }
        if let Some(wait) = retry_after(&error) {
            headers.insert(RETRY_AFTER, wait);
        }
        response
    }
}
