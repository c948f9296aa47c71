//! Rooms: finding those that a viewer may see, and making them.
//!
//! *Invariant:* every lookup takes a [`Viewer`], and a room that the viewer may not see is not found: whether they may
//! is a part of each query (`is_visible!`).

use super::Store;
use super::authorship::{Authored, authored};
use super::beside;
use super::db::{self, Db, statement, values};
use super::direct_names;
use super::failure;
use super::mention_counts;
use super::message_ids::MessageIds;
use super::person_seqs;
use super::tables::{
    ForGuests, InRoom, KeptFor, Posts, RoomRow, Seen, message_columns, room_columns,
};
use super::writer::Written;
use crate::error::ServiceError;
use crate::events::Publication;
use crate::names::Name;
use crate::scope::Scope;
use parlour_protocol::{
    Guests, Room, RoomId, RoomKind, RoomRole, RoomRules, Seq, Timestamp, UserId,
};
use std::collections::HashMap;

/// Whose visibility a lookup has: a user's, or an anonymous visitor's. An open room is visible to all who are not confined
/// to their own, or to those of them who have an account; any other one to its members, and one that is deleted to
/// nobody.
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
    /// What decides about who may do what in it.
    pub rules: RoomRules,
}

/// A room to be made, with fields that passed the rules.
#[derive(Clone, Debug)]
pub struct RoomDraft {
    /// The user who makes it, its owner and first member.
    pub maker: UserId,
    /// What decides about who may do what in it.
    pub rules: RoomRules,
    /// Its id, [drawn](super::draw_hidden_id) for a room that is not open; an open one gets the next.
    pub hidden_id: Option<RoomId>,
    /// The name and its keys.
    pub name: Name,
    /// The key of its alphabetical order.
    pub sort_key: String,
    /// The description, cleaned.
    pub description: String,
    /// When it is made.
    pub now: Timestamp,
}

/// The counters of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomState {
    /// The `seq` of its latest change.
    pub seq: Seq,
    /// How many messages were ever posted in it.
    pub posts: i64,
}

/// A room at the start of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRoom {
    /// The room's id.
    pub id: RoomId,
    /// How far it has come.
    pub state: RoomState,
    /// What decides about who may see it.
    pub rules: RoomRules,
    /// Its members, of a room that is not open; otherwise it is not asked who they are.
    pub members: Vec<UserId>,
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

    /// Makes a room with its maker in it, unless `decide` refuses it for the names of open rooms that are near. One that
    /// is not open is in nobody's way, and nobody's name is in its.
    ///
    /// # Errors
    /// What `decide` answers, or the database failed.
    pub async fn create_room(
        &self,
        draft: RoomDraft,
        decide: fn(&Name, &[String]) -> Result<(), ServiceError>,
    ) -> Result<Room, ServiceError> {
        self.write(move |db| {
            if draft.rules.kind == RoomKind::Open {
                decide(&draft.name, &near(db, &draft.name, NO_ROOM)?)?;
            }
            let me = person_seqs::take(db, draft.maker)?;
            let room = create(db, &draft, me)?;
            let made = Publication::RoomChanged {
                room: room.clone(),
                rules: draft.rules,
            };
            let joined = begins(&room, is_hidden(draft.rules), draft.maker, 0, me);
            Ok(Written {
                publish: [made].into_iter().chain(joined).collect(),
                value: room,
            })
        })
        .await
    }
}

impl From<RoomRow> for StoredRoom {
    fn from(row: RoomRow) -> Self {
        Self {
            posts: row.posts,
            rules: row.rules(),
            room: row.into_room(),
        }
    }
}

/// The room if the viewer may see it.
pub(super) fn visible(db: &Db, Viewer(user): Viewer, id: RoomId) -> Result<RoomRow, ServiceError> {
    let row = statement(db, VISIBLE)?.row(values![id, user], RoomRow::read)?;
    let row = row.ok_or(ServiceError::RoomNotFound)?;
    Ok(direct_names::called(db, user, row)?)
}

/// The room, for who may do something to it without seeing it.
pub(super) fn any(db: &Db, id: RoomId) -> db::Result<Option<RoomRow>> {
    statement(db, ANY)?.row(values![id], RoomRow::read)
}

/// What is published of a membership that begins; of one that brings the room into sight, that it does.
pub(super) fn begins(
    room: &Room,
    is_shown: bool,
    user: UserId,
    read_posts: i64,
    me: Seq,
) -> Vec<Publication> {
    let shown = is_shown.then(|| Publication::RoomShown {
        room: room.clone(),
        user,
    });
    let joined = Publication::Joined {
        room: room.id,
        user,
        read_posts,
        me,
    };
    shown.into_iter().chain([joined]).collect()
}

