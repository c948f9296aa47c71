//! What a page shows, read as one state of the database.

use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store::{self, Listed};
use crate::{messages, rooms};
use parlour_protocol::{Number, OpenRoom, Place, RoomEntry, RoomId, User, rules};

pub use crate::messages::View;

/// Which room is open, and which part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct At {
    /// The room.
    pub room: RoomId,
    /// The part of its history.
    pub view: View,
}

/// A place as everybody finds it who [sees the same rooms](rooms::sight), and [lists the
/// same](SharedPlace::is_for_everybody): all but what is [`Own`].
#[derive(Debug)]
pub struct SharedPlace {
    /// Nobody's: without `me`, with nothing unread and nothing to delete.
    place: Place,
    /// How many messages were ever posted in each listed room.
    posts: Vec<i64>,
    /// All rooms are listed. Else which are depends on who reads.
    is_whole: bool,
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
    if let Some(at) = at {
        counts(ctx, scope, at.view)?;
    }
    let open = at.map(|at| (at.room, at.view));
    let read = ctx.store.rooms_and_history(scope, open, rules::PAGE_SIZE);
    let Listed { listing, opened } = read.await?;
    let opened = at.zip(opened).map(|(at, opened)| {
        Ok::<_, ServiceError>(OpenRoom {
            may_delete: false,
            ..self::open(ctx, scope, at, opened)?
        })
    });
    let posts = listing.rooms.iter().map(|stored| stored.posts).collect();
    let entry = |stored: store::StoredRoom| RoomEntry {
        room: rooms::line(ctx, stored.room),
        unread: 0,
    };
    let place = Place {
        me: None,
        rooms: listing.rooms.into_iter().map(entry).collect(),
        open: opened.transpose()?,
        form_key: String::new(),
    };
    Ok(SharedPlace {
        place,
        posts,
        is_whole: listing.is_whole,
    })
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

    /// Whether everybody has the same rooms in their list; else only who belongs to the same ones.
    pub fn is_for_everybody(&self) -> bool {
        self.is_whole
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
    counts(ctx, scope, at.view)?;
    let read = ctx.store.history(scope, at.room, at.view, rules::PAGE_SIZE);
    open(ctx, scope, at, read.await?)
}

/// Opening a room at its end is no reading of history: whoever comes in does it, and all of them may at once.
fn counts(ctx: &Context, scope: &Scope, view: View) -> Result<(), ServiceError> {
    match view {
        View::Newest => Ok(()),
        View::Before(_) | View::After(_) | View::Around(_) => ctx.limits.history_page(scope),
    }
}

/// The message that a permalink points at.
fn marked(view: View) -> Option<Number> {
    match view {
        View::Around(number) => Some(number),
        _ => None,
    }
}

/// A permalink has to lead to one of the messages that are shown.
fn open(
    ctx: &Context,
    scope: &Scope,
    at: At,
    opened: store::Opened,
) -> Result<OpenRoom, ServiceError> {
    let (history, marked) = (opened.history, marked(at.view));
    if let Some(number) = marked
        && !history.messages.iter().any(|m| m.number == number)
    {
        return Err(ServiceError::MessageNotFound);
    }
    let room = rooms::present(ctx, opened.room.room);
    Ok(OpenRoom {
        may_delete: rooms::may_delete(scope, &room),
        roster: ctx.hub.roster(at.room),
        room,
        history,
        marked,
    })
}
