//! All rooms, to look through: found by any part of the name or the description.
//!
//! *Invariant:* no page grows with the number of rooms, and a search answers what no case and no accent decides.

use super::{After, Ruled, known, present};
use crate::context::Context;
use crate::error::ServiceError;
use crate::names;
use crate::scope::Scope;
use crate::store::StoredRoom;
use parlour_protocol::Room;

/// Characters of a search that are looked at.
const SEARCH_MAX: usize = 100;

/// A room, and what its reader is to it.
#[derive(Clone, Debug)]
pub struct BrowsedRoom {
    /// The room as it is now.
    pub room: Room,
    /// The reader is a member.
    pub is_member: bool,
    /// It is among their favourites.
    pub is_favourite: bool,
    /// A member who never wrote there, nor made it: perhaps one by accident.
    pub is_silent: bool,
}

/// A part of all rooms, or of those that were found.
#[derive(Clone, Debug)]
pub struct BrowsePage {
    /// The rooms in alphabetical order.
    pub rooms: Vec<BrowsedRoom>,
    /// The key of the next page, if there is one.
    pub next: Option<After>,
}

/// Up to `limit` rooms (at least 1) in whose name or description this is, from the key `after` on; all, where it is
/// empty.
///
/// # Errors
/// The database failed; [`ServiceError::RateLimited`], or [`ServiceError::Overloaded`] where too much waits to be
/// looked through.
pub async fn browse(
    ctx: &Context,
    scope: &Scope,
    search: &str,
    after: Option<After>,
    limit: u32,
) -> Result<BrowsePage, ServiceError> {
    let wanted = wanted(ctx, scope, search)?;
    let is_all = wanted.is_empty();
    let is_wanted = move |room: &Room| is_in(&wanted, room);
    let part = super::listing::behind(ctx, scope, (after, limit), !is_all, is_wanted).await?;
    let known = known(ctx, scope).await?;
    let me = scope.user_id();
    let browsed = |room: Room| {
        let membership = known.read.get(&room.id);
        let is_maker = me.is_some() && room.created_by == me;
        BrowsedRoom {
            is_member: membership.is_some(),
            is_favourite: membership.is_some_and(|read| read.is_favourite),
            is_silent: membership.is_some_and(|read| !read.has_written) && !is_maker,
            room: present(ctx, room),
        }
    };
    Ok(BrowsePage {
        rooms: part.rooms.into_iter().map(browsed).collect(),
        next: part.next,
    })
}

/// A part of all rooms with their rules.
#[derive(Clone, Debug)]
pub struct RuledPage {
    /// The rooms in alphabetical order.
    pub rooms: Vec<Ruled>,
    /// The key of the next page, if there is one.
    pub next: Option<After>,
}

/// The same with the rules of each room, archived ones among them, for who runs the house.
///
/// # Errors
/// As [`browse`].
pub async fn browse_ruled(
    ctx: &Context,
    scope: &Scope,
    search: &str,
    after: Option<After>,
    limit: u32,
) -> Result<RuledPage, ServiceError> {
    let wanted = wanted(ctx, scope, search)?;
    let is_wanted = move |room: &Room| is_in(&wanted, room);
    let place = (after, limit);
    let (rooms, next) = super::listing::stored_behind(ctx, scope, place, true, is_wanted).await?;
    let ruled = |stored: StoredRoom| Ruled {
        room: present(ctx, stored.room),
        rules: stored.rules,
    };
    Ok(RuledPage {
        rooms: rooms.into_iter().map(ruled).collect(),
        next,
    })
}

/// What is looked for, as it is compared; empty for everything.
fn wanted(ctx: &Context, scope: &Scope, search: &str) -> Result<String, ServiceError> {
    let wanted: String = search.chars().take(SEARCH_MAX).collect();
    let wanted = names::searched(&wanted);
    if !wanted.is_empty() {
        // It may look at every room there is.
        ctx.limits.history_page(scope)?;
    }
    Ok(wanted)
}

fn is_in(wanted: &str, room: &Room) -> bool {
    if wanted.is_empty() {
        return true;
    }
    names::searched(&room.name).contains(wanted)
        || names::searched(&room.description).contains(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::{RoomId, samples};

    #[test]
    fn a_room_is_found_by_any_part_of_its_name_or_description() {
        let room = Room {
            description: "Where Zoë  pours tea.\nAt four.".to_owned(),
            ..samples::room(RoomId(1), "Café Noir")
        };
        for found in ["cafe", "É N", "noir", "ZOE POURS", "tea. at", "ＴＥＡ"] {
            assert!(is_in(&names::searched(found), &room), "{found}");
        }
        for not_found in ["tee", "noir cafe", "%", "_"] {
            assert!(!is_in(&names::searched(not_found), &room), "{not_found}");
        }
    }
}
