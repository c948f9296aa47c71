//! What every handler of the site can reach.

use super::files::Files;
use crate::app::sheet::{self, Sheets};
use crate::app::shell::Assets;
use axum::extract::FromRef;
use axum::http::StatusCode;
use parlour_protocol::AppError;
use parlour_server::{Context, ServiceError, telemetry};
use std::sync::Arc;

/// What every handler of the site can reach.
#[derive(Clone, FromRef)]
pub struct Site {
    /// The contexts and what they stand on.
    pub ctx: Arc<Context>,
    /// What the document around a page names.
    pub assets: Arc<Assets>,
    /// The files that pages load, and all others.
    pub files: Arc<Files>,
    /// Live pages that may be filled in again.
    pub sheets: Arc<Sheets>,
}

impl Site {
    /// A site with these files and no sheets yet.
    pub fn new(ctx: Arc<Context>, assets: Arc<Assets>, files: Arc<Files>) -> Self {
        Self {
            ctx,
            assets,
            files,
            sheets: Arc::new(sheet::sheets()),
        }
    }

    /// What a person is told of an error; what failed inside goes to the log.
    pub fn refusal(&self, error: &ServiceError) -> (StatusCode, AppError) {
        let refused = telemetry::to_client_error(error);
        let status = StatusCode::from_u16(refused.code.status()).unwrap_or(StatusCode::BAD_REQUEST);
        (status, refused)
    }
}
