//! Rooms: finding those that a viewer may see, and making, changing and deleting them.
//!
//! *Invariant:* every lookup takes a [`Viewer`], and a room that the viewer may not see is not found. A list leaves
//! it out in its SQL, before it is limited. A change takes the room's next `seq` in its own transaction and leaves it
//! on the row, as one of a message does.

use super::Store;
use super::db::{self, Db, Value, statement, values};
use super::posting::RoomState;
use super::tables::{MessageRow, Role, RoomRow, message_columns, room_columns};
use super::writer::Written;
use crate::error::ServiceError;
use crate::events::Publication;
use crate::names::Name;
use crate::scope::Scope;
use parlour_protocol::rules::{OTHER_ROOMS_MAX, OWN_ROOMS_MAX};
use parlour_protocol::{Message, Room, RoomId, Seq, Timestamp, UserId};
use std::ops::ControlFlow;

/// Whose visibility a lookup has: a user's, or an anonymous visitor's. So far every room that is not deleted is
/// visible to all.
#[derive(Clone, Copy, Debug)]
pub struct Viewer(pub Option<UserId>);

impl From<&Scope> for Viewer {
    fn from(scope: &Scope) -> Self {
        Self(scope.user_id())
    }
}

/// A room, with its number of posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRoom {
    /// The room; `online` is 0, since presence is not stored.
    pub room: Room,
    /// How many messages were ever posted in it.
    pub posts: i64,
}

/// What a page lists.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The rooms in alphabetical order.
    pub rooms: Vec<StoredRoom>,
    /// Whether these are all rooms, so that every viewer has this list.
    pub is_whole: bool,
}

/// A part of all rooms, in order.
#[derive(Clone, Debug)]
pub struct RoomsPart {
    /// The rooms in alphabetical order.
    pub rooms: Vec<Room>,
    /// Whether these are the last ones.
    pub is_end: bool,
}

/// A room to be made, with fields that passed the rules.
#[derive(Clone, Debug)]
pub struct RoomDraft {
    /// The user who makes it, its owner and first member.
    pub maker: UserId,
    /// The name and its keys.
    pub name: Name,
    /// The key of its alphabetical order.
    pub sort_key: String,
    /// The description, cleaned.
    pub description: String,
    /// When it is made.
    pub now: Timestamp,
}

/// What a room is changed to, with fields that passed the rules. `None` leaves one as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomChange {
    /// The name and its keys, and the key of its alphabetical order.
    pub name: Option<(Name, String)>,
    /// The description, cleaned.
    pub description: Option<String>,
}

/// A room with a name that is near a wanted one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearName {
    /// The room's name.
    pub name: String,
    /// Whether the room is visible to the user who wants the name.
    pub is_visible: bool,
}

impl Store {
    /// Reads one room.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`] when there is none that the viewer may see.
    pub async fn room(
        &self,
        viewer: impl Into<Viewer>,
        id: RoomId,
    ) -> Result<StoredRoom, ServiceError> {
        let viewer = viewer.into();
        let read = move |db: &Db| Ok(visible(db, viewer, id)?.into());
        self.read(read).await
    }

    /// The rooms for a page on which `open` is open: the first [`OWN_ROOMS_MAX`] that the viewer belongs to,
    /// [`OTHER_ROOMS_MAX`] more, and the open one.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`] when the viewer may not see the open one.
    pub async fn rooms_visible_to(
        &self,
        viewer: impl Into<Viewer>,
        open: Option<RoomId>,
    ) -> Result<Listing, ServiceError> {
        let viewer = viewer.into();
        let read = move |db: &Db| Ok(listed(db, viewer, open)?.into());
        self.read(read).await
    }

