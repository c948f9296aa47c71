//! The forms of invitations: accepting one, making one, and taking one back.

use super::{Filled, done, see, unreadable};
use crate::app::pages::{self, Outcome, Shape, invites_page, refused_invitation};
use crate::site::Site;
use axum::extract::{Form, Path, State};
use axum::http::header;
use axum::response::Response;
use parlour_protocol::{RoomId, Timestamp, paths};
use parlour_server::http::{AtRoom, SiteUrl, session_cookie};
use parlour_server::invites::{self, NewInvite};
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;

const DAY: i64 = 24 * 60 * 60 * 1_000;

/// The form of `/i/<code>`; who is somebody already sends nothing in it.
#[derive(Debug, Default, Deserialize)]
pub struct AcceptForm {
    username: Option<String>,
}

/// The form that makes an invitation, in which what is empty has no end.
#[derive(Debug, Default, Deserialize)]
pub struct InviteForm {
    #[serde(default)]
    uses: String,
    #[serde(default)]
    days: String,
    role: Option<String>,
}

/// The button that takes an invitation back.
#[derive(Debug, Default, Deserialize)]
pub struct RevokeForm {
    next: Option<String>,
}

/// `POST /i/<code>`: comes in, as who one is or as a guest of this name.
pub async fn accept_invite(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    Path(code): Path<String>,
    form: Filled<AcceptForm>,
) -> Response {
    let username = form.ok().and_then(|Form(filled)| filled.username);
    // Who sends nothing has typed nothing.
    let username = username.unwrap_or_default();
    match invites::accept(&site.ctx, &scope, &code, Some(&username)).await {
        Ok(accepted) => {
            let to = accepted.room.as_ref().map(paths::latest);
            let mut response = done(shape, to.as_deref().unwrap_or(paths::LIST));
            if let Some(token) = accepted.token {
                let cookie = session_cookie::set(&site.ctx.settings, &token);
                response.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(error) => refused_invitation(&site, shape, &scope, &code, &username, error).await,
    }
}

/// `POST /rooms/{slug}/invites`: makes an invitation to the room, and shows its link.
pub async fn invite_to_room(
    State(site): State<Site>,
    scope: Scope,
    AtRoom(room): AtRoom,
    url: SiteUrl,
    form: Filled<InviteForm>,
) -> Response {
    made(&site, &scope, Some(room), url, form).await
}

/// `POST /invites`: the same to the server.
pub async fn invite_to_server(
    State(site): State<Site>,
    scope: Scope,
    url: SiteUrl,
    form: Filled<InviteForm>,
) -> Response {
    made(&site, &scope, None, url, form).await
}

async fn made(
    site: &Site,
    scope: &Scope,
    room: Option<RoomId>,
    SiteUrl(url): SiteUrl,
    form: Filled<InviteForm>,
) -> Response {
    let InviteForm { uses, days, role } = match form {
        Ok(Form(filled)) => filled,
        Err(_) => return unreadable(site),
    };
    let (Ok(uses), Ok(days)) = (number(&uses), number(&days)) else {
        return unreadable(site);
    };
    let now = site.ctx.clock.now();
    let end = |days: i64| Timestamp(now.0.saturating_add(days.saturating_mul(DAY)));
    let new = NewInvite {
        room,
        role,
        uses,
        expires_at: days.map(end),
    };
    match invites::create(&site.ctx, scope, new).await {
        Ok(made) => {
            let link = format!("{url}{}", paths::invitation(made.code.as_str()));
            invites_page(site, scope, room, None, Outcome::Made(&link)).await
        }
        // There is nothing in the form that would help.
        Err(
            error @ (ServiceError::SignInRequired
            | ServiceError::Forbidden
            | ServiceError::RoomNotFound),
        ) => pages::answer(site, Err(error)),
        Err(error) => {
            let (status, error) = site.refusal(&error);
            let refused = Outcome::Refused(status, &error);
            let page = invites_page(site, scope, room, None, refused).await;
            pages::told_when(page, &error)
        }
    }
}

/// `POST /invites/{id}/revoke`: takes an invitation back.
pub async fn revoke_invite(
    State(site): State<Site>,
    scope: Scope,
    Path(id): Path<String>,
    form: Filled<RevokeForm>,
) -> Response {
    let back = form.ok().and_then(|Form(filled)| filled.next);
    let back = back.unwrap_or_else(|| paths::INVITES.to_owned());
    let revoked = invites::revoke(&site.ctx, &scope, &id).await;
    pages::answer(&site, revoked.map(|()| see(paths::safe_next(&back))))
}

/// What a choice says: nothing is no end.
fn number(chosen: &str) -> Result<Option<i64>, std::num::ParseIntError> {
    match chosen.trim() {
        "" => Ok(None),
        chosen => chosen.parse().map(Some),
    }
}
