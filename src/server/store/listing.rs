//! Lists of rooms.
//!
//! *Invariant:* a list is a range of the index of open rooms beside the rooms of the viewer's memberships, before it is
//! limited, however many there are that they may not see. Archived rooms are in no list, but are found.

use super::Store;
use super::db::{self, Db, Value, statement, values};
use super::direct_names;
use super::rooms::{StoredRoom, VISIBLE, Viewer, is_for, visible};
use super::tables::{RoomRow, room_columns};
use crate::error::ServiceError;
use parlour_protocol::rules::{OTHER_ROOMS_MAX, OWN_ROOMS_MAX};
use parlour_protocol::{Room, RoomId, RoomKind};
use std::ops::ControlFlow;

/// What a page lists.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The rooms in alphabetical order.
    pub rooms: Vec<StoredRoom>,
    /// Whether all open rooms are among them, so that everybody who may see the same rooms has this list.
    pub is_whole: bool,
}

/// A part of all rooms, in order.
#[derive(Clone, Debug)]
pub struct RoomsPart {
    /// The rooms in alphabetical order.
    pub rooms: Vec<StoredRoom>,
    /// Whether these are the last ones.
    pub is_end: bool,
}

impl Store {
    /// The rooms for a page on which `open` is open, without direct ones that the viewer has hidden: the first
    /// [`OWN_ROOMS_MAX`] that the viewer belongs to, their favourites before others, [`OTHER_ROOMS_MAX`] more, and the
    /// open one.
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