    /// Up to `limit` of all rooms that are wanted (at least one), those behind the one with this sort key and id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn rooms_behind(
        &self,
        _viewer: impl Into<Viewer>,
        after: Option<(String, RoomId)>,
        limit: usize,
        is_wanted: impl Fn(&Room) -> bool + Send + 'static,
    ) -> Result<RoomsPart, ServiceError> {
        let read = move |db: &Db| {
            let (sort, RoomId(id)) = after.unwrap_or((String::new(), RoomId(0)));
            let mut rooms = Vec::new();
            // No row is read that is not looked at. One more than is answered shows whether there are more.
            statement(db, BEHIND)?.scan(values![&sort, id], |row| {
                let room = RoomRow::read(row)?.into_room();
                if is_wanted(&room) {
                    rooms.push(room);
                }
                Ok(match rooms.len() <= limit {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                })
            })?;
            let is_end = rooms.len() <= limit;
            rooms.truncate(limit);
            Ok(RoomsPart { rooms, is_end })
        };
        self.read(read).await
    }

    /// Makes a room with its maker in it, unless `decide` refuses it for the names that are near.
    ///
    /// # Errors
    /// What `decide` answers, or the database failed.
    pub async fn create_room(
        &self,
        draft: RoomDraft,
        decide: fn(&Name, &[NearName]) -> Result<(), ServiceError>,
    ) -> Result<Room, ServiceError> {
        self.write(move |db| {
            decide(&draft.name, &near(db, &draft.name, NO_ROOM)?)?;
            let room = create(db, &draft)?;
            let joined = Publication::Joined {
                user: draft.maker,
                room: room.id,
                read_posts: 0,
            };
            Ok(Written {
                publish: vec![Publication::RoomChanged(room.clone()), joined],
                value: room,
            })
        })
        .await
    }

    /// Changes a room to what `decide` makes of its present state, of what is wanted and of the other rooms whose
    /// names are near the wanted one; `None` leaves it as it is. Answers the room, and whether it was changed.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], what `decide` answers, or the database failed.
    pub async fn change_room(
        &self,
        viewer: impl Into<Viewer>,
        id: RoomId,
        wanted: RoomChange,
        decide: impl Fn(&Room, &RoomChange, &[NearName]) -> Result<Option<RoomChange>, ServiceError>
        + Send
        + 'static,
    ) -> Result<(Room, bool), ServiceError> {
        let viewer = viewer.into();
        self.write(move |db| {
            let before = visible(db, viewer, id)?.into_room();
            let near = match &wanted.name {
                Some((name, _)) => near(db, name, id)?,
                None => Vec::new(),
            };
            let Some(change) = decide(&before, &wanted, &near)? else {
                return Ok(Written::quietly((before, false)));
            };
            change_row(db, id, &change)?;
            let room = visible(db, viewer, id)?.into_room();
            Ok(Written {
                publish: vec![Publication::RoomChanged(room.clone())],
                value: (room, true),
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
        viewer: impl Into<Viewer>,
        id: RoomId,
        now: Timestamp,
        decide: impl Fn(&Room) -> Result<(), ServiceError> + Send + 'static,
    ) -> Result<(), ServiceError> {
        let viewer = viewer.into();
        self.write(move |db| {
            decide(&visible(db, viewer, id)?.into_room())?;
            statement(db, DELETE)?.execute(values![id, &tombstone(id), now])?;
            Ok(Written {
                value: (),
                publish: vec![Publication::RoomDeleted(id)],
            })
        })
        .await
    }
}

impl From<RoomRow> for StoredRoom {
    fn from(row: RoomRow) -> Self {
        Self {
            posts: row.posts,
            room: row.into_room(),
        }
    }
}

/// The room if the viewer may see it.
pub(super) fn visible(db: &Db, Viewer(_): Viewer, id: RoomId) -> Result<RoomRow, ServiceError> {
    statement(db, ONE)?
        .row(values![id], RoomRow::read)?
        .ok_or(ServiceError::RoomNotFound)
}

/// The rows of a [`Listing`].
pub(super) struct Listed {
    pub(super) rows: Vec<RoomRow>,
    is_whole: bool,
}

impl From<Listed> for Listing {
    fn from(listed: Listed) -> Self {
        Self {
            rooms: listed.rows.into_iter().map(StoredRoom::from).collect(),
            is_whole: listed.is_whole,
        }
    }
}

pub(super) fn listed(
    db: &Db,
    viewer: Viewer,
    open: Option<RoomId>,
) -> Result<Listed, ServiceError> {
    let others = OTHER_ROOMS_MAX as i64;
    let mut rows = rows(db, FIRST, values![others + 1])?;
    let is_whole = rows.len() <= OTHER_ROOMS_MAX;
    if let Viewer(Some(user)) = viewer
        && !is_whole
    {
        rows = self::rows(db, NOT_OWN, values![user, others])?;
        rows.extend(self::rows(db, OWN, values![user, OWN_ROOMS_MAX as i64])?);
    } else {
        rows.truncate(OTHER_ROOMS_MAX);
    }
    if let Some(open) = open
        && rows.iter().all(|row| row.id != open.0)
    {
        rows.push(visible(db, viewer, open)?);
    }
    rows.sort_unstable_by(|one, other| (&one.sort_key, one.id).cmp(&(&other.sort_key, other.id)));
    Ok(Listed { rows, is_whole })
}

fn rows(db: &Db, of: &'static str, values: &[Value<'_>]) -> db::Result<Vec<RoomRow>> {
    statement(db, of)?.rows(values, RoomRow::read)
}

/// The names that are near this one, but for that of the room `except`.
fn near(db: &Db, name: &Name, except: RoomId) -> db::Result<Vec<NearName>> {
    let values = values![&name.folded, &name.skeleton, except];
    statement(db, NEAR)?.rows(values, |row| {
        Ok(NearName {
            name: row.get(0)?,
            is_visible: row.get(1)?,
        })
    })
}

fn create(db: &Db, draft: &RoomDraft) -> db::Result<Room> {
    let RoomDraft {
        maker,
        name,
        sort_key,
        description,
        now,
    } = draft;
    let values = values![
        &name.shown,
        &name.folded,
        &name.skeleton,
        sort_key,
        description,
        *now,
        *maker
    ];
    let id = statement(db, CREATE)?.insert(values)?;
    statement(db, FOUNDER)?.execute(values![id, *maker, Role::Owner, *now])?;
    Ok(Room {
        id: RoomId(id),
        name: name.shown.clone(),
        description: description.clone(),
        created_at: *now,
        created_by: Some(*maker),
        seq: Seq::ZERO,
        online: 0,
        last_message_at: None,
        sort: sort_key.clone(),
    })
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
    ];
    statement(db, CHANGE)?.execute(values).map(drop)
}

/// The key of a name that no room can have: of such a name nothing else is left.
fn tombstone(RoomId(id): RoomId) -> String {
    format!("\u{1f}{id}")
}

const ONE: &str = concat!(
    "SELECT ",
    room_columns!(),
    " FROM rooms WHERE id = ? AND deleted_at IS NULL"
);

/// Rooms that are not deleted, in the order in which they are shown: a range of the index on it.
macro_rules! rooms {
    ($from:literal, $which:literal) => {
        concat!(
            "SELECT ",
            room_columns!(),
            " FROM ",
            $from,
            " WHERE deleted_at IS NULL",
            $which,
            " ORDER BY sort_key, id LIMIT ?"
        )
    };
}

/// From the first one of all.
pub(super) const FIRST: &str = rooms!("rooms", "");

const BEHIND: &str = concat!(
    "SELECT ",
    room_columns!(),
    " FROM rooms WHERE deleted_at IS NULL AND (sort_key, id) > (?, ?) ORDER BY sort_key, id"
);

/// Memberships are asked for the few rooms that are looked at.
const NOT_OWN: &str = rooms!(
    "rooms",
    " AND NOT EXISTS (SELECT 1 FROM memberships WHERE room_id = rooms.id AND user_id = ?)"
);

/// By their memberships, however many rooms there are.
pub(super) const OWN: &str = rooms!(
    "memberships CROSS JOIN rooms",
    " AND id = room_id AND user_id = ?"
);

/// No row has it: ids begin at one.
const NO_ROOM: RoomId = RoomId(0);

const NEAR: &str = "SELECT name, deleted_at IS NULL FROM rooms \
    WHERE (folded = ?1 OR skeleton = ?2) AND id <> ?3";

const CREATE: &str = "INSERT INTO rooms \
    (name, folded, skeleton, sort_key, description, created_at, created_by) \
    VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id";

const FOUNDER: &str =
    "INSERT INTO memberships (room_id, user_id, role, joined_at) VALUES (?, ?, ?, ?)";

const CHANGE: &str = "UPDATE rooms SET seq = seq + 1, changed_seq = seq + 1, \
    name = coalesce(?2, name), folded = coalesce(?3, folded), skeleton = coalesce(?4, skeleton), \
    sort_key = coalesce(?5, sort_key), description = coalesce(?6, description) WHERE id = ?1";

const DELETE: &str = "UPDATE rooms SET name = '', folded = ?2, skeleton = '', sort_key = '', \
    description = '', created_by = NULL, deleted_at = ?3 WHERE id = ?1";

/// The counters of each room that is not deleted.
pub(super) fn states(db: &Db) -> db::Result<Vec<(RoomId, RoomState)>> {
    const STATES: &str = "SELECT id, seq, posts FROM rooms WHERE deleted_at IS NULL";
    statement(db, STATES)?.rows(values![], |row| {
        let state = RoomState {
            seq: Seq(row.get(1)?),
            posts: row.get(2)?,
        };
        Ok((RoomId(row.get(0)?), state))
    })
}

/// What was changed in a room after `after`, as it is published, in its order; all of it for a room that nobody was
/// told of.
pub(super) fn publications_since(
    db: &Db,
    id: RoomId,
    after: Option<Seq>,
) -> db::Result<Vec<Publication>> {
    const SINCE: &str = concat!(
        "SELECT ",
        message_columns!(),
        ", ordinal FROM messages WHERE room_id = ?1 AND seq > ?2 ORDER BY seq"
    );
    let Some(row) = statement(db, ONE)?.row(values![id], RoomRow::read)? else {
        return Ok(Vec::new());
    };
    let from = after.unwrap_or_default();
    let changes = statement(db, SINCE)?.rows(values![id, from], |row| {
        let posts = row.get(MessageRow::COUNT)?;
        let message = Message::from(MessageRow::read(row)?);
        let seq = message.seq;
        Ok(match message.number.seq() == seq {
            true => (
                seq,
                Publication::Message {
                    message: message.into(),
                    posts,
                },
            ),
            false => (seq, Publication::MessageChanged(message)),
        })
    });
    let mut changes = changes?;
    let changed_at = Seq(row.changed_seq);
    if after.is_none() || changed_at > from {
        changes.push((changed_at, Publication::RoomChanged(row.into_room())));
        changes.sort_by_key(|(seq, _)| *seq);
    }
    Ok(changes
        .into_iter()
        .map(|(_, publication)| publication)
        .collect())
}
