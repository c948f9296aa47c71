//! `/admin`: the pages for who runs the house, and the way between them.
//!
//! *Invariant:* to who may not see one of them there is none: it is answered as any address that is nothing.

use super::parts::PlainPage;
use super::{answer, not_found};
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::paths;
use parlour_protocol::permissions::{Action, may};
use parlour_server::{Scope, ServiceError};

/// The pages, each with what it is called and who sees it.
const PAGES: [(&str, &str, &str, Action); 5] = [
    (
        paths::PEOPLE_ADMIN,
        "People",
        "Who is here, and their roles.",
        Action::SeePeople,
    ),
    (
        paths::ROOMS_ADMIN,
        "Rooms",
        "All rooms that you may see, and their rules.",
        Action::SeePeople,
    ),
    (
        paths::INVITES,
        "Invitations",
        "Links that lead to the server.",
        Action::InviteToServer,
    ),
    (
        paths::HOUSE_SETTINGS,
        "Settings",
        "Who may come in, what guests may do, and the limits.",
        Action::ChangeSettings,
    ),
    (
        paths::PERMISSIONS,
        "Permissions",
        "Which role may do what.",
        Action::SeePeople,
    ),
];

/// `GET /admin`: what there is to run the house with.
pub async fn admin(State(site): State<Site>, scope: Scope) -> Response {
    let page = require(&scope, Action::SeePeople).map(|()| {
        let pages = PAGES.into_iter().filter(|page| is_for(&scope, page.3));
        let pages = pages.map(|(path, name, about, _)| {
            view! {
                <li>
                    <a href=path>{name}</a>
                    <p>{about}</p>
                </li>
            }
        });
        let pages = pages.collect_view();
        admin_page(
            &site,
            StatusCode::OK,
            "Administration",
            paths::LIST,
            move || view! { <ul class="all-rooms">{pages}</ul> }.into_any(),
        )
    });
    admin_answer(site, page).await
}

/// A page of the administration.
pub(super) fn admin_page(
    site: &Site,
    status: StatusCode,
    title: &'static str,
    back: &'static str,
    content: impl FnOnce() -> AnyView,
) -> Response {
    let head = Head {
        title,
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    let back_label = match back {
        paths::ADMIN => "Back to the administration",
        paths::PEOPLE_ADMIN => "Back to the people",
        _ => "Back to the rooms",
    };
    site.assets.page(status, &head, move || {
        let content = content();
        view! {
            <PlainPage heading=title back=back.to_owned() back_label>
                {content}
            </PlainPage>
        }
        .into_any()
    })
}

/// The page, or what there is for who may not see it: nothing.
pub async fn admin_answer(site: Site, page: Result<Response, ServiceError>) -> Response {
    match page {
        Err(ServiceError::SignInRequired | ServiceError::Forbidden) => not_found(State(site)).await,
        page => answer(&site, page),
    }
}

/// Refuses who may not do this.
///
/// # Errors
/// [`ServiceError::Forbidden`].
pub(super) fn require(scope: &Scope, action: Action) -> Result<(), ServiceError> {
    match is_for(scope, action) {
        true => Ok(()),
        false => Err(ServiceError::Forbidden),
    }
}

fn is_for(scope: &Scope, action: Action) -> bool {
    let role = scope.person.as_ref().map(|person| person.role);
    role.is_some_and(|role| may(action, role))
}