/// Whether not everybody may see a room.
pub(super) fn is_hidden(rules: RoomRules) -> bool {
    rules.kind != RoomKind::Open || rules.guests == Guests::No
}

impl Store {
    /// Whether guests see the open room that is called exactly this.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_open_to_guests(&self, name: String) -> Result<bool, ServiceError> {
        self.read(move |db| Ok(statement(db, OPEN_TO_GUESTS)?.exists(values![&name])?))
            .await
    }
}

const OPEN_TO_GUESTS: &str = "SELECT 1 FROM rooms WHERE name = ? AND kind = 'open' AND guests <> 'no' \
    AND deleted_at IS NULL";

/// The names of open rooms that are near this one, but for that of the room `except`.
pub(super) fn near(db: &Db, name: &Name, except: RoomId) -> db::Result<Vec<String>> {
    let values = values![&name.folded, &name.skeleton, except];
    statement(db, NEAR)?.rows(values, |row| row.get(1))
}

fn create(db: &Db, draft: &RoomDraft, me: Seq) -> db::Result<Room> {
    let RoomDraft {
        maker,
        rules,
        hidden_id,
        name,
        sort_key,
        description,
        now,
    } = draft;
    let id = match hidden_id {
        Some(RoomId(id)) => *id,
        None => {
            let next = statement(db, NEXT_ID)?.row(values![], |row| row.get(0))?;
            next.ok_or_else(failure::no_row)?
        }
    };
    let values = values![
        id,
        Seen(rules.kind),
        Posts(rules.posting),
        ForGuests(rules.guests),
        KeptFor(rules.revisions),
        &name.shown,
        &name.folded,
        &name.skeleton,
        sort_key,
        description,
        *now,
        *maker
    ];
    statement(db, CREATE)?.execute(values)?;
    statement(db, FOUNDER)?.execute(values![id, *maker, InRoom(RoomRole::Owner), *now, me])?;
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

/// That the house is closed to who has no account: no open room is there for them.
macro_rules! is_closed_to_guests {
    () => {
        "EXISTS (SELECT 1 FROM meta WHERE meta.key = 'closed_to_guests')"
    };
}
pub(super) use is_closed_to_guests;

/// That the viewer, whose id stands in this place, sees the rooms that they are in and no other.
macro_rules! is_confined {
    ($viewer:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM users AS confined WHERE confined.id = ",
            $viewer,
            " AND confined.kind = 'guest' AND (confined.is_confined OR ",
            $crate::store::rooms::is_closed_to_guests!(),
            "))"
        )
    };
}
pub(super) use is_confined;

/// That an open room is for the viewer, whose id stands in this place: guests may be kept out of it.
macro_rules! is_for {
    ($viewer:literal) => {
        concat!(
            "((rooms.guests <> 'no' AND NOT ",
            $crate::store::rooms::is_closed_to_guests!(),
            " OR EXISTS (SELECT 1 FROM users AS reader WHERE reader.id = ",
            $viewer,
            " AND reader.kind <> 'guest')) AND NOT ",
            $crate::store::rooms::is_confined!($viewer),
            ")"
        )
    };
}
pub(super) use is_for;

/// That a room is there and the viewer, whose id stands in this place, may see it.
macro_rules! is_visible {
    ($viewer:literal) => {
        concat!(
            "rooms.deleted_at IS NULL AND (rooms.kind = 'open' AND ",
            $crate::store::rooms::is_for!($viewer),
            " OR EXISTS (SELECT 1 FROM memberships AS seen \
            WHERE seen.room_id = rooms.id AND seen.user_id = ",
            $viewer,
            " AND seen.state = 'in'))"
        )
    };
}
pub(super) use is_visible;

/// The room `?1`, if the viewer `?2` may see it.
pub(super) const VISIBLE: &str = concat!(
    "SELECT ",
    room_columns!(),
    " FROM rooms WHERE id = ?1 AND ",
    is_visible!("?2")
);

const ANY: &str = concat!(
    "SELECT ",
    room_columns!(),
    " FROM rooms WHERE id = ? AND deleted_at IS NULL"
);

/// Open rooms, by an index of them.
macro_rules! from_open {
    () => {
        " FROM rooms WHERE kind = 'open' AND deleted_at IS NULL"
    };
}

/// No row has it: ids begin at one.
const NO_ROOM: RoomId = RoomId(0);

/// Two looks into an index each. The one that was there first is named first.
const NEAR: &str = concat!(
    "SELECT id, name",
    from_open!(),
    " AND folded = ?1 AND id <> ?3 UNION SELECT id, name",
    from_open!(),
    " AND skeleton = ?2 AND id <> ?3 ORDER BY id"
);

