//! The forms around a password that was forgotten: making a link, and setting another one by it.

use super::accounts::moved_in;
use super::{Filled, unreadable};
use crate::app::pages::{self, admin_answer, reset_page, told_when};
use crate::site::Site;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use parlour_protocol::{UserId, paths};
use parlour_server::accounts::{self, look_at_reset};
use parlour_server::administration::Actor;
use parlour_server::http::SiteUrl;
use parlour_server::http::device::Device;
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;

/// The form of `/reset/<code>`.
#[derive(Debug, Deserialize)]
pub struct ResetForm {
    password: String,
}

/// `POST /admin/people/{id}/reset`: makes a link with which a person sets another password, and shows it.
pub async fn make_reset_link(
    State(site): State<Site>,
    scope: Scope,
    Path(id): Path<String>,
    SiteUrl(url): SiteUrl,
) -> Response {
    let page = match made(&site, &scope, &id).await {
        Ok(code) => {
            let link = format!("{url}{}", paths::reset(&code));
            pages::person_page(&site, &scope, &id, StatusCode::OK, None, Some(&link)).await
        }
        // Who may see the page is told there what they may not.
        Err(error) => {
            let (status, told) = site.refusal(&error);
            let page = pages::person_page(&site, &scope, &id, status, Some(&told), None).await;
            page.map(|page| told_when(page, &told))
        }
    };
    admin_answer(site, page).await
}

async fn made(site: &Site, scope: &Scope, id: &str) -> Result<String, ServiceError> {
    let actor = Actor::of(scope)?;
    let id = UserId(id.parse().map_err(|_| ServiceError::NotFound)?);
    let made = accounts::make_reset_link(&site.ctx, actor, id).await?;
    Ok(made.code.as_str().to_owned())
}

/// `POST /reset/<code>`: sets the password, and signs in here.
pub async fn reset_password(
    State(site): State<Site>,
    scope: Scope,
    Path(code): Path<String>,
    Device(device): Device,
    headers: HeaderMap,
    form: Filled<ResetForm>,
) -> Response {
    let Ok(Form(ResetForm { password })) = form else {
        return unreadable(&site);
    };
    match accounts::reset_password(&site.ctx, &scope, &code, &password, &device).await {
        Ok((user, token)) => moved_in(&site, &scope, &headers, paths::LIST, &user, &token).await,
        Err(error) => {
            let (status, told) = site.refusal(&error);
            match look_at_reset(&site.ctx, &scope, &code).await {
                Ok(user) => {
                    let page = reset_page(&site, status, &code, &user, Some(&told));
                    told_when(page, &told)
                }
                // There is nothing in the form that would help.
                Err(error) => pages::answer(&site, Err(error)),
            }
        }
    }
}
