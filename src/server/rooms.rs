//! Rooms: which there are, who made them, and who belongs to them.

mod changes;
mod listing;
mod membership;
mod reading;

pub use changes::{NewRoom, create, delete, may_delete};
pub use listing::{After, RoomsPage, list, page};
pub(crate) use listing::{line, listed};
pub(crate) use membership::MEMBER;
pub use membership::{check, enter, leave};
pub(crate) use reading::known_positions;
pub use reading::{belongs_to, mark_read, read_positions};

use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store::entity::room;
use crate::store::statement;
use parlour_protocol::{Room, RoomId};
use rusqlite::{Connection, OptionalExtension};
use sea_orm::{ConnectionTrait, EntityTrait};

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

/// Whether this scope may see this room. All rooms are open so far, until they are deleted. What reads only a
/// part of the rooms leaves those out in its SQL, too.
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
