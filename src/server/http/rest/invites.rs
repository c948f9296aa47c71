//! Invitations over REST: making, listing, looking at, accepting and taking them back.

use crate::http::body::Json as JsonBody;
use crate::http::paths::{AtPerson, AtRoom};
use crate::http::query::InviteSlice;
use crate::http::{Problem, SiteUrl};
use crate::invites::{self, Asked, Invitation, Invite, InvitesPage, JoinRequest, NewInvite};
use crate::{Context, Scope};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LINK;
use axum::response::IntoResponse;
use parlour_protocol::{Room, RoomId, Timestamp, User, paths};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct NewInviteBody {
    #[serde(default)]
    room_id: Option<RoomId>,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    uses: Option<i64>,
    #[serde(default)]
    expires_at: Option<Timestamp>,
    #[serde(default)]
    ask: bool,
}

#[derive(Default, Deserialize)]
pub(super) struct AcceptBody {
    #[serde(default)]
    username: Option<String>,
}

/// What is told once.
#[derive(Serialize)]
pub(super) struct MadeBody {
    id: i64,
    code: String,
    url: String,
}

/// An invitation without its code.
#[derive(Serialize)]
pub(super) struct InviteBody {
    id: i64,
    room_id: Option<RoomId>,
    role: &'static str,
    created_by: User,
    created_at: Timestamp,
    uses: Option<i64>,
    used: i64,
    expires_at: Option<Timestamp>,
    asks: bool,
}

/// What an invitation says to who holds its code.
#[derive(Serialize)]
pub(super) struct InvitationBody {
    room: Option<Room>,
    created_by: User,
    members: i64,
    is_member: bool,
    may_sign_up: bool,
    asks: bool,
    asked: Option<&'static str>,
}

/// Somebody who asks to be let in.
#[derive(Serialize)]
pub(super) struct RequestBody {
    user: User,
    asked_at: Timestamp,
}

fn word(asked: Asked) -> &'static str {
    match asked {
        Asked::Waiting => "waiting",
        Asked::Refused => "refused",
    }
}

#[derive(Serialize)]
pub(super) struct AcceptedBody {
    user: User,
    room: Option<Room>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl From<Invite> for InviteBody {
    fn from(invite: Invite) -> Self {
        Self {
            id: invite.id,
            room_id: invite.to.room(),
            role: invite.to.role(),
            created_by: invite.by,
            created_at: invite.created_at,
            uses: invite.max_uses,
            used: invite.used,
            expires_at: invite.expires_at,
            asks: invite.asks,
        }
    }
}

pub(super) async fn create(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    SiteUrl(site): SiteUrl,
    JsonBody(body): JsonBody<NewInviteBody>,
) -> Result<impl IntoResponse, Problem> {
    let new = NewInvite {
        room: body.room_id,
        role: body.role,
        uses: body.uses,
        expires_at: body.expires_at,
        ask: body.ask,
    };
    let made = invites::create(&ctx, &scope, new).await?;
    let code = made.code.as_str();
    let made = MadeBody {
        id: made.id,
        url: format!("{site}{}", paths::invitation(code)),
        code: code.to_owned(),
    };
    Ok((StatusCode::CREATED, Json(made)))
}

pub(super) async fn list(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    InviteSlice { room, before }: InviteSlice,
) -> Result<impl IntoResponse, Problem> {
    let InvitesPage { invites, next } = invites::list(&ctx, &scope, room, before).await?;
    let next = next.map(|next| {
        let room = room
            .map(|room| format!("room_id={room}&"))
            .unwrap_or_default();
        let link = format!("</api/chat/invites?{room}before={next}>; rel=\"next\"");
        [(LINK, link)]
    });
    let invites: Vec<InviteBody> = invites.into_iter().map(InviteBody::from).collect();
    Ok((next, Json(invites)))
}

pub(super) async fn look(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    Path(code): Path<String>,
) -> Result<Json<InvitationBody>, Problem> {
    let Invitation {
        room,
        by,
        members,
        is_member,
        may_sign_up,
        asks,
        asked,
    } = invites::look(&ctx, &scope, &code).await?;
    Ok(Json(InvitationBody {
        room,
        created_by: by,
        members,
        is_member,
        may_sign_up,
        asks,
        asked: asked.map(word),
    }))
}

pub(super) async fn accept(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    Path(code): Path<String>,
    JsonBody(body): JsonBody<AcceptBody>,
) -> Result<impl IntoResponse, Problem> {
    let accepted = invites::accept(&ctx, &scope, &code, body.username.as_deref()).await?;
    let status = match (&accepted.token, accepted.asked) {
        (Some(_), _) => StatusCode::CREATED,
        (None, Some(_)) => StatusCode::ACCEPTED,
        (None, None) => StatusCode::OK,
    };
    let body = AcceptedBody {
        user: accepted.user,
        room: accepted.room,
        asked: accepted.asked.map(word),
        token: accepted.token.map(|token| token.as_str().to_owned()),
    };
    Ok((status, Json(body)))
}

pub(super) async fn list_requests(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
) -> Result<Json<Vec<RequestBody>>, Problem> {
    let requests = invites::join_requests(&ctx, &scope, room).await?;
    let requests = requests.into_iter();
    let told = requests.map(|JoinRequest { user, asked_at }| RequestBody { user, asked_at });
    Ok(Json(told.collect()))
}

pub(super) async fn let_in(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
    AtPerson(user): AtPerson,
) -> Result<StatusCode, Problem> {
    invites::answer_join_request(&ctx, &scope, room, user, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn refuse(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
    AtPerson(user): AtPerson,
) -> Result<StatusCode, Problem> {
    invites::answer_join_request(&ctx, &scope, room, user, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn revoke(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    Path(named): Path<String>,
) -> Result<StatusCode, Problem> {
    invites::revoke(&ctx, &scope, &named).await?;
    Ok(StatusCode::NO_CONTENT)
}
