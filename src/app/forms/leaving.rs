//! The form that deletes an account.

use super::accounts::forgotten;
use super::{Filled, see, unreadable};
use crate::app::pages::{self, leave_page, told_when};
use crate::site::Site;
use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::response::Response;
use parlour_protocol::paths;
use parlour_server::accounts::{self, Leaving};
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;

/// The form of `/settings/leave`.
#[derive(Debug, Deserialize)]
pub struct LeaveForm {
    password: String,
    messages: Messages,
}

/// What becomes of what was written.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Messages {
    Keep,
    Delete,
}

/// `POST /settings/leave`: deletes the account; this browser forgets what it kept.
pub async fn leave_house(
    State(site): State<Site>,
    scope: Scope,
    asked: HeaderMap,
    form: Filled<LeaveForm>,
) -> Response {
    let Ok(Form(LeaveForm { password, messages })) = form else {
        return unreadable(&site);
    };
    let (leaving, chosen) = match messages {
        Messages::Keep => (Leaving::Keep, "keep"),
        Messages::Delete => (Leaving::Delete, "delete"),
    };
    match accounts::leave_house(&site.ctx, &scope, &password, leaving).await {
        Ok(()) => forgotten(&site, &asked, see(paths::LIST)),
        Err(ServiceError::SignInRequired) => see(&paths::sign_in(paths::LEAVE_HOUSE)),
        Err(error @ ServiceError::Forbidden) => pages::answer(&site, Err(error)),
        Err(error) => {
            let (status, error) = site.refusal(&error);
            told_when(leave_page(&site, status, chosen, Some(&error)), &error)
        }
    }
}
