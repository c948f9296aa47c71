//! Acting on a person in a room: letting them in, putting them out, their role, and keeping them out.
//!
//! *Invariant:* the facts about who acts and on whom are read in the transaction that writes what is decided, so nobody
//! acts by a role that they have no more.

use super::Store;
use super::db::{self, Db, statement, values};
use super::direct::is_met;
use super::members::{self, Ending, NewMembership, Standing, begin, end, standing};
use super::requests::{self, Asked};
use super::roles::{kept_out, role_in};
use super::standing_told;
use super::tables::{InRoom, UserRow, user_columns};
use super::writer::Written;
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::permissions::Roles;
use parlour_protocol::{Availability, LeftReason, RoomId, RoomRole, Timestamp, User, UserId};

/// How things stand between somebody who acts in a room and who it is about.
#[derive(Clone, Debug)]
pub struct KeepingFacts {
    /// How who acts stands to the room.
    pub actor: Standing,
    /// Who it is about; `None` for nobody whom who acts can know of.
    pub target: Option<Target>,
    /// Whether somebody else than that one is in the room as its owner.
    pub has_other_owner: bool,
}

/// Who it is about.
#[derive(Clone, Debug)]
pub struct Target {
    /// The person as others see them.
    pub user: User,
    /// Their roles on the server and in the room.
    pub roles: Roles,
    /// Whether they are a member.
    pub is_member: bool,
    /// Whether their account is there and not disabled.
    pub is_active: bool,
    /// Until when they are kept out of the room, if they are; that may be over.
    pub kept_out: Option<Timestamp>,
}

/// What becomes of somebody in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// They are a member from now on.
    LetIn,
    /// Their membership ends.
    PutOut,
    /// They have another role.
    Role(RoomRole),
    /// Their membership ends, and they are kept out.
    Ban {
        /// Why, for those who keep order; may be empty.
        reason: String,
        /// Until when; `None`: until it is lifted.
        until: Option<Timestamp>,
    },
    /// They are kept out no more.
    Lift,
}

/// A member of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The person as others see them.
    pub user: User,
    /// Their role in the room.
    pub role: RoomRole,
    /// When the membership began.
    pub joined_at: Timestamp,
    /// Whether they are there; none as it is stored.
    pub availability: Option<Availability>,
}

/// Somebody who is kept out of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ban {
    /// The person as others see them.
    pub user: User,
    /// Why; may be empty.
    pub reason: String,
    /// Since when they are.
    pub created_at: Timestamp,
    /// Until when; `None`: until it is lifted.
    pub until: Option<Timestamp>,
}

impl Store {
    /// Does with somebody in a room what `decide` makes of how things stand; nothing when it answers none. Answers who
    /// it was about, and whether anything was done.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`] when there is none that who acts may see, what `decide` answers, or the database
    /// failed.
    pub async fn keep(
        &self,
        (actor, target): (UserId, UserId),
        room: RoomId,
        now: Timestamp,
        decide: impl Fn(&KeepingFacts) -> Result<Option<Keeping>, ServiceError> + Send + 'static,
    ) -> Result<(User, bool), ServiceError> {
        self.write(move |db| {
            let facts = facts(db, (actor, target), room)?;
            let keeping = decide(&facts)?;
            let about = facts.target.as_ref().ok_or(ServiceError::PersonNotFound)?;
            let user = about.user.clone();
            let Some(keeping) = keeping else {
                return Ok(Written::quietly((user, false)));
            };
            let is_member = about.is_member;
            let stands = (&facts.actor, is_member);
            Ok(Written {
                publish: done(db, stands, (actor, target), keeping, now)?,
                value: (user, true),
            })
        })
        .await
    }

    /// How things stand between somebody who would act in a room and who it would be about.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], or the database failed.
    pub async fn keeping(
        &self,
        who: (UserId, UserId),
        room: RoomId,
    ) -> Result<KeepingFacts, ServiceError> {
        self.read(move |db| facts(db, who, room)).await
    }

    /// How many members a room has.
    ///
    /// # Errors
    /// The database failed.
    pub async fn members_of(&self, room: RoomId) -> Result<i64, ServiceError> {
        self.read(move |db| Ok(members::count(db, room)?)).await
    }

    /// Up to `limit` members of a room in the order of their ids, those behind `after`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn members(
        &self,
        room: RoomId,
        after: UserId,
        limit: u32,
    ) -> Result<Vec<Member>, ServiceError> {
        let read = move |db: &Db| {
            let values = values![room, after, i64::from(limit)];
            let members = statement(db, MEMBERS)?.rows(values, |row| {
                let InRoom(role) = row.get(UserRow::COUNT)?;
                Ok(Member {
                    user: UserRow::read(row)?.into(),
                    role,
                    joined_at: Timestamp(row.get(UserRow::COUNT + 1)?),
                    availability: None,
                })
            });
            Ok(members?)
        };
        self.read(read).await
    }

    /// Up to `limit` of those who are kept out of a room at this time, in the order of their ids, those behind `after`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn bans(
        &self,
        room: RoomId,
        now: Timestamp,
        after: UserId,
        limit: u32,
    ) -> Result<Vec<Ban>, ServiceError> {
        let read = move |db: &Db| {
            let values = values![room, after, now, i64::from(limit)];
            let bans = statement(db, BANS)?.rows(values, |row| {
                Ok(Ban {
                    user: UserRow::read(row)?.into(),
                    reason: row.get(UserRow::COUNT)?,
                    created_at: Timestamp(row.get(UserRow::COUNT + 1)?),
                    until: row.get::<Option<i64>>(UserRow::COUNT + 2)?.map(Timestamp),
                })
            });
            Ok(bans?)
        };
        self.read(read).await
    }
}

