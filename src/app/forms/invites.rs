//! The forms of invitations: accepting one, making one, and taking one back.

use super::accounts::begun;
use super::{Filled, done, see, unreadable};
use crate::app::pages::address::InRoom;
use crate::app::pages::{self, Outcome, Shape, invites_page, refused_invitation};
use crate::site::Site;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use parlour_protocol::{MS_PER_DAY, RoomId, Timestamp, paths};
use parlour_server::http::device::Device;
use parlour_server::http::{AtPerson, AtRoom, SiteUrl};
use parlour_server::invites::{self, Accepted, NewInvite, SignedUp};
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;
use std::collections::HashMap;

/// Days that an invitation of the form lasts at most.
const DAYS_MAX: i64 = 366;

/// The form of `/i/<code>`; who has an account already sends nothing in it.
#[derive(Debug, Default, Deserialize)]
pub struct AcceptForm {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
}

/// The form that makes an invitation, in which what is empty has no end.
#[derive(Debug, Default, Deserialize)]
pub struct InviteForm {
    #[serde(default)]
    uses: String,
    #[serde(default)]
    days: String,
    role: Option<String>,
    ask: Option<String>,
}

/// The button that takes an invitation back.
#[derive(Debug, Default, Deserialize)]
pub struct RevokeForm {
    next: Option<String>,
}

/// `POST /i/<code>`: comes in, as who one is or as a guest of this name; with a password as a member.
pub async fn accept_invite(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    Device(device): Device,
    Path(code): Path<String>,
    form: Filled<AcceptForm>,
) -> Response {
    // Who sends nothing has typed nothing.
    let filled = form.map(|Form(filled)| filled).unwrap_or_default();
    let username = &*filled.username;
    // Whoever may not look may not come either, and is told why.
    let looked = invites::look(&site.ctx, &scope, &code).await;
    let asks = looked.is_ok_and(|found| found.asks);
    let came = match filled.password.is_empty() || scope.has_account() {
        true => invites::accept(&site.ctx, &scope, &code, Some(username)).await,
        false => signed_up(&site, &scope, &code, &filled, &device).await,
    };
    match came {
        Ok(Accepted {
            user, token, room, ..
        }) => {
            // Where one asks to be let in the invitation says what becomes of that, and else leads on.
            let to = match &room {
                Some(room) => paths::latest(room),
                None if asks => paths::invitation(&code),
                None => paths::LIST.to_owned(),
            };
            let response = done(shape, &to);
            match token {
                Some(token) => begun(&site, response, &user, &token, None).await,
                None => response,
            }
        }
        Err(error) => refused_invitation(&site, shape, &scope, &code, username, error).await,
    }
}

/// A visitor makes an account, a guest becomes a member.
async fn signed_up(
    site: &Site,
    scope: &Scope,
    code: &str,
    AcceptForm { username, password }: &AcceptForm,
    device: &str,
) -> Result<Accepted, ServiceError> {
    let ctx = &site.ctx;
    let made = match scope.person {
        None => invites::sign_up(ctx, scope, code, username, password, "", device).await,
        Some(_) => invites::claim(ctx, scope, code, username, password, device).await,
    };
    let SignedUp { user, token, room } = made?;
    Ok(Accepted {
        user,
        token: Some(token),
        room,
        asked: None,
    })
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
    let InviteForm {
        uses,
        days,
        role,
        ask,
    } = match form {
        Ok(Form(filled)) => filled,
        Err(_) => return unreadable(site),
    };
    let (Ok(uses), Ok(days)) = (number(&uses), number(&days)) else {
        return unreadable(site);
    };
    if days.is_some_and(|days| !(1..=DAYS_MAX).contains(&days)) {
        return unreadable(site);
    }
    let now = site.ctx.clock.now();
    let end = |days: i64| Timestamp(now.0.saturating_add(days.saturating_mul(MS_PER_DAY)));
    let new = NewInvite {
        room,
        role,
        uses,
        expires_at: days.map(end),
        ask: ask.as_deref() == Some("on"),
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

/// `POST /rooms/{slug}/requests/{person}/{answer}`: lets somebody in who asks, or refuses them.
pub async fn answer_request(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    AtPerson(person): AtPerson,
    Path(path): Path<HashMap<String, String>>,
) -> Response {
    let is_let_in = match path.get("answer").map(String::as_str) {
        Some("let-in") => true,
        Some("refuse") => false,
        _ => return pages::not_found(State(site)).await,
    };
    let answered = invites::answer_join_request(&site.ctx, &scope, room.id, person, is_let_in);
    let answered = match answered.await {
        // Twice is once.
        Ok(()) | Err(ServiceError::PersonNotFound) => Ok(see(&paths::invites(&room))),
        Err(error) => Err(error),
    };
    pages::answer(&site, answered)
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
