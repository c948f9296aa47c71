//! What every handler of the site can reach.

use super::files::Files;
use crate::app::live_page::LivePages;
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
    /// The pages with the live room in them.
    pub live_pages: Arc<LivePages>,
}

impl Site {
    /// A site with these files, of which no page was rendered yet.
    pub fn new(ctx: Arc<Context>, assets: Arc<Assets>, files: Arc<Files>) -> Self {
        let called = ctx.clone();
        assets.called_by(move || called.in_force.now().house.name.clone());
        Self {
            live_pages: Arc::new(LivePages::new(ctx.clone(), assets.clone())),
            ctx,
            assets,
            files,
        }
    }

    /// What a person is told of an error; what failed inside goes to the log.
    pub fn refusal(&self, error: &ServiceError) -> (StatusCode, AppError) {
        let refused = telemetry::to_client_error(error);
        let status = StatusCode::from_u16(refused.code.status()).unwrap_or(StatusCode::BAD_REQUEST);
        (status, refused)
    }
}
