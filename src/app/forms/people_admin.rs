//! What is done to people on the pages of the administration.

use super::{Filled, MemberForm, see, unreadable};
use crate::app::pages::{self, admin_answer, deed_called, told_when};
use crate::site::Site;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use parlour_protocol::permissions::ServerRole;
use parlour_protocol::{UserId, paths};
use parlour_server::administration::{self, Actor, Deed};
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;

/// The form that gives a role.
#[derive(Debug, Deserialize)]
pub struct RoleForm {
    role: ServerRole,
    next: Option<String>,
}

/// `POST /admin/people/{id}/role`: gives a role on the server.
pub async fn give_role(
    State(site): State<Site>,
    scope: Scope,
    Path(id): Path<String>,
    form: Filled<RoleForm>,
) -> Response {
    match form {
        Ok(Form(RoleForm { role, next })) => {
            administer(site, scope, id, Deed::Role(role), next).await
        }
        Err(_) => unreadable(&site),
    }
}

/// `POST /admin/people/{id}/{deed}`: does what takes nothing but a button.
pub async fn do_to_person(
    State(site): State<Site>,
    scope: Scope,
    Path((id, deed)): Path<(String, String)>,
    form: Filled<MemberForm>,
) -> Response {
    let next = form.ok().and_then(|Form(filled)| filled.next);
    match deed_called(&deed) {
        Some(deed) => administer(site, scope, id, deed, next).await,
        None => pages::not_found(State(site)).await,
    }
}

async fn administer(
    site: Site,
    scope: Scope,
    id: String,
    deed: Deed,
    next: Option<String>,
) -> Response {
    match done(&site, &scope, &id, deed).await {
        Ok(id) => see(paths::safe_next(
            &next.unwrap_or_else(|| paths::person_admin(id)),
        )),
        // Who may see the page is told there what they may not.
        Err(error) => {
            let (status, told) = site.refusal(&error);
            let page = pages::person_page(&site, &scope, &id, status, Some(&told), None).await;
            admin_answer(site, page.map(|page| told_when(page, &told))).await
        }
    }
}

async fn done(site: &Site, scope: &Scope, id: &str, deed: Deed) -> Result<UserId, ServiceError> {
    let actor = Actor::of(scope)?;
    let id = UserId(id.parse().map_err(|_| ServiceError::NotFound)?);
    administration::administer(&site.ctx, actor, id, deed).await?;
    Ok(id)
}
