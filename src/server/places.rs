//! What a page shows, read as one state of the database.

use crate::context::Context;
use crate::db::entity::room;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::{messages, rooms};
use parlour_protocol::{OpenRoom, Place, RoomId, Roster, rules};
use sea_orm::DatabaseTransaction;

pub use crate::messages::View;

/// Which room is open, and which part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct At {
    /// The room.
    pub room: RoomId,
    /// The part of its history.
    pub view: View,
}

/// Everything one page needs. [`View::Around`] a message that does not exist is
/// [`ServiceError::MessageNotFound`]: it is a permalink that leads nowhere.
pub async fn place(ctx: &Context, scope: &Scope, at: Option<At>) -> Result<Place, ServiceError> {
    let snapshot = ctx.store.snapshot().await?;
    let listed = rooms::listed(&snapshot, scope).await?;
    let open = match at {
        Some(at) => {
            let row = listed
                .iter()
                .map(|listed| &listed.room)
                .find(|row| row.id == at.room.0)
                .ok_or(ServiceError::RoomNotFound)?;
            Some(open(&snapshot, ctx, scope, row.clone(), at.view).await?)
        }
        None => None,
    };
    Ok(Place {
        me: scope.person.as_ref().map(|person| person.user.clone()),
        rooms: rooms::entries(ctx, listed),
        open,
        form_key: messages::draw_key(ctx),
    })
}

/// What a place shows that no database knows: who is there now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    online: Vec<(RoomId, u32)>,
    roster: Option<(RoomId, Roster)>,
}

impl Company {
    /// Whom this place shows.
    pub fn shown(place: &Place) -> Self {
        let listed = place.rooms.iter().map(|entry| &entry.room);
        let open = place.open.iter().map(|open| &open.room);
        Self {
            online: listed
                .chain(open)
                .map(|room| (room.id, room.online))
                .collect(),
            roster: place
                .open
                .as_ref()
                .map(|open| (open.room.id, open.roster.clone())),
        }
    }

    /// Whether they, and nobody else, are there still.
    pub fn is_there(&self, ctx: &Context) -> bool {
        let mut online = self.online.iter();
        let mut roster = self.roster.iter();
        online.all(|&(room, count)| ctx.hub.online(room) == count)
            && roster.all(|(room, shown)| ctx.hub.roster(*room) == *shown)
    }
}

/// A room as one would find it, for who goes from one to another without a new page.
pub async fn visit(ctx: &Context, scope: &Scope, at: At) -> Result<OpenRoom, ServiceError> {
    let snapshot = ctx.store.snapshot().await?;
    let row = rooms::visible(&snapshot, scope, at.room).await?;
    open(&snapshot, ctx, scope, row, at.view).await
}

async fn open(
    snapshot: &DatabaseTransaction,
    ctx: &Context,
    scope: &Scope,
    row: room::Model,
    view: View,
) -> Result<OpenRoom, ServiceError> {
    let id = RoomId(row.id);
    let history = messages::read_history(snapshot, id, view, rules::PAGE_SIZE).await?;
    let marked = match view {
        View::Around(number) => Some(number),
        _ => None,
    };
    if let Some(number) = marked
        && !history.messages.iter().any(|m| m.number == number)
    {
        return Err(ServiceError::MessageNotFound);
    }
    let room = row.into_room(ctx.hub.online(id));
    Ok(OpenRoom {
        may_delete: rooms::may_delete(scope, &room),
        roster: ctx.hub.roster(id),
        room,
        history,
        marked,
    })
}