fn facts(
    db: &Db,
    (actor, target): (UserId, UserId),
    room: RoomId,
) -> Result<KeepingFacts, ServiceError> {
    Ok(KeepingFacts {
        actor: standing(db, actor, room)?,
        target: found(db, (actor, target), room)?,
        has_other_owner: statement(db, OTHER_OWNER)?.exists(values![room, target])?,
    })
}

/// Somebody whom who acts can know of: whom they meet, or who is or was in the room.
fn found(db: &Db, (actor, user): (UserId, UserId), room: RoomId) -> db::Result<Option<Target>> {
    statement(db, FOUND)?.row(values![user, room, actor], |row| {
        let InRoom(in_room) = row.get(UserRow::COUNT)?;
        let is_member = row.get(UserRow::COUNT + 1)?;
        let is_active = row.get(UserRow::COUNT + 2)?;
        let kept_out = row.get::<Option<i64>>(UserRow::COUNT + 3)?;
        let row = UserRow::read(row)?;
        let roles = Roles {
            server: row.server_role(),
            room: in_room,
        };
        Ok(Target {
            user: row.into(),
            roles,
            is_member,
            is_active,
            kept_out: kept_out.map(Timestamp),
        })
    })
}

/// Does it; what is published of that.
fn done(
    db: &Db,
    (stands, is_member): (&Standing, bool),
    (actor, target): (UserId, UserId),
    keeping: Keeping,
    now: Timestamp,
) -> db::Result<Vec<Publication>> {
    let room = stands.room.room.id;
    let answers = matches!(keeping, Keeping::LetIn | Keeping::Ban { .. });
    let is_asking = answers && requests::asked(db, target, room)? == Some(Asked::Waiting);
    let mut publish = kept(db, (stands, is_member), (actor, target), keeping, now)?;
    if is_asking {
        // Nobody has to answer them any more; and they hear it who do not see the room.
        if publish.is_empty() {
            publish = standing_told::refused(db, target, room, now)?;
        }
        publish.extend(standing_told::to_deciders(db, room)?);
    }
    Ok(publish)
}

fn kept(
    db: &Db,
    (stands, is_member): (&Standing, bool),
    (actor, target): (UserId, UserId),
    keeping: Keeping,
    now: Timestamp,
) -> db::Result<Vec<Publication>> {
    let room = stands.room.room.id;
    match keeping {
        Keeping::LetIn => {
            let new = NewMembership::of(&stands.room, RoomRole::Member, now);
            begin(db, &stands.room, target, &new)
        }
        Keeping::PutOut => end(db, room, target, Ending::By(LeftReason::PutOut)),
        Keeping::Role(role) => standing_told::role(db, target, room, role),
        Keeping::Ban { reason, until } => {
            statement(db, BAN)?.execute(values![room, target, actor, &reason, now, until])?;
            requests::refuse(db, target, room)?;
            if is_member {
                return end(db, room, target, Ending::By(LeftReason::Banned));
            }
            standing_told::kept_out(db, target, room, LeftReason::Banned, now)
        }
        Keeping::Lift => {
            statement(db, LIFT)?.execute(values![room, target])?;
            match is_member {
                true => Ok(Vec::new()),
                false => standing_told::kept_out(db, target, room, LeftReason::Lifted, now),
            }
        }
    }
}

const FOUND: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", ",
    role_in!("own"),
    ", coalesce(own.state = 'in', FALSE), users.state = 'active', ",
    kept_out!("?2", "?1"),
    " FROM users LEFT JOIN memberships AS own ON own.user_id = users.id AND own.room_id = ?2 \
    WHERE users.id = ?1 AND users.state <> 'deleted' AND (own.user_id IS NOT NULL OR ",
    is_met!("?3"),
    ")"
);

const OTHER_OWNER: &str = "SELECT 1 FROM memberships WHERE room_id = ?1 AND role = 'owner' \
    AND state = 'in' AND user_id <> ?2 LIMIT 1";

const MEMBERS: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", memberships.role, memberships.joined_at FROM memberships \
    CROSS JOIN users WHERE users.id = memberships.user_id AND memberships.room_id = ?1 \
    AND memberships.user_id > ?2 AND memberships.state = 'in' AND users.state <> 'deleted' ORDER BY memberships.user_id LIMIT ?3"
);

const BANS: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", bans.reason, bans.created_at, bans.ends_at FROM bans \
    CROSS JOIN users WHERE users.id = bans.user_id AND bans.room_id = ?1 AND bans.user_id > ?2 \
    AND (bans.ends_at IS NULL OR bans.ends_at > ?3) ORDER BY bans.user_id LIMIT ?4"
);

const BAN: &str = "INSERT INTO bans (room_id, user_id, by_id, reason, created_at, ends_at) \
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (room_id, user_id) DO UPDATE SET by_id = excluded.by_id, \
    reason = excluded.reason, created_at = excluded.created_at, ends_at = excluded.ends_at";

const LIFT: &str = "DELETE FROM bans WHERE room_id = ? AND user_id = ?";
