//! Changing and deleting rooms.
//!
//! *Invariant:* a change takes the room's next `seq` in its own transaction and leaves it on the row, as one of a message
//! does. Who may not see a room any more is told so before anything else of it.

use super::Store;
use super::db::{self, Db, statement, values};
use super::members::{Standing, standing};
use super::rooms::{StoredRoom, any, is_hidden, near};
use super::tables::{ForGuests, KeptFor, Posts, Seen};
use super::writer::Written;
use crate::error::ServiceError;
use crate::events::Publication;
use crate::names::{self, Name};
use parlour_protocol::{Guests, Posting, Revisions, Room, RoomId, RoomKind, Timestamp, UserId};

/// What a room is changed to, with fields that passed the rules. `None` leaves one as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomChange {
    /// The name and its keys, and the key of its alphabetical order.
    pub name: Option<(Name, String)>,
    /// The description, cleaned.
    pub description: Option<String>,
    /// Who may see it.
    pub kind: Option<RoomKind>,
    /// Who posts in it.
    pub posting: Option<Posting>,
    /// What guests may do in it.
    pub guests: Option<Guests>,
    /// Who reads earlier versions of its messages.
    pub revisions: Option<Revisions>,
    /// When it was archived; `None` in it takes it back.
    pub archived_at: Option<Option<Timestamp>>,
}

impl Store {
    /// Changes a room to what `decide` makes of how the viewer stands to it, of what is wanted and of the other open
    /// rooms whose names are near the one it would have; `None` leaves it as it is. Answers the room, and whether it was
    /// changed. Who cannot see it any more is told what they would be if it was none.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], what `decide` answers, or the database failed.
    pub async fn change_room(
        &self,
        user: UserId,
        id: RoomId,
        wanted: RoomChange,
        decide: impl Fn(&Standing, &RoomChange, &[String]) -> Result<Option<RoomChange>, ServiceError>
        + Send
        + 'static,
    ) -> Result<(Room, bool), ServiceError> {
        self.write(move |db| {
            let before = standing(db, user, id)?;
            let near = near_after(db, &before.room, &wanted)?;
            let Some(change) = decide(&before, &wanted, &near)? else {
                return Ok(Written::quietly((before.room.room, false)));
            };
            change_row(db, id, &change)?;
            if change.kind == Some(RoomKind::Closed) {
                statement(db, DISOWN)?.execute(values![id])?;
            }
            let Some(after) = any(db, id)? else {
                return Err(ServiceError::RoomNotFound);
            };
            let room = StoredRoom::from(after);
            let changed = Publication::RoomChanged {
                room: room.room.clone(),
                rules: room.rules,
            };
            // Before: who may not see it any more hears nothing of the change.
            let viewers = match is_hidden(room.rules) {
                true if before.room.rules != room.rules => Some(viewers(db, &room)?),
                _ => None,
            };
            Ok(Written {
                publish: viewers.into_iter().chain([changed]).collect(),
                value: (room.room, true),
            })
        })
        .await
    }

    /// Makes a room a tombstone, unless `decide` refuses it: its name is free again, and what was in it is
    /// on its way off the disk.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], what `decide` answers, or the database failed.
    pub async fn delete_room(
        &self,
        user: UserId,
        id: RoomId,
        now: Timestamp,
        decide: impl Fn(&Standing) -> Result<(), ServiceError> + Send + 'static,
    ) -> Result<(), ServiceError> {
        self.write(move |db| {
            decide(&standing(db, user, id)?)?;
            statement(db, DELETE)?.execute(values![id, &tombstone(id), now])?;
            Ok(Written {
                value: (),
                publish: vec![Publication::RoomDeleted(id)],
            })
        })
        .await
    }
}

/// Who may see a room, as it is published where some may not any more.
fn viewers(db: &Db, room: &StoredRoom) -> db::Result<Publication> {
    let members = match room.rules.kind {
        RoomKind::Open => Vec::new(),
        _ => statement(db, MEMBERS)?.rows(values![room.room.id], |row| row.get(0).map(UserId))?,
    };
    Ok(Publication::Viewers {
        room: room.room.id,
        rules: room.rules,
        members,
    })
}

/// The names of open rooms that are near the name that an open room would have after this change; none where it keeps
/// its own, or is not open.
fn near_after(
    db: &Db,
    room: &StoredRoom,
    wanted: &RoomChange,
) -> Result<Vec<String>, ServiceError> {
    let was_open = room.rules.kind == RoomKind::Open;
    if wanted.kind.unwrap_or(room.rules.kind) != RoomKind::Open {
        return Ok(Vec::new());
    }
    match &wanted.name {
        Some((name, _)) => Ok(near(db, name, room.room.id)?),
        None if was_open => Ok(Vec::new()),
        None => Ok(near(db, &names::room_name(&room.room.name)?, room.room.id)?),
    }
}

fn change_row(db: &Db, id: RoomId, change: &RoomChange) -> db::Result<()> {
    let (name, sort_key) = match &change.name {
        Some((name, sort_key)) => (Some(name), Some(sort_key)),
        None => (None, None),
    };
    let values = values![
        id,
        name.map(|name| &name.shown),
        name.map(|name| &name.folded),
        name.map(|name| &name.skeleton),
        sort_key,
        change.description.as_ref(),
        change.kind.map(Seen),
        change.posting.map(Posts),
        change.guests.map(ForGuests),
        change.revisions.map(KeptFor),
        change.archived_at.is_some(),
        change.archived_at.flatten(),
    ];
    statement(db, CHANGE)?.execute(values).map(drop)
}

/// The key of a name that no room can have: of such a name nothing else is left.
fn tombstone(RoomId(id): RoomId) -> String {
    format!("\u{1f}{id}")
}

const MEMBERS: &str = "SELECT user_id FROM memberships WHERE room_id = ? AND state = 'in'";

const CHANGE: &str = "UPDATE rooms SET seq = seq + 1, changed_seq = seq + 1, \
    name = coalesce(?2, name), folded = coalesce(?3, folded), skeleton = coalesce(?4, skeleton), \
    sort_key = coalesce(?5, sort_key), description = coalesce(?6, description), \
    kind = coalesce(?7, kind), posting = coalesce(?8, posting), guests = coalesce(?9, guests), \
    revisions = coalesce(?10, revisions), archived_at = CASE WHEN ?11 THEN ?12 ELSE archived_at END WHERE id = ?1";

/// Who left an open room as its owner does not see it when it is closed, and decides about it no more.
const DISOWN: &str =
    "UPDATE memberships SET role = 'member' WHERE room_id = ? AND state = 'out' AND role = 'owner'";

const DELETE: &str = "UPDATE rooms SET name = '', folded = ?2, skeleton = '', sort_key = '', \
    description = '', created_by = NULL, deleted_at = ?3 WHERE id = ?1";
