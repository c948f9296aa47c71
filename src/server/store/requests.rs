//! Requests to be let into a room, by who holds an invitation that asks first.
//!
//! *Invariant:* a person asks once for a room: who was refused stays so. A request ends with the membership that it was
//! for, in one transaction.

use super::Store;
use super::db::{self, Db, statement, values};
use super::members::{self, NewMembership};
use super::roles::roles;
use super::rooms::{StoredRoom, Viewer, visible};
use super::standing_told;
use super::tables::{UserRow, user_columns};
use super::writer::Written;
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::permissions::Roles;
use parlour_protocol::{RoomId, RoomRole, RoomRules, Timestamp, User, UserId};

/// Requests that are listed at once.
const LISTED: i64 = 100;

/// What has become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nobody has answered it.
    Waiting,
    /// They are not let in.
    Refused,
}

/// A request that nobody has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinRequest {
    /// Who it is that asks.
    pub user: User,
    /// When they asked first.
    pub asked_at: Timestamp,
}

/// Whether who has these roles in a room of these rules decides about requests.
pub type DecidesRequests = fn(Option<Roles>, RoomRules) -> Result<(), ServiceError>;

impl Store {
    /// The requests of a room that nobody has answered, the first ones first, 100 at most, unless `decide` refuses who
    /// wants to see them.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], what `decide` answers, or the database failed.
    pub async fn join_requests(
        &self,
        by: UserId,
        room: RoomId,
        decide: DecidesRequests,
    ) -> Result<Vec<JoinRequest>, ServiceError> {
        self.read(move |db| {
            decided(db, by, room, decide)?;
            let requests = statement(db, LIST)?.rows(values![room, LISTED], |row| {
                Ok(JoinRequest {
                    user: UserRow::read(row)?.into(),
                    asked_at: Timestamp(row.get(UserRow::COUNT)?),
                })
            });
            Ok(requests?)
        })
        .await
    }

    /// How many ask to be let into a room and have no answer, 100 at most.
    ///
    /// # Errors
    /// The database failed.
    pub async fn asking(&self, room: RoomId) -> Result<u32, ServiceError> {
        self.read(move |db| {
            let count =
                statement(db, COUNT)?.row(values![room, LISTED], |row| row.get::<i64>(0))?;
            Ok(u32::try_from(count.unwrap_or_default()).unwrap_or_default())
        })
        .await
    }

    /// Lets who asks into a room, or refuses them, unless `decide` refuses who answers.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`]; [`ServiceError::PersonNotFound`] who does not ask; what `decide` answers; or the
    /// database failed.
    pub async fn answer_join_request(
        &self,
        by: UserId,
        room: RoomId,
        user: UserId,
        is_let_in: bool,
        now: Timestamp,
        decide: DecidesRequests,
    ) -> Result<(), ServiceError> {
        self.write(move |db| {
            let room = decided(db, by, room, decide)?;
            let id = room.room.id;
            if asked(db, user, id)? != Some(Asked::Waiting) {
                return Err(ServiceError::PersonNotFound);
            }
            let mut publish = if !is_let_in {
                refuse(db, user, id)?;
                standing_told::refused(db, user, id, now)?
            } else {
                statement(db, FORGET)?.execute(values![id, user])?;
                match members::is_member(db, user, id)? {
                    true => Vec::new(),
                    false => {
                        let new = NewMembership::of(&room, RoomRole::Member, now);
                        members::begin(db, &room, user, &new)?
                    }
                }
            };
            publish.extend(standing_told::to_deciders(db, id)?);
            Ok(Written { publish, value: () })
        })
        .await
    }
}

fn decided(
    db: &Db,
    by: UserId,
    room: RoomId,
    decide: DecidesRequests,
) -> Result<StoredRoom, ServiceError> {
    let seen = StoredRoom::from(visible(db, Viewer(Some(by)), room)?);
    decide(roles(db, by, Some(room))?, seen.rules)?;
    Ok(seen)
}

/// Asks to be let into a room; what is published of that. Who has asked before stays as they are.
pub(super) fn ask(
    db: &Db,
    user: UserId,
    room: RoomId,
    now: Timestamp,
) -> db::Result<Vec<Publication>> {
    match statement(db, ASK)?.execute(values![room, user, now])? {
        0 => Ok(Vec::new()),
        _ => standing_told::to_deciders(db, room),
    }
}

/// Refuses a person's request, if there is one. Who is kept out of the room does not wait to be let in.
pub(super) fn refuse(db: &Db, user: UserId, room: RoomId) -> db::Result<()> {
    statement(db, REFUSE)?
        .execute(values![room, user])
        .map(drop)
}

/// What has become of a person's request.
pub(super) fn asked(db: &Db, user: UserId, room: RoomId) -> db::Result<Option<Asked>> {
    statement(db, ASKED)?.row(values![room, user], |row| {
        let is_refused = row.get(0)?;
        Ok(match is_refused {
            true => Asked::Refused,
            false => Asked::Waiting,
        })
    })
}

/// Requests of a room that wait for an answer.
macro_rules! waiting {
    () => {
        " FROM join_requests JOIN users ON users.id = user_id \
        WHERE room_id = ?1 AND NOT is_refused AND users.state = 'active' \
        AND NOT EXISTS (SELECT 1 FROM memberships WHERE memberships.room_id = ?1 \
        AND memberships.user_id = users.id AND memberships.state = 'in')"
    };
}

const LIST: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", asked_at",
    waiting!(),
    " ORDER BY asked_at, users.id LIMIT ?2"
);

const COUNT: &str = concat!(
    "SELECT count(*) FROM (SELECT 1",
    waiting!(),
    " LIMIT ?2) AS asking"
);

const ASK: &str = "INSERT INTO join_requests (room_id, user_id, asked_at, is_refused) \
    VALUES (?, ?, ?, FALSE) ON CONFLICT (room_id, user_id) DO NOTHING";

const ASKED: &str = "SELECT is_refused FROM join_requests WHERE room_id = ? AND user_id = ?";

const REFUSE: &str = "UPDATE join_requests SET is_refused = TRUE WHERE room_id = ? AND user_id = ?";

const FORGET: &str = "DELETE FROM join_requests WHERE room_id = ? AND user_id = ?";
