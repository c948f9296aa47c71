//! People as others see them: found by name, and what is shown of each; and whom one has blocked.
//!
//! *Invariant:* who may not know of somebody finds nobody: it is a part of each query (`is_met!`).

use super::db::{self, Db, statement, values};
use super::direct::is_met;
use super::direct_names::call_all;
use super::former_guests;
use super::tables::{RoomRow, UserRow, room_columns, user_columns};
use super::writer::Written;
use super::{Store, known, mention_counts, person_seqs};
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::{Availability, Room, ServerRole, Timestamp, User, UserId};
use std::ops::ControlFlow;

/// How many people's names are looked at. In a house of more, the others are found in the rooms that they are in.
const LOOKED_AT: i64 = 20_000;
/// Rooms in common that are shown of a person.
const ROOMS_MAX: i64 = 50;

/// What is shown of a person.
#[derive(Clone, Debug)]
pub struct Card {
    /// The person as all see them.
    pub user: User,
    /// The role on the server.
    pub role: ServerRole,
    /// What they say of themselves; empty for nothing.
    pub bio: String,
    /// Minutes that their clock is before UTC, where they show it.
    pub utc_offset: Option<i64>,
    /// Rooms that both are in, without direct ones, in alphabetical order; `online` is 0.
    pub rooms: Vec<Room>,
    /// Whether who looks has blocked them.
    pub is_blocked: bool,
    /// Whether they are there; none as it is stored.
    pub availability: Option<Availability>,
}

impl Store {
    /// Up to `limit` people whose names are `wanted`, and whom the viewer can know of, in the order of their names.
    ///
    /// # Errors
    /// The database failed.
    pub async fn people_named(
        &self,
        viewer: UserId,
        limit: usize,
        wanted: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<Vec<User>, ServiceError> {
        let read = move |db: &Db| {
            let mut found = Vec::new();
            statement(db, NAMED)?.scan(values![viewer, LOOKED_AT], |row| {
                if row.is_text(UserRow::NAME, &wanted)? {
                    found.push(User::from(UserRow::read(row)?));
                }
                Ok(match found.len() < limit {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                })
            })?;
            Ok(found)
        };
        self.read(read).await
    }

    /// What the viewer is shown of a person.
    ///
    /// # Errors
    /// [`ServiceError::PersonNotFound`] when there is none whom the viewer can know of.
    pub async fn card(&self, viewer: UserId, person: UserId) -> Result<Card, ServiceError> {
        let read = move |db: &Db| {
            let person = former_guests::whoever(db, person)?;
            let card = statement(db, CARD)?.row(values![viewer, person], |row| {
                let user = UserRow::read(row)?;
                Ok(Card {
                    role: user.server_role(),
                    user: user.into(),
                    bio: row.get(UserRow::COUNT)?,
                    utc_offset: row.get(UserRow::COUNT + 1)?,
                    is_blocked: row.get(UserRow::COUNT + 2)?,
                    rooms: Vec::new(),
                    availability: None,
                })
            })?;
            let card = card.ok_or(ServiceError::PersonNotFound)?;
            let values = values![viewer, person, ROOMS_MAX];
            let mut rooms = statement(db, IN_COMMON)?.rows(values, RoomRow::read)?;
            call_all(db, Some(viewer), &mut rooms)?;
            Ok(Card {
                rooms: rooms.into_iter().map(RoomRow::into_room).collect(),
                ..card
            })
        };
        self.read(read).await
    }

    /// Blocks a person, or, with `None`, blocks them no more. Twice is once. To block one more than so many others
    /// `decide` may refuse.
    ///
    /// # Errors
    /// [`ServiceError::PersonNotFound`] when there is none whom the person can know of, what `decide` answers, or the
    /// database failed.
    pub async fn block(
        &self,
        by: UserId,
        person: UserId,
        at: Option<Timestamp>,
        decide: fn(i64) -> Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        self.write(move |db| {
            let person = former_guests::whoever(db, person)?;
            // Whom one does not meet any more one can still let write to one again.
            if at.is_some() && !statement(db, IS_MET)?.exists(values![by, person])? {
                return Err(ServiceError::PersonNotFound);
            }
            if at.is_some() {
                let others = statement(db, BLOCKED)?.row(values![by, person], |row| row.get(0))?;
                decide(others.unwrap_or(0))?;
            }
            let changed = match at {
                Some(at) => statement(db, BLOCK)?.execute(values![by, person, at])?,
                None => statement(db, UNBLOCK)?.execute(values![by, person, person])?,
            };
            if changed == 0 {
                return Ok(Written::quietly(()));
            }
            Ok(Written {
                value: (),
                publish: blocks_changed(db, by, person, at.is_some())?.into(),
            })
        })
        .await
    }
}

/// What is published of it that a person blocks another from now on, or no more, with what is left that mentions them.
/// It takes a place in their stream.
pub(super) fn blocks_changed(
    db: &Db,
    user: UserId,
    other: UserId,
    is_blocked: bool,
) -> db::Result<[Publication; 2]> {
    let changed = Publication::BlocksChanged {
        user,
        other,
        is_blocked,
        blocked: known::blocked(db, user)?,
        me: person_seqs::take(db, user)?,
    };
    Ok([changed, mention_counts::recounted(db, user)?])
}

const NAMED: &str = concat!(
    "SELECT ",
    user_columns!(),
    " FROM users WHERE users.id <> ?1 AND ",
    is_met!("?1"),
    " ORDER BY users.folded, users.id LIMIT ?2"
);

const CARD: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", bio, utc_offset, EXISTS (SELECT 1 FROM blocks WHERE blocks.user_id = ?1 AND blocked_id = users.id) \
    FROM users WHERE users.id = ?2 AND (users.id = ?1 OR ",
    is_met!("?1"),
    ")"
);

const IS_MET: &str = concat!(
    "SELECT 1 FROM users WHERE users.id = ?2 AND ",
    is_met!("?1")
);

const IN_COMMON: &str = concat!(
    "SELECT ",
    room_columns!(),
    " FROM memberships AS mine JOIN memberships AS theirs ON theirs.room_id = mine.room_id \
    AND theirs.user_id = ?2 AND theirs.state = 'in' JOIN rooms ON rooms.id = mine.room_id \
    WHERE mine.user_id = ?1 AND mine.state = 'in' AND rooms.deleted_at IS NULL AND rooms.kind <> 'direct' \
    ORDER BY rooms.sort_key, rooms.id LIMIT ?3"
);

const BLOCKED: &str = "SELECT count(*) FROM blocks WHERE user_id = ? AND blocked_id <> ?";

const BLOCK: &str = "INSERT INTO blocks (user_id, blocked_id, blocked_at) VALUES (?, ?, ?) \
    ON CONFLICT (user_id, blocked_id) DO NOTHING";

/// Whoever it was before they signed in is blocked no more, either.
const UNBLOCK: &str = "DELETE FROM blocks WHERE user_id = ? AND (blocked_id = ? \
    OR blocked_id IN (SELECT id FROM users WHERE merged_into = ?))";
