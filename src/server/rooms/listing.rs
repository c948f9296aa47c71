//! Lists of rooms: which of them are in a list, in which order, and keyset pagination over all.
//!
//! *Invariant:* no list grows with the number of rooms. A page has at most 200 rooms of its reader, 50 others, and
//! the one that is open; all rooms can be read in pages, by key.

use super::{known, present};
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store::{Known, ReadUpTo, StoredRoom};
use parlour_protocol::{Level, Room, RoomEntry, RoomId};
use std::str::FromStr;

/// What a listed room is to a reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReaderEntry {
    /// How many posts they have not read; 0 for who is no member.
    pub unread: i64,
    /// Those of them that mention them, 100 at most.
    pub mentions: i64,
    /// Whether they are a member.
    pub is_member: bool,
    /// Whether they have it among their favourites.
    pub is_favourite: bool,
    /// Of what in it they want to be told.
    pub level: Level,
}

impl ReaderEntry {
    /// Of a room with so many posts, of what is known of its reader.
    pub(crate) fn known(known: &Known, room: RoomId, posts: i64) -> Self {
        Self {
            mentions: known
                .mentions
                .get(&room)
                .map_or(0, |numbers| numbers.len() as i64),
            ..Self::of(posts, known.read.get(&room))
        }
    }

    /// Of a room with so many posts, which they have read up to here if they are a member. What mentions them is not
    /// counted.
    pub(crate) fn of(posts: i64, read: Option<&ReadUpTo>) -> Self {
        Self {
            mentions: 0,
            unread: read.map_or(0, |read| (posts - read.posts).max(0)),
            is_member: read.is_some(),
            is_favourite: read.is_some_and(|read| read.is_favourite),
            level: read.map_or(Level::All, |read| read.level),
        }
    }
}

/// The rooms that the person's page lists, with what each is to them.
///
/// # Errors
/// The database failed.
pub async fn list(ctx: &Context, scope: &Scope) -> Result<Vec<RoomEntry>, ServiceError> {
    let listing = ctx.store.rooms_visible_to(scope, None).await?;
    let known = known(ctx, scope).await?;
    let entries = listing.rooms.into_iter().map(|stored| {
        let ReaderEntry {
            unread,
            mentions,
            is_member,
            is_favourite,
            level,
        } = ReaderEntry::known(&known, stored.room.id, stored.posts);
        RoomEntry {
            availability: scope
                .user_id()
                .and_then(|me| ctx.hub.availability_in(stored.room.id, me)),
            room: line(ctx, stored.room),
            unread,
            mentions,
            is_member,
            is_favourite,
            level,
        }
    });
    Ok(entries.collect())
}

/// A room as a list has it: without its description.
pub(crate) fn line(ctx: &Context, room: Room) -> Room {
    Room {
        description: String::new(),
        ..present(ctx, room)
    }
}

/// The key after which a page of all rooms begins: `<sort>.<id>`, as it stands in a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    sort: String,
    id: i64,
}

impl After {
    /// The key right after this room.
    fn room(room: &Room) -> Self {
        Self {
            sort: room.sort.clone(),
            id: room.id.0,
        }
    }
}

impl std::fmt::Display for After {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.sort, self.id)
    }
}

impl FromStr for After {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (sort, id) = text.split_once('.').ok_or(())?;
        let is_a_key = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
        let id = id.parse().map_err(|_| ())?;
        if !sort.bytes().all(is_a_key) {
            return Err(());
        }
        let sort = sort.to_owned();
        Ok(Self { sort, id })
    }
}

/// A page of all rooms.
#[derive(Clone, Debug)]
pub struct RoomsPage {
    /// The rooms in alphabetical order.
    pub rooms: Vec<Room>,
    /// The key of the next page, if there is one.
    pub next: Option<After>,
}

/// Up to `limit` of all rooms (at least 1), from the key `after` on.
///
/// # Errors
/// The database failed.
pub async fn page(
    ctx: &Context,
    scope: &Scope,
    after: Option<After>,
    limit: u32,
) -> Result<RoomsPage, ServiceError> {
    let mut page = behind(ctx, scope, (after, limit), false, |_| true).await?;
    for room in &mut page.rooms {
        room.online = ctx.hub.online(room.id);
    }
    Ok(page)
}

/// The same of those that are wanted, as they are stored; with archived ones where it is said.
pub(super) async fn behind(
    ctx: &Context,
    scope: &Scope,
    place: (Option<After>, u32),
    with_archived: bool,
    is_wanted: impl Fn(&Room) -> bool + Send + 'static,
) -> Result<RoomsPage, ServiceError> {
    let (rooms, next) = stored_behind(ctx, scope, place, with_archived, is_wanted).await?;
    let rooms = rooms.into_iter().map(|stored| stored.room).collect();
    Ok(RoomsPage { rooms, next })
}

/// The same with what decides about who may do what in them, and the key of the next part.
pub(super) async fn stored_behind(
    ctx: &Context,
    scope: &Scope,
    (after, limit): (Option<After>, u32),
    with_archived: bool,
    is_wanted: impl Fn(&Room) -> bool + Send + 'static,
) -> Result<(Vec<StoredRoom>, Option<After>), ServiceError> {
    let after = after.map(|after| (after.sort, RoomId(after.id)));
    let limit = limit.max(1) as usize;
    let part = ctx
        .store
        .rooms_behind(scope, after, limit, with_archived, is_wanted);
    let part = part.await?;
    let last = part.rooms.last().filter(|_| !part.is_end);
    let next = last.map(|last| After::room(&last.room));
    Ok((part.rooms, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_parsed_as_it_is_written() {
        for (sort, id) in [("", 1), ("-zA_9", 12), ("k", i64::MAX)] {
            let after = After {
                sort: sort.to_owned(),
                id,
            };
            assert_eq!(after.to_string().parse(), Ok(after));
        }
        for text in ["", "1", "a.", "a.x", "a b.1", "a'.1", "a.1.2", "ä.1"] {
            assert_eq!(text.parse::<After>(), Err(()), "{text}");
        }
    }
}
