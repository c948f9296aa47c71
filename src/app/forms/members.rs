//! What is done about the members of a room on its pages.

use super::{Filled, as_typed, see, unreadable};
use crate::app::pages::{self, LetIn, Refused, member_page, members_page, told_when};
use crate::site::Site;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use parlour_protocol::{Room, RoomId, Timestamp, UserId, paths};
use parlour_server::http::{AtMember, AtRoom};
use parlour_server::people::{self, Named};
use parlour_server::rooms::{self, NewBan};
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;

const DAY: i64 = 24 * 60 * 60 * 1_000;

/// The form that lets somebody in: by name, or one of those who are called alike.
#[derive(Debug, Default, Deserialize)]
pub struct LetInForm {
    #[serde(default)]
    name: String,
    person: Option<UserId>,
}

/// What a form about a member says, whichever it is.
#[derive(Debug, Default, Deserialize)]
pub struct DeedForm {
    #[serde(default)]
    role: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    days: String,
    /// Where to go afterwards: else to the members.
    #[serde(default)]
    next: String,
}

/// `POST /rooms/{slug}/members`: lets somebody in.
pub async fn let_member_in(
    State(site): State<Site>,
    scope: Scope,
    AtRoom(room): AtRoom,
    form: Filled<LetInForm>,
) -> Response {
    let LetInForm { name, person } = match form {
        Ok(Form(filled)) => filled,
        Err(_) => return unreadable(&site),
    };
    let done = match let_in(&site, &scope, room, &name, person).await {
        Ok(Done::LetIn(room)) => Ok(see(&paths::members(&room))),
        Ok(Done::Several(several)) => {
            let error = "Several people are called so. Which of them?".to_owned();
            let let_in = LetIn {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                name,
                error: Some(error),
                several,
            };
            members_page(&site, &scope, room, let_in).await
        }
        // There is nothing in the form that would help.
        Err(
            error @ (ServiceError::SignInRequired
            | ServiceError::Forbidden
            | ServiceError::RoomNotFound),
        ) => Err(error),
        Err(error) => {
            let (status, told) = site.refusal(&error);
            let let_in = LetIn {
                status,
                name,
                error: Some(told.message.clone()),
                several: Vec::new(),
            };
            let page = members_page(&site, &scope, room, let_in).await;
            page.map(|page| told_when(page, &told))
        }
    };
    pages::answer(&site, done)
}

enum Done {
    LetIn(Room),
    Several(Vec<parlour_protocol::User>),
}

async fn let_in(
    site: &Site,
    scope: &Scope,
    room: RoomId,
    name: &str,
    person: Option<UserId>,
) -> Result<Done, ServiceError> {
    // Before anybody is looked for: who may not let in is told of nobody.
    let keepers = rooms::keepers(&site.ctx, scope, room).await?;
    if !keepers.may_let_in {
        scope.require_person()?;
        return Err(ServiceError::Forbidden);
    }
    let who = match person {
        Some(person) => person,
        None => match people::named(&site.ctx, scope, name).await? {
            Named::One(user) => user.id,
            Named::OneOf(several) => return Ok(Done::Several(several)),
        },
    };
    rooms::let_in(&site.ctx, scope, room, who).await?;
    Ok(Done::LetIn(keepers.room))
}

/// `POST /rooms/{slug}/members/{id}/{deed}`: does something about somebody in the room.
pub async fn do_to_member(
    State(site): State<Site>,
    scope: Scope,
    AtMember(room, who): AtMember,
    Path(parts): Path<Vec<(String, String)>>,
    form: Filled<DeedForm>,
) -> Response {
    let form = form.map(|Form(filled)| filled).unwrap_or_default();
    let reason = as_typed(&form.reason);
    let deed = parts.into_iter().find(|(name, _)| name == "deed");
    let deed = deed.map(|(_, deed)| deed).unwrap_or_default();
    let ctx = &site.ctx;
    let done = match deed.as_str() {
        "role" => rooms::give_role(ctx, &scope, room, who, &form.role).await,
        "out" => rooms::put_out(ctx, &scope, room, who).await,
        "let-in" => rooms::let_in(ctx, &scope, room, who).await.map(drop),
        "allow" => rooms::lift_ban(ctx, &scope, room, who).await,
        "ban" => {
            let Ok(until) = until(&site, &form.days) else {
                return unreadable(&site);
            };
            let reason = reason.clone();
            let new = NewBan { reason, until };
            rooms::ban(ctx, &scope, room, who, new).await.map(drop)
        }
        _ => return pages::not_found(State(site)).await,
    };
    let page = match done {
        Ok(()) => led(&site, &scope, room, &form.next).await,
        Err(
            error @ (ServiceError::SignInRequired
            | ServiceError::RoomNotFound
            | ServiceError::PersonNotFound),
        ) => Err(error),
        // Who may see the page is told there what they may not.
        Err(error) => {
            let (status, told) = site.refusal(&error);
            let refused = Refused {
                status,
                error: &told,
                reason: &reason,
            };
            let page = member_page(&site, &scope, room, who, Some(refused)).await;
            page.map(|page| told_when(page, &told))
        }
    };
    pages::answer(&site, page)
}

/// To where they were, or to the members, or away from a room that who did it is not in any more.
async fn led(
    site: &Site,
    scope: &Scope,
    room: RoomId,
    next: &str,
) -> Result<Response, ServiceError> {
    match rooms::get(&site.ctx, scope, room).await {
        Ok(_) if !next.is_empty() => Ok(see(paths::safe_next(next))),
        Ok(room) => Ok(see(&paths::members(&room))),
        Err(ServiceError::RoomNotFound) => Ok(see(paths::LIST)),
        Err(error) => Err(error),
    }
}

/// When so many days are over; nothing is for good.
fn until(site: &Site, days: &str) -> Result<Option<Timestamp>, std::num::ParseIntError> {
    let days = match days.trim() {
        "" => return Ok(None),
        days => days.parse::<i64>()?,
    };
    let now = site.ctx.clock.now();
    let end = now.0.saturating_add(days.saturating_mul(DAY));
    Ok(Some(Timestamp(end)))
}