    /// Up to `limit` of all rooms that the viewer may see, but direct ones, and that are wanted (at least one), those
    /// behind the one with this sort key and id; archived ones only where it is said.
    ///
    /// # Errors
    /// The database failed.
    pub async fn rooms_behind(
        &self,
        viewer: impl Into<Viewer>,
        after: Option<(String, RoomId)>,
        limit: usize,
        with_archived: bool,
        is_wanted: impl Fn(&Room) -> bool + Send + 'static,
    ) -> Result<RoomsPart, ServiceError> {
        let Viewer(user) = viewer.into();
        let read = move |db: &Db| {
            let (sort, RoomId(id)) = after.unwrap_or((String::new(), RoomId(0)));
            let mut rooms = Vec::new();
            // No row is read that is not looked at. One more than is answered shows whether there are more.
            statement(db, BEHIND)?.scan(values![&sort, id, user, with_archived], |row| {
                let room = StoredRoom::from(RoomRow::read(row)?);
                if is_wanted(&room.room) {
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
    let (others, own) = (OTHER_ROOMS_MAX as i64, OWN_ROOMS_MAX as i64);
    let (first, of_first): (_, &[Value<'_>]) = match viewer {
        Viewer(Some(user)) => (FIRST_AND_HIDDEN, values![others + 1, user, own, false]),
        Viewer(None) => (FIRST, values![others + 1, viewer.0, false]),
    };
    if let Some(open) = open {
        db.prefetch(&[(first, of_first), (VISIBLE, values![open, viewer.0])])?;
    }
    let mut rows = rows(db, first, of_first)?;
    let open_rooms = rows.iter().filter(|row| row.kind.0 == RoomKind::Open);
    let is_whole = open_rooms.count() <= OTHER_ROOMS_MAX;
    match viewer {
        Viewer(Some(user)) if !is_whole => {
            let (of_others, of_own) = (values![user, others], values![user, own, false]);
            db.prefetch(&[(NOT_OWN, of_others), (OWN, of_own)])?;
            rows = self::rows(db, NOT_OWN, of_others)?;
            rows.extend(self::rows(db, OWN, of_own)?);
        }
        Viewer(Some(_)) => {}
        Viewer(None) => rows.truncate(OTHER_ROOMS_MAX),
    }
    if let Some(open) = open
        && rows.iter().all(|row| row.id != open.0)
    {
        rows.push(visible(db, viewer, open)?);
    }
    direct_names::call_all(db, viewer.0, &mut rows)?;
    rows.sort_unstable_by(|one, other| (&one.sort_key, one.id).cmp(&(&other.sort_key, other.id)));
    Ok(Listed { rows, is_whole })
}

fn rows(db: &Db, of: &'static str, values: &[Value<'_>]) -> db::Result<Vec<RoomRow>> {
    statement(db, of)?.rows(values, RoomRow::read)
}

/// Open rooms for a user, which are a range of the index of them.
macro_rules! from_open {
    ($user:literal) => {
        concat!(
            " FROM rooms WHERE kind = 'open' AND deleted_at IS NULL AND ",
            is_for!($user)
        )
    };
}

/// Not those that are archived, unless this says so.
macro_rules! unless_archived {
    ($with_archived:literal) => {
        concat!(" AND (archived_at IS NULL OR ", $with_archived, ")")
    };
}

/// Those of a user's own that not everybody may see.
macro_rules! and_hidden {
    ($user:literal) => {
        concat!(" AND NOT (kind = 'open' AND ", is_for!($user), ")")
    };
}

/// The rooms that a user belongs to, found by their memberships, however many rooms there are.
macro_rules! from_own {
    ($user:literal) => {
        concat!(
            " FROM memberships CROSS JOIN rooms WHERE rooms.id = memberships.room_id \
            AND memberships.state = 'in' AND rooms.deleted_at IS NULL \
            AND NOT (kind = 'direct' AND memberships.hid_posts = rooms.posts) AND memberships.user_id = ",
            $user
        )
    };
}

/// From the first open one: `?1` of them for the user `?2`, archived ones if `?3`.
pub(super) const FIRST: &str = concat!(
    "SELECT ",
    room_columns!(),
    from_open!("?2"),
    unless_archived!("?3"),
    " ORDER BY sort_key, id LIMIT ?1"
);

/// The same, and after them those of the user that are not among them; none where there are more open ones, since then
/// [`NOT_OWN`] and [`OWN`] are asked.
const FIRST_AND_HIDDEN: &str = concat!(
    "SELECT * FROM (SELECT ",
    room_columns!(),
    from_open!("?2"),
    unless_archived!("?4"),
    " ORDER BY sort_key, id LIMIT ?1) AS first UNION ALL SELECT * FROM (SELECT ",
    room_columns!(),
    from_own!("?2"),
    and_hidden!("?2"),
    unless_archived!("?4"),
    " AND (SELECT count(*) FROM (SELECT 1",
    from_open!("?2"),
    unless_archived!("?4"),
    " LIMIT ?1) AS begun) < ?1 ORDER BY is_favourite DESC, sort_key, id LIMIT ?3) AS hidden"
);

/// Two ranges, of which the next row is always the first of either. Direct rooms stand nowhere in an alphabet: what they
/// are called is their reader's.
const BEHIND: &str = concat!(
    "SELECT ",
    room_columns!(),
    from_open!("?3"),
    unless_archived!("?4"),
    " AND (sort_key, id) > (?1, ?2) UNION ALL SELECT ",
    room_columns!(),
    from_own!("?3"),
    and_hidden!("?3"),
    unless_archived!("?4"),
    " AND kind <> 'direct' AND (sort_key, id) > (?1, ?2) ORDER BY sort_key, id"
);

/// One's memberships are a range of an index, and each room that is looked at is looked for among them.
const NOT_OWN: &str = concat!(
    "SELECT ",
    room_columns!(),
    from_open!("?1"),
    " AND archived_at IS NULL AND rooms.id NOT IN (SELECT room_id FROM memberships \
    WHERE user_id = ?1 AND state = 'in') ORDER BY sort_key, id LIMIT ?2"
);

pub(super) const OWN: &str = concat!(
    "SELECT ",
    room_columns!(),
    from_own!("?1"),
    unless_archived!("?3"),
    " ORDER BY is_favourite DESC, sort_key, id LIMIT ?2"
);
