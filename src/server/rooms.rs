//! Rooms: which there are, who made them, and who belongs to them.

mod changes;
mod membership;
mod reading;

pub use changes::{NewRoom, create, delete, may_delete};
pub(crate) use membership::MEMBER;
pub use membership::{enter, leave};
pub(crate) use reading::{Marks, known_positions};
pub use reading::{mark_read, read_positions};

use crate::context::Context;
use crate::db::entity::room;
use crate::db::statement;
use crate::error::ServiceError;
use crate::scope::Scope;
use parlour_protocol::{Room, RoomEntry, RoomId, UserId};
use rusqlite::{Connection, OptionalExtension};
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QuerySelect};
use std::cmp::Ordering;

/// All rooms that may be seen, ordered by name, with what is unread in them.
pub async fn list(ctx: &Context, scope: &Scope) -> Result<Vec<RoomEntry>, ServiceError> {
    let listed = listed(ctx.store.reader(), scope).await?;
    Ok(entries(ctx, listed))
}

/// A room's row, and how many of its posts the person has read, if they belong to it.
#[derive(FromQueryResult)]
pub(crate) struct Listed {
    #[sea_orm(nested)]
    pub(crate) room: room::Model,
    read_posts: Option<i64>,
}

/// All rooms that may be seen.
pub(crate) async fn listed(db: &impl ConnectionTrait, scope: &Scope) -> Result<Vec<Listed>, DbErr> {
    let read_posts = Expr::cust_with_values(
        "(SELECT read_posts FROM memberships WHERE room_id = rooms.id AND user_id = ?)",
        [scope.user_id().map(|UserId(id)| id)],
    );
    let mut rooms = room::Entity::find()
        .expr_as(read_posts, "read_posts")
        .into_model::<Listed>()
        .all(db)
        .await?;
    rooms.retain(|listed| may_see(scope, &listed.room));
    Ok(rooms)
}

/// The rooms that may be seen, ordered as a list shows them.
pub(crate) fn seen(db: &Connection, scope: &Scope) -> rusqlite::Result<Vec<room::Model>> {
    const ALL: &str = "SELECT id, name, folded, description, created_at, created_by, seq, posts, \
        last_message_at, skeleton, sort_key, deleted_at FROM rooms";
    let mut all = statement(db, ALL)?;
    let rows = all.query_map([], |row| row.try_into())?;
    let mut rows = rows.collect::<rusqlite::Result<Vec<room::Model>>>()?;
    rows.retain(|room| may_see(scope, room));
    rows.sort_unstable_by(in_order);
    Ok(rows)
}

/// How rooms stand in a list.
fn in_order(room: &room::Model, other: &room::Model) -> Ordering {
    (&room.sort_key, room.id).cmp(&(&other.sort_key, other.id))
}

/// As a list shows them.
pub(crate) fn entries(ctx: &Context, mut listed: Vec<Listed>) -> Vec<RoomEntry> {
    listed.sort_unstable_by(|one, other| in_order(&one.room, &other.room));
    listed
        .into_iter()
        .map(|Listed { room, read_posts }| RoomEntry {
            unread: read_posts.map_or(0, |read_posts| room.posts - read_posts),
            room: {
                let online = ctx.hub.online(RoomId(room.id));
                room.into_room(online)
            },
        })
        .collect()
}

/// One room.
pub async fn get(ctx: &Context, scope: &Scope, id: RoomId) -> Result<Room, ServiceError> {
    let row = visible(ctx.store.reader(), scope, id).await?;
    Ok(row.into_room(ctx.hub.online(id)))
}

/// The room if this scope may see it. Lookups of a room go through here or through [`visible_now`], so
/// that a check that was forgotten is "not found" and not a leak.
pub(crate) async fn visible(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: RoomId,
) -> Result<room::Model, ServiceError> {
    room::Entity::find_by_id(id.0)
        .one(db)
        .await?
        .filter(|room| may_see(scope, room))
        .ok_or(ServiceError::RoomNotFound)
}

/// The same with a plain call.
pub(crate) fn visible_now(
    db: &Connection,
    scope: &Scope,
    id: RoomId,
) -> Result<room::Model, ServiceError> {
    const ONE: &str = "SELECT id, name, folded, description, created_at, created_by, seq, posts, \
        last_message_at, skeleton, sort_key, deleted_at FROM rooms WHERE id = ?";
    statement(db, ONE)?
        .query_row([id.0], |row| row.try_into())
        .optional()?
        .filter(|room| may_see(scope, room))
        .ok_or(ServiceError::RoomNotFound)
}

/// Whether this scope may see this room. All rooms are open so far, until they are deleted.
pub(crate) fn may_see(_scope: &Scope, room: &room::Model) -> bool {
    room.deleted_at.is_none()
}

/// Which rooms somebody may see: who has the same sight may be shown the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sight {
    /// All rooms.
    Everything,
}

/// What [`may_see`] lets this scope see.
pub fn sight(_scope: &Scope) -> Sight {
    Sight::Everything
}
