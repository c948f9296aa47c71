//! The members of a room over REST: listing them, letting in, roles, putting out, and keeping out.

use crate::http::Problem;
use crate::http::body::Json as JsonBody;
use crate::http::paths::{AtMember, AtRoom};
use crate::http::query::PeopleSlice;
use crate::rooms::{self, Ban, Member, NewBan, PeoplePage};
use crate::{Context, Scope};
use axum::Json;
use axum::extract::State;
use axum::http::header::LINK;
use axum::http::{HeaderName, StatusCode};
use axum::response::IntoResponse;
use parlour_protocol::{Availability, RoomId, RoomRole, Timestamp, User, UserId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A member, as the list has them.
#[derive(Serialize)]
pub(super) struct MemberRecord {
    user: User,
    role: RoomRole,
    joined_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    availability: Option<Availability>,
}

/// Somebody who is kept out, as the list has them.
#[derive(Serialize)]
pub(super) struct BanRecord {
    user: User,
    reason: String,
    created_at: Timestamp,
    until: Option<Timestamp>,
}

impl From<Member> for MemberRecord {
    fn from(member: Member) -> Self {
        Self {
            user: member.user,
            role: member.role,
            joined_at: member.joined_at,
            availability: member.availability,
        }
    }
}

impl From<Ban> for BanRecord {
    fn from(ban: Ban) -> Self {
        Self {
            user: ban.user,
            reason: ban.reason,
            created_at: ban.created_at,
            until: ban.until,
        }
    }
}

/// Who is to be let in.
#[derive(Deserialize)]
pub(super) struct PersonBody {
    user_id: UserId,
}

/// Another role of a member.
#[derive(Deserialize)]
pub(super) struct RoleBody {
    role: String,
}

/// Who is to be kept out.
#[derive(Deserialize)]
pub(super) struct BanBody {
    user_id: UserId,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    until: Option<Timestamp>,
}

pub(super) async fn list(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
    PeopleSlice { after, limit }: PeopleSlice,
) -> Result<impl IntoResponse, Problem> {
    let PeoplePage { people, next } = rooms::members(&ctx, &scope, room, after, limit).await?;
    let members: Vec<_> = people.into_iter().map(MemberRecord::from).collect();
    Ok((more(room, "members", next, limit), Json(members)))
}

pub(super) async fn let_in(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
    JsonBody(body): JsonBody<PersonBody>,
) -> Result<StatusCode, Problem> {
    rooms::let_in(&ctx, &scope, room, body.user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn give_role(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtMember(room, who): AtMember,
    JsonBody(body): JsonBody<RoleBody>,
) -> Result<StatusCode, Problem> {
    rooms::give_role(&ctx, &scope, room, who, &body.role).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn put_out(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtMember(room, who): AtMember,
) -> Result<StatusCode, Problem> {
    rooms::put_out(&ctx, &scope, room, who).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn list_bans(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
    PeopleSlice { after, limit }: PeopleSlice,
) -> Result<impl IntoResponse, Problem> {
    let PeoplePage { people, next } = rooms::bans(&ctx, &scope, room, after, limit).await?;
    let bans: Vec<_> = people.into_iter().map(BanRecord::from).collect();
    Ok((more(room, "bans", next, limit), Json(bans)))
}

pub(super) async fn ban(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
    JsonBody(body): JsonBody<BanBody>,
) -> Result<impl IntoResponse, Problem> {
    let BanBody {
        user_id,
        reason,
        until,
    } = body;
    let new = NewBan { reason, until };
    let ban = rooms::ban(&ctx, &scope, room, user_id, new).await?;
    Ok((StatusCode::CREATED, Json(BanRecord::from(ban))))
}

pub(super) async fn lift_ban(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtMember(room, who): AtMember,
) -> Result<StatusCode, Problem> {
    rooms::lift_ban(&ctx, &scope, room, who).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where the list goes on, if it does.
pub(super) fn more(
    room: RoomId,
    list: &str,
    next: Option<UserId>,
    limit: u32,
) -> Option<[(HeaderName, String); 1]> {
    let next = next?;
    let link = format!("</api/chat/rooms/{room}/{list}?after={next}&limit={limit}>; rel=\"next\"");
    Some([(LINK, link)])
}
