//! The forms of a person's page: talking to them alone, blocking them, and not any more.

use super::see;
use crate::app::pages;
use crate::site::Site;
use axum::extract::State;
use axum::response::Response;
use parlour_protocol::paths;
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
pub async fn block(State(site): State<Site>, scope: Scope, AtPerson(id): AtPerson) -> Response {
    let blocked = people::block(&site.ctx, &scope, id).await;
    pages::answer(&site, blocked.map(|()| see(&paths::person(id))))
}

/// `POST /people/{id}/unblock`: blocks the person no more.
pub async fn unblock(State(site): State<Site>, scope: Scope, AtPerson(id): AtPerson) -> Response {
    let unblocked = people::unblock(&site.ctx, &scope, id).await;
    pages::answer(&site, unblocked.map(|()| see(&paths::person(id))))
}
