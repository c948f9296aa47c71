//! The forms of a person's page: talking to them alone, blocking them, and not any more.

use super::{Filled, MemberForm, see};
use crate::app::pages;
use crate::site::Site;
use axum::extract::{Form, State};
use axum::response::Response;
use parlour_protocol::{UserId, paths};
use parlour_server::http::AtPerson;
use parlour_server::{Scope, ServiceError, people, rooms};

/// `POST /people/{id}/talk`: leads to the room of the two.
pub async fn talk(State(site): State<Site>, scope: Scope, AtPerson(id): AtPerson) -> Response {
    let led = match rooms::direct(&site.ctx, &scope, &[id]).await {
        Ok((room, _)) => Ok(see(&paths::latest(&room))),
        Err(ServiceError::SignInRequired) => Ok(see(&paths::join(&paths::person(id)))),
        // Oneself is nobody to talk to.
        Err(ServiceError::Unfit { .. }) => Err(ServiceError::PersonNotFound),
        Err(error) => Err(error),
    };
    pages::answer(&site, led)
}

/// `POST /people/{id}/block`: blocks the person.
pub async fn block(
    State(site): State<Site>,
    scope: Scope,
    AtPerson(id): AtPerson,
    form: Filled<MemberForm>,
) -> Response {
    let blocked = people::block(&site.ctx, &scope, id).await;
    pages::answer(&site, blocked.map(|()| led(form, id)))
}

/// `POST /people/{id}/unblock`: blocks the person no more.
pub async fn unblock(
    State(site): State<Site>,
    scope: Scope,
    AtPerson(id): AtPerson,
    form: Filled<MemberForm>,
) -> Response {
    let unblocked = people::unblock(&site.ctx, &scope, id).await;
    pages::answer(&site, unblocked.map(|()| led(form, id)))
}

/// To where the form was, or to the person's page.
fn led(form: Filled<MemberForm>, id: UserId) -> Response {
    let next = form.ok().and_then(|Form(filled)| filled.next);
    see(paths::safe_next(&next.unwrap_or_else(|| paths::person(id))))
}