macro_rules! last_id {
    () => {
        "(SELECT coalesce(max(id), 0) FROM rooms WHERE id < 4503599627370496)"
    };
}

/// The id after the last that an open room ever had.
const NEXT_ID: &str = concat!(
    "UPDATE meta SET value = CAST(1 + CASE WHEN CAST(value AS BIGINT) > ",
    last_id!(),
    " THEN CAST(value AS BIGINT) ELSE ",
    last_id!(),
    " END AS TEXT) WHERE key = 'last_open_room' RETURNING CAST(value AS BIGINT)"
);

const CREATE: &str = "INSERT INTO rooms \
    (id, kind, posting, guests, revisions, name, folded, skeleton, sort_key, description, created_at, created_by) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const FOUNDER: &str =
    "INSERT INTO memberships (room_id, user_id, role, joined_at, me_seq) VALUES (?, ?, ?, ?, ?)";

/// Each room that is not deleted.
pub(super) fn known(db: &Db) -> db::Result<Vec<KnownRoom>> {
    const ROOMS: &str = "SELECT id, seq, posts, kind, guests FROM rooms WHERE deleted_at IS NULL";
    // By the few rooms, and not by all memberships.
    const MEMBERS: &str = "SELECT room_id, user_id FROM rooms CROSS JOIN memberships \
        WHERE room_id = id AND kind <> 'open' AND deleted_at IS NULL AND state = 'in'";
    let mut members: HashMap<RoomId, Vec<UserId>> = HashMap::new();
    let all = statement(db, MEMBERS)?.rows(values![], |row| {
        Ok((RoomId(row.get(0)?), UserId(row.get(1)?)))
    })?;
    for (room, user) in all {
        members.entry(room).or_default().push(user);
    }
    statement(db, ROOMS)?.rows(values![], |row| {
        let id = RoomId(row.get(0)?);
        let (Seen(kind), ForGuests(guests)) = (row.get(3)?, row.get(4)?);
        let rules = RoomRules {
            guests,
            ..RoomRules::of(kind)
        };
        Ok(KnownRoom {
            id,
            state: RoomState {
                seq: Seq(row.get(1)?),
                posts: row.get(2)?,
            },
            rules,
            members: members.remove(&id).unwrap_or_default(),
        })
    })
}

impl KnownRoom {
    /// Who may see it, as it is published where nobody was told what became of them.
    pub(super) fn viewers(&self) -> Publication {
        Publication::Viewers {
            room: self.id,
            rules: self.rules,
            members: self.members.clone(),
        }
    }
}

/// What was changed in a room after `after`, as it is published, in its order; all of it for a room that nobody was
/// told of.
pub(super) fn publications_since(
    db: &Db,
    id: RoomId,
    after: Option<Seq>,
    ids: MessageIds,
) -> db::Result<Vec<Publication>> {
    const SINCE: &str = concat!(
        "SELECT ",
        message_columns!(),
        authored!(", ordinal"),
        "WHERE room_id = ?1 AND messages.seq > ?2 ORDER BY messages.seq"
    );
    let Some(row) = any(db, id)? else {
        return Ok(Vec::new());
    };
    let from = after.unwrap_or_default();
    let changes = statement(db, SINCE)?.rows(values![id, from], |row| {
        let posts = row.get(Authored::COUNT)?;
        let message = beside::reading(db, Authored::read(row)?.into_message(ids))?;
        let seq = message.seq;
        let is_new = message.number.seq() == seq;
        // Whom one that changed mentioned before is not known.
        let is_told = !is_new || message.mentions_all || !message.mentions.is_empty();
        let mentioned = is_told.then(|| mention_counts::published(&message, posts, is_new));
        let change = match is_new {
            true => Publication::Message {
                message: message.into(),
                posts,
            },
            false => Publication::MessageChanged(message),
        };
        Ok([Some(change), mentioned].map(|told| Some((seq, told?))))
    });
    let changes = changes?.into_iter().flatten().flatten();
    let mut changes: Vec<_> = changes.collect();
    let changed_at = Seq(row.changed_seq);
    let is_direct = row.kind.0 == RoomKind::Direct;
    // What a direct room is called is each reader's own: they see it in their lists.
    if !is_direct && (after.is_none() || changed_at > from) {
        let changed = Publication::RoomChanged {
            rules: row.rules(),
            room: row.into_room(),
        };
        changes.push((changed_at, changed));
        changes.sort_by_key(|(seq, _)| *seq);
    }
    Ok(changes
        .into_iter()
        .map(|(_, publication)| publication)
        .collect())
}
