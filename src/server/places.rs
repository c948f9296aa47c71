//! What a page shows, read as one state of the database.

use crate::context::Context;
use crate::db::entity::room;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::{messages, rooms};
use parlour_protocol::{OpenRoom, Place, RoomEntry, RoomId, User, rules};
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

/// A place as everybody finds it who [sees the same rooms](rooms::sight): all but what is [`Own`].
#[derive(Debug)]
pub struct SharedPlace {
    /// Nobody's: without `me`, with nothing unread and nothing to delete.
    place: Place,
    /// How many messages were ever posted in each listed room.
    posts: Vec<i64>,
}

/// What of a place is the reader's own, besides which messages they wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// Who reads.
    pub me: Option<User>,
    /// What they have not read in each listed room.
    pub unread: Vec<i64>,
    /// Whether they may delete the open room.
    pub may_delete: bool,
    /// The key their composer's form sends with.
    pub form_key: String,
}

/// Everything one page needs, read as one state of the database; only what is unread is read beside
/// it. [`View::Around`] a message that does not exist is [`ServiceError::MessageNotFound`]: it is a
/// permalink that leads nowhere.
pub async fn place(ctx: &Context, scope: &Scope, at: Option<At>) -> Result<Place, ServiceError> {
    let shared = shared(ctx, scope, at).await?;
    let own = own(ctx, scope, &shared).await?;
    Ok(shared.of(own))
}

/// What everybody finds there.
pub async fn shared(
    ctx: &Context,
    scope: &Scope,
    at: Option<At>,
) -> Result<SharedPlace, ServiceError> {
    let snapshot = ctx.store.snapshot().await?;
    let seen = rooms::seen(&snapshot, scope).await?;
    let open = match at {
        Some(at) => {
            let row = seen.iter().find(|row| row.id == at.room.0);
            let row = row.ok_or(ServiceError::RoomNotFound)?.clone();
            let open = open(&snapshot, ctx, scope, row, at.view).await?;
            let may_delete = false;
            Some(OpenRoom { may_delete, ..open })
        }
        None => None,
    };
    let posts = seen.iter().map(|row| row.posts).collect();
    let entry = |row: room::Model| RoomEntry {
        unread: 0,
        room: {
            let online = ctx.hub.online(RoomId(row.id));
            row.into_room(online)
        },
    };
    let place = Place {
        me: None,
        rooms: seen.into_iter().map(entry).collect(),
        open,
        form_key: String::new(),
    };
    Ok(SharedPlace { place, posts })
}

/// What the reader has of their own there. It may have been read a moment later than the rest.
pub async fn own(ctx: &Context, scope: &Scope, shared: &SharedPlace) -> Result<Own, ServiceError> {
    let read = rooms::known_positions(ctx, scope).await?;
    let unread = |(entry, posts): (&RoomEntry, &i64)| {
        let read = read.get(&entry.room.id);
        read.map_or(0, |read| (posts - read).max(0))
    };
    let place = &shared.place;
    Ok(Own {
        me: scope.person.as_ref().map(|person| person.user.clone()),
        unread: place.rooms.iter().zip(&shared.posts).map(unread).collect(),
        may_delete: (place.open.iter()).any(|open| rooms::may_delete(scope, &open.room)),
        form_key: messages::draw_key(ctx),
    })
}

impl SharedPlace {
    /// What everybody finds, as a place of nobody's.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The place as this reader finds it.
    pub fn of(&self, own: Own) -> Place {
        let mut place = self.place.clone();
        place.me = own.me;
        place.form_key = own.form_key;
        for (entry, unread) in place.rooms.iter_mut().zip(own.unread) {
            entry.unread = unread;
        }
        if let Some(open) = &mut place.open {
            open.may_delete = own.may_delete;
        }
        place
    }

    /// Whether those it shows as being there now, and nobody else, are there still: no database
    /// knows.
    pub fn has_its_company(&self, ctx: &Context) -> bool {
        let listed = self.place.rooms.iter().map(|entry| &entry.room);
        let open = self.place.open.iter().map(|open| &open.room);
        let mut shown = listed.chain(open);
        shown.all(|room| ctx.hub.online(room.id) == room.online)
            && self
                .place
                .open
                .iter()
                .all(|open| ctx.hub.roster(open.room.id) == open.roster)
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
