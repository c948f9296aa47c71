//! Rooms over REST: listing, making, changing, opening, joining, leaving and deleting them.

use crate::http::Problem;
use crate::http::body::Json as JsonBody;
use crate::http::paths::AtRoom;
use crate::http::query::{RoomSlice, Slice};
use crate::page_content::{self, At, View};
use crate::rooms::{self, Changes, NewRoom, RoomsPage, Ruled};
use crate::{Context, Scope};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{LINK, LOCATION};
use axum::response::IntoResponse;
use parlour_protocol::calls::{RoomBody, RoomChangesBody, RuledRoom};
use parlour_protocol::{OpenRoom, RoomEntry, RoomRules};
use serde::Deserialize;
use std::sync::Arc;

pub(super) async fn list(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    RoomSlice { after, limit }: RoomSlice,
) -> Result<impl IntoResponse, Problem> {
    let RoomsPage { rooms, next } = rooms::page(&ctx, &scope, after, limit).await?;
    let next = next.map(|next| {
        let link = format!("</api/chat/rooms?after={next}&limit={limit}>; rel=\"next\"");
        [(LINK, link)]
    });
    Ok((next, Json(rooms)))
}

pub(super) async fn get(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
) -> Result<Json<RuledRoom>, Problem> {
    Ok(told(rooms::get_ruled(&ctx, &scope, room).await?))
}

/// The rooms that the person's page lists, with the number of unread posts in each.
pub(super) async fn list_own(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
) -> Result<Json<Vec<RoomEntry>>, Problem> {
    Ok(Json(rooms::list(&ctx, &scope).await?))
}

pub(super) async fn add_favourite(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
) -> Result<StatusCode, Problem> {
    rooms::set_favourite(&ctx, &scope, room, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove_favourite(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
) -> Result<StatusCode, Problem> {
    rooms::set_favourite(&ctx, &scope, room, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Of what in a room one wants to be told.
#[derive(Deserialize)]
pub(super) struct LevelBody {
    level: String,
}

pub(super) async fn set_level(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
    JsonBody(body): JsonBody<LevelBody>,
) -> Result<StatusCode, Problem> {
    rooms::set_level(&ctx, &scope, room, &body.level).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// All that a page shows of a room.
pub(super) async fn open(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
    Slice {
        view, is_unread, ..
    }: Slice,
) -> Result<Json<OpenRoom>, Problem> {
    let open = match view {
        View::Newest if is_unread => page_content::visit_unread(&ctx, &scope, room).await,
        view => page_content::visit(&ctx, &scope, At { room, view }).await,
    };
    Ok(Json(open?))
}

pub(super) async fn create(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    JsonBody(body): JsonBody<RoomBody>,
) -> Result<impl IntoResponse, Problem> {
    let usual = RoomRules::default();
    let new = NewRoom {
        name: body.name,
        description: body.description.unwrap_or_default(),
        rules: RoomRules {
            kind: body.kind.unwrap_or(usual.kind),
            posting: body.posting.unwrap_or(usual.posting),
            guests: body.guests.unwrap_or(usual.guests),
            revisions: body.revisions.unwrap_or(usual.revisions),
            ..usual
        },
    };
    let rules = new.rules;
    let room = rooms::create(&ctx, &scope, new).await?;
    let location = format!("/api/chat/rooms/{}", room.id);
    let made = told(Ruled { room, rules });
    Ok((StatusCode::CREATED, [(LOCATION, location)], made))
}

fn told(Ruled { room, rules }: Ruled) -> Json<RuledRoom> {
    Json(RuledRoom::of(room, rules))
}

pub(super) async fn change(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
    JsonBody(body): JsonBody<RoomChangesBody>,
) -> Result<Json<RuledRoom>, Problem> {
    let changes = Changes {
        name: body.name,
        description: body.description,
        kind: body.kind,
        posting: body.posting,
        guests: body.guests,
        revisions: body.revisions,
        archived: body.archived,
    };
    rooms::change(&ctx, &scope, room, changes).await?;
    Ok(told(rooms::get_ruled(&ctx, &scope, room).await?))
}

pub(super) async fn delete(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
) -> Result<StatusCode, Problem> {
    rooms::delete(&ctx, &scope, room).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn enter(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
) -> Result<StatusCode, Problem> {
    rooms::enter(&ctx, &scope, room).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn leave(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtRoom(room): AtRoom,
) -> Result<StatusCode, Problem> {
    rooms::leave(&ctx, &scope, room).await?;
    Ok(StatusCode::NO_CONTENT)
}
