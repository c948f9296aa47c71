//! Rooms: reading, listing, making, changing and deleting them, and their members.

mod browsing;
mod changes;
mod direct;
mod favourites;
mod finding;
mod guests;
mod keeping;
mod levels;
mod listing;
mod member_card;
mod membership;
mod mine;
mod reading;
mod rights;

pub use browsing::{BrowsePage, BrowsedRoom, RuledPage, browse, browse_ruled};
pub use changes::{Changes, NewRoom, change, create, delete};
pub use direct::{DIRECT_MAX, direct};
pub use favourites::set_favourite;
pub use finding::{FOUND_MAX, Found, find};
pub use guests::require_to_write;
pub(crate) use keeping::require;
pub use keeping::{
    Ban, Member, NewBan, PeoplePage, ban, bans, give_role, let_in, lift_ban, members, put_out,
};
pub use levels::{level, set_level};
pub(crate) use listing::line;
pub use listing::{After, ReaderEntry, RoomsPage, list, page};
pub use member_card::{Keepers, MemberCard, keepers, member_card};
pub use membership::{Checked, check, enter, enter_or_read, leave};
pub(crate) use membership::{may, read_only};
pub use mine::{PersonPage, PersonState, mine_since, person_state};
pub(crate) use reading::known;
pub use reading::{belongs_to, mark_read, mark_unread, read_all, read_up_to};
pub use rights::Rights;
pub(crate) use rights::{Held, rights};

use crate::context::Context;
use crate::error::ServiceError;
use crate::invalidation::Source;
use crate::scope::Scope;
use parlour_protocol::{Action, Room, RoomId, RoomRules, UserId};
use std::sync::Arc;

/// Reads one room.
///
/// # Errors
/// [`ServiceError::RoomNotFound`].
pub async fn get(ctx: &Context, scope: &Scope, id: RoomId) -> Result<Room, ServiceError> {
    let stored = ctx.store.room(scope, id).await?;
    Ok(present(ctx, stored.room))
}

/// A room, and what decides about who may do what in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruled {
    /// The room as it is now.
    pub room: Room,
    /// What decides that.
    pub rules: RoomRules,
}

/// The same with its rules.
///
/// # Errors
/// As [`get`].
pub async fn get_ruled(ctx: &Context, scope: &Scope, id: RoomId) -> Result<Ruled, ServiceError> {
    let stored = ctx.store.room(scope, id).await?;
    Ok(Ruled {
        room: present(ctx, stored.room),
        rules: stored.rules,
    })
}

/// Reads a room in which this may be done, for who asks before it is.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], [`ServiceError::Forbidden`].
pub async fn get_for(
    ctx: &Context,
    scope: &Scope,
    id: RoomId,
    action: Action,
) -> Result<Ruled, ServiceError> {
    let checked = check(ctx, scope, id).await?;
    match checked.may(scope, action) {
        true => Ok(Ruled {
            room: checked.room,
            rules: checked.rules,
        }),
        false => Err(ServiceError::Forbidden),
    }
}

/// A stored room, with the number of people who are in it now.
pub(crate) fn present(ctx: &Context, room: Room) -> Room {
    let online = ctx.hub.online(room.id);
    Room { online, ..room }
}

/// Which rooms a scope may see: scopes of the same visibility may be shown the same page.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Visibility {
    /// Rooms that are not open, ordered by id: those it may see besides all that are. All that it may see, of one that
    /// sees no open one besides.
    hidden: Arc<[RoomId]>,
    is_confined: bool,
    /// Who it is, if it may see direct rooms: what those are called is each reader's own.
    personal: Option<UserId>,
    /// Guests may be kept out of rooms that are open.
    has_account: bool,
}

impl Visibility {
    /// Whether what it sees is its own alone, and no page of it is anybody else's.
    pub fn is_personal(&self) -> bool {
        self.personal.is_some()
    }

    /// Whether all of these rooms, which are not open, may be seen.
    pub fn has(&self, hidden: &[RoomId]) -> bool {
        let is_seen = |room: &RoomId| self.hidden.binary_search(room).is_ok();
        hidden.iter().all(is_seen)
    }

    /// The rooms of which it is made, besides the list of those that are open.
    pub fn sources(&self) -> impl Iterator<Item = Source> {
        self.hidden.iter().copied().map(Source::Room)
    }
}

/// What this scope may see.
///
/// # Errors
/// The database failed.
pub async fn visibility(ctx: &Context, scope: &Scope) -> Result<Visibility, ServiceError> {
    let known = known(ctx, scope).await?;
    let is_confined = scope.is_confined();
    let hidden = known
        .read
        .iter()
        .filter(|(_, read)| read.is_hidden || is_confined);
    let mut hidden: Vec<RoomId> = hidden.map(|(room, _)| *room).collect();
    hidden.sort_unstable();
    let hidden = hidden.into();
    let is_personal = known.read.values().any(|read| read.is_direct);
    let has_account = scope.has_account();
    Ok(Visibility {
        hidden,
        is_confined,
        personal: scope.user_id().filter(|_| is_personal),
        has_account,
    })
}
