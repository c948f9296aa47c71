//! Rooms: which there are, who made them, and who belongs to them.

mod changes;
mod listing;
mod membership;
mod reading;

pub use changes::{NewRoom, create, delete, may_delete};
pub(crate) use listing::line;
pub use listing::{After, RoomsPage, list, page};
pub use membership::{check, enter, leave};
pub(crate) use reading::known_positions;
pub use reading::{belongs_to, mark_read, read_positions};

use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use parlour_protocol::{Room, RoomId};

/// One room.
///
/// # Errors
/// [`ServiceError::RoomNotFound`].
pub async fn get(ctx: &Context, scope: &Scope, id: RoomId) -> Result<Room, ServiceError> {
    let stored = ctx.store.room(scope, id).await?;
    Ok(present(ctx, stored.room))
}

/// A room as it is stored, with the people who are there now.
pub(crate) fn present(ctx: &Context, room: Room) -> Room {
    let online = ctx.hub.online(room.id);
    Room { online, ..room }
}

/// Which rooms somebody may see: who has the same sight may be shown the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sight {
    /// All rooms.
    Everything,
}

/// What this scope may see.
pub fn sight(_scope: &Scope) -> Sight {
    Sight::Everything
}
