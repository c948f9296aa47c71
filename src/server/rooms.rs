//! Rooms: which there are, who made them, and who belongs to them.

mod changes;
mod membership;

pub use changes::{NewRoom, create, delete, may_delete};
pub(crate) use membership::{MEMBER, read_positions_in};
pub use membership::{enter, leave, mark_read, read_positions};

use crate::context::Context;
use crate::db::entity::room;
use crate::error::ServiceError;
use crate::scope::Scope;
use parlour_protocol::{Room, RoomEntry, RoomId};
use sea_orm::{ConnectionTrait, EntityTrait};

/// All rooms that may be seen, ordered by name, with what is unread in them.
pub async fn list(ctx: &Context, scope: &Scope) -> Result<Vec<RoomEntry>, ServiceError> {
    let snapshot = ctx.store.snapshot().await?;
    list_in(&snapshot, ctx, scope).await
}

/// The same inside a snapshot.
pub(crate) async fn list_in(
    db: &impl ConnectionTrait,
    ctx: &Context,
    scope: &Scope,
) -> Result<Vec<RoomEntry>, ServiceError> {
    let read = read_positions_in(db, scope).await?;
    let mut rooms = room::Entity::find().all(db).await?;
    rooms.sort_by_cached_key(|room| (room.name.to_lowercase(), room.id));
    Ok(rooms
        .into_iter()
        .map(|row| {
            let id = RoomId(row.id);
            let unread = read.get(&id).map_or(0, |read_posts| row.posts - read_posts);
            RoomEntry {
                room: row.into_room(ctx.hub.online(id)),
                unread,
            }
        })
        .collect())
}

/// One room.
pub async fn get(ctx: &Context, scope: &Scope, id: RoomId) -> Result<Room, ServiceError> {
    let row = visible(ctx.store.reader(), scope, id).await?;
    Ok(row.into_room(ctx.hub.online(id)))
}

/// The room if this scope may see it. Every lookup of a room goes through here, so that a check
/// that was forgotten is "not found" and not a leak. All rooms are open so far.
pub(crate) async fn visible(
    db: &impl ConnectionTrait,
    _scope: &Scope,
    id: RoomId,
) -> Result<room::Model, ServiceError> {
    room::Entity::find_by_id(id.0)
        .one(db)
        .await?
        .ok_or(ServiceError::RoomNotFound)
}
