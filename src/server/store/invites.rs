//! Invitations: made, listed, taken back, and accepted by people who were here and by guests who come with it.
//!
//! *Invariant:* of a code only its hash is stored. An invitation is used and who came by it is let in, in one
//! transaction: the last use is used once.

mod accepting;

pub use accepting::{Accepted, Accepting, Invites, WhichInvite};

use super::Store;
use super::db::{self, Db, Row, Value, statement, values};
use super::failure;
use super::members::{self, NewMembership};
use super::people::{self, NameHolder};
use super::requests::{self, Asked};
use super::roles::{roles, rules};
use super::rooms::{StoredRoom, Viewer, any, visible};
use super::tables::{InRoom, OnServer, UserRow, user_columns};
use super::writer::Written;
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::permissions::Roles;
use parlour_protocol::{
    MS_PER_DAY, RoomId, RoomRole, RoomRules, ServerRole, Timestamp, User, UserId,
};

/// Milliseconds after which an invitation that leads nowhere any more is forgotten: thirty days.
const FORGOTTEN_AFTER: i64 = 30 * MS_PER_DAY;

/// What an invitation leads to, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteTo {
    /// A room, with this role in it.
    Room(RoomId, RoomRole),
    /// The server: whoever comes by it may have an account with this role.
    Server(ServerRole),
}

impl InviteTo {
    /// The room, if it is to one.
    pub fn room(self) -> Option<RoomId> {
        match self {
            Self::Room(room, _) => Some(room),
            Self::Server(_) => None,
        }
    }

    /// The role's name, as it is stored and told.
    pub fn role(self) -> &'static str {
        match self {
            Self::Room(_, role) => role.name(),
            Self::Server(role) => role.name(),
        }
    }
}

/// An invitation to be made.
#[derive(Clone, Debug)]
pub struct InviteDraft {
    /// The person who invites.
    pub by: UserId,
    /// The SHA-256 of the code.
    pub code_hash: Vec<u8>,
    /// Where it leads to.
    pub to: InviteTo,
    /// Whether who comes by it asks to be let in.
    pub asks: bool,
    /// How many may come by it; `None` is any number.
    pub max_uses: Option<i64>,
    /// Until when; `None` is for ever.
    pub expires_at: Option<Timestamp>,
    /// When it is made.
    pub now: Timestamp,
}

/// An invitation without its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// By what it is named to those who may take it back; it opens nothing.
    pub id: i64,
    /// Where it leads to.
    pub to: InviteTo,
    /// The person who made it.
    pub by: User,
    /// When it was made.
    pub created_at: Timestamp,
    /// How many came by it.
    pub used: i64,
    /// How many may; `None` is any number.
    pub max_uses: Option<i64>,
    /// Until when; `None` is for ever.
    pub expires_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// Whether who comes by it asks to be let in.
    pub asks: bool,
}

/// What is known of who makes an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvitingFacts {
    /// Their roles; `None` for who is no more.
    pub roles: Option<Roles>,
    /// The rules of the room, if it is to one.
    pub room: Option<RoomRules>,
    /// How many invitations of theirs lead somewhere.
    pub open: i64,
}

/// What is known of an invitation and of who holds its code.
#[derive(Clone, Debug)]
pub struct InviteFacts {
    /// The invitation itself.
    pub invite: Invite,
    /// The roles of who made it, as they are now; `None` for who is no more.
    pub maker: Option<Roles>,
    /// The room it leads to, if that is there.
    pub room: Option<StoredRoom>,
    /// How many are in that room.
    pub members: i64,
    /// Whether who holds the code is a member of it.
    pub is_member: bool,
    /// What has become of their request to be let in.
    pub asked: Option<Asked>,
    /// Until when they are kept out of it, if they are; that may be over.
    pub kept_out: Option<Timestamp>,
}

impl InviteFacts {
    /// The room that who comes by it is in then; none, where they ask to be let in.
    pub(super) fn lets_into(self) -> Option<StoredRoom> {
        let asks = self.invite.asks && !self.is_member;
        self.room.filter(|_| !asks)
    }
}

impl Store {
    /// Makes an invitation, unless `decide` refuses it. Answers its id.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], what `decide` answers, or the database failed.
    pub async fn create_invite(
        &self,
        draft: InviteDraft,
        decide: fn(&InviteDraft, &InvitingFacts) -> Result<(), ServiceError>,
    ) -> Result<i64, ServiceError> {
        self.write(move |db| {
            let (by, now, room) = (draft.by, draft.now, draft.to.room());
            let open = statement(db, COUNT_OPEN)?.row(values![by, now], |row| row.get(0))?;
            let facts = InvitingFacts {
                roles: roles(db, by, room)?,
                room: seen_rules(db, by, room)?,
                open: open.unwrap_or_default(),
            };
            decide(&draft, &facts)?;
            let forgotten = Timestamp(now.0 - FORGOTTEN_AFTER);
            statement(db, FORGET)?.execute(values![by, forgotten])?;
            let id = statement(db, MAKE)?.insert(values![
                &draft.code_hash,
                room,
                draft.to.role(),
                by,
                now,
                draft.max_uses,
                draft.expires_at,
                draft.asks,
            ])?;
            Ok(Written::quietly(id))
        })
        .await
    }

    /// What is known of the invitation of this code, for this person or a visitor.
    ///
    /// # Errors
    /// [`ServiceError::InviteNotFound`] for no invitation's code, or the database failed.
    pub async fn invite(
        &self,
        code_hash: Vec<u8>,
        holder: Option<UserId>,
    ) -> Result<InviteFacts, ServiceError> {
        self.read(move |db| facts(db, &WhichInvite::Code(code_hash.clone()), holder))
            .await
    }

    /// Accepts the invitation of this code, unless `decide` refuses it, or `decide_name` the name of the guest who would
    /// be made. Who is a member of its room stays as they are, and it counts as not used.
    ///
    /// # Errors
    /// [`ServiceError::InviteNotFound`], what is decided, or the database failed.
    pub async fn accept_invite(
        &self,
        code_hash: Vec<u8>,
        who: Accepting,
        now: Timestamp,
        decide: fn(&InviteFacts, Timestamp) -> Result<(), ServiceError>,
        decide_name: fn(&[NameHolder]) -> Result<(), ServiceError>,
    ) -> Result<Accepted, ServiceError> {
        self.write(move |db| {
            let holder = match &who {
                Accepting::Known(user) => Some(*user),
                Accepting::New(_) => None,
            };
            let which = WhichInvite::Code(code_hash.clone());
            let facts = facts(db, &which, holder)?;
            if facts.is_member {
                return Ok(Written::quietly(Accepted {
                    guest: None,
                    room: facts.room,
                    asked: None,
                }));
            }
            if facts.asked.is_some() {
                return Ok(Written::quietly(Accepted {
                    guest: None,
                    room: None,
                    asked: facts.asked,
                }));
            }
            decide(&facts, now)?;
            let guest = match &who {
                Accepting::Known(_) => None,
                Accepting::New(draft) => {
                    let is_confined = facts.room.is_some();
                    Some(people::insert_guest(db, draft, is_confined, decide_name)?)
                }
            };
            let user = match (&who, &guest) {
                (Accepting::Known(user), _) => *user,
                (_, Some(guest)) => guest.id,
                (_, None) => return Err(failure::no_row().into()),
            };
            // Nobody needs one to a server that they are on.
            let publish = match guest.is_some() || facts.room.is_some() {
                true => come(db, &facts, user, now)?,
                false => Vec::new(),
            };
            Ok(Written {
                publish,
                value: Accepted {
                    guest,
                    asked: facts.invite.asks.then_some(Asked::Waiting),
                    room: facts.lets_into(),
                },
            })
        })
        .await
    }

    /// Takes an invitation back, unless `decide` refuses it for its facts and the roles of who asks. Twice is once.
    ///
    /// # Errors
    /// [`ServiceError::InviteNotFound`], what `decide` answers, or the database failed.
    pub async fn revoke_invite(
        &self,
        which: WhichInvite,
        by: UserId,
        now: Timestamp,
        decide: fn(UserId, &InviteFacts, Option<Roles>) -> Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        self.write(move |db| {
            let facts = facts(db, &which, Some(by))?;
            let seen = match facts.invite.to.room() {
                // What one may not see decides nothing.
                Some(room) if seen_rules(db, by, Some(room)).is_err() => None,
                room => roles(db, by, room)?,
            };
            decide(by, &facts, seen)?;
            statement(db, REVOKE)?.execute(values![facts.invite.id, now])?;
            Ok(Written::quietly(()))
        })
        .await
    }

    /// Up to `limit` invitations that lead somewhere, the newest first, those made before the one of the id `before`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn invites(
        &self,
        which: Invites,
        now: Timestamp,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Invite>, ServiceError> {
        let read = move |db: &Db| {
            let (before, limit) = (before.unwrap_or(i64::MAX), limit as i64);
            let list = |sql, values: &[Value<'_>]| statement(db, sql)?.rows(values, read_invite);
            Ok(match which {
                Invites::Own(by) => list(LIST_OWN, values![now, before, limit, by]),
                Invites::OwnAndServer(by) => {
                    list(LIST_OWN_AND_SERVER, values![now, before, limit, by])
                }
                Invites::OwnTo(by, room) => {
                    list(LIST_OWN_TO, values![now, before, limit, room, by])
                }
                Invites::AllTo(room) => list(LIST_ALL_TO, values![now, before, limit, room]),
            }?)
        };
        self.read(read).await
    }

    /// The roles of a person on the server and in a room that they may see, and that room's rules.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], or the database failed.
    pub async fn roles_in(
        &self,
        user: UserId,
        room: RoomId,
    ) -> Result<(Option<Roles>, RoomRules), ServiceError> {
        self.read(move |db| {
            let rules = seen_rules(db, user, Some(room))?;
            Ok((
                roles(db, user, Some(room))?,
                rules.ok_or(ServiceError::RoomNotFound)?,
            ))
        })
        .await
    }
}

/// The rules of a room, for who may see it.
fn seen_rules(
    db: &Db,
    user: UserId,
    room: Option<RoomId>,
) -> Result<Option<RoomRules>, ServiceError> {
    let Some(room) = room else {
        return Ok(None);
    };
    visible(db, Viewer(Some(user)), room)?;
    Ok(rules(db, room)?)
}

/// What is known of an invitation, for this person or a visitor, in a transaction that does more.
pub(super) fn facts(
    db: &Db,
    which: &WhichInvite,
    holder: Option<UserId>,
) -> Result<InviteFacts, ServiceError> {
    let found = match which {
        WhichInvite::Id(id) => statement(db, BY_ID)?.row(values![*id], read_invite)?,
        WhichInvite::Code(hash) => statement(db, BY_CODE)?.row(values![hash], read_invite)?,
    };
    let invite = found.ok_or(ServiceError::InviteNotFound)?;
    let maker = roles(db, invite.by.id, invite.to.room())?;
    let mut facts = InviteFacts {
        invite,
        maker,
        room: None,
        members: 0,
        is_member: false,
        asked: None,
        kept_out: None,
    };
    let Some(id) = facts.invite.to.room() else {
        return Ok(facts);
    };
    facts.room = any(db, id)?.map(StoredRoom::from);
    facts.members = members::count(db, id)?;
    if let Some(holder) = holder {
        facts.is_member = members::is_member(db, holder, id)?;
        if facts.invite.asks {
            facts.asked = requests::asked(db, holder, id)?;
        }
        facts.kept_out = members::kept_out(db, holder, id)?;
    }
    Ok(facts)
}

/// Somebody comes by an invitation that leads somewhere: it is used, and they are let into its room; what is published of
/// that.
pub(super) fn come(
    db: &Db,
    facts: &InviteFacts,
    user: UserId,
    now: Timestamp,
) -> db::Result<Vec<Publication>> {
    statement(db, USE)?.execute(values![facts.invite.id])?;
    match (&facts.room, facts.invite.to) {
        (Some(room), _) if facts.invite.asks && !facts.is_member => {
            requests::ask(db, user, room.room.id, now)
        }
        (Some(room), InviteTo::Room(_, role)) if !facts.is_member => {
            members::begin(db, room, user, &NewMembership::of(room, role, now))
        }
        _ => Ok(Vec::new()),
    }
}

fn read_invite(row: &Row<'_>) -> db::Result<Invite> {
    let by = User::from(UserRow::read(row)?);
    let at = UserRow::COUNT;
    let room: Option<i64> = row.get(at + 1)?;
    let to = match room {
        Some(room) => {
            let InRoom(role) = row.get(at + 2)?;
            InviteTo::Room(RoomId(room), role)
        }
        None => {
            let OnServer(role) = row.get(at + 2)?;
            InviteTo::Server(role)
        }
    };
    let time = |column| Ok::<_, crate::StoreError>(row.get::<Option<i64>>(column)?.map(Timestamp));
    Ok(Invite {
        id: row.get(at)?,
        to,
        by,
        created_at: Timestamp(row.get(at + 3)?),
        used: row.get(at + 4)?,
        max_uses: row.get(at + 5)?,
        expires_at: time(at + 6)?,
        revoked_at: time(at + 7)?,
        asks: row.get(at + 8)?,
    })
}

/// Invitations with who made them.
macro_rules! invites {
    ($($which:literal)+) => {
        concat!(
            "SELECT ",
            user_columns!(),
            ", invites.id, room_id, invites.role, invites.created_at, used, max_uses, expires_at, revoked_at, asks \
            FROM invites JOIN users ON users.id = created_by WHERE ",
            $($which),+
        )
    };
}

/// A part of those that lead somewhere at the time `?1`.
macro_rules! list {
    ($which:literal) => {
        invites!(
            "invites.id < ?2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?1) \
            AND (max_uses IS NULL OR used < max_uses) AND (room_id IS NULL OR EXISTS \
            (SELECT 1 FROM rooms WHERE rooms.id = room_id AND deleted_at IS NULL)) AND "
            $which
            " ORDER BY invites.id DESC LIMIT ?3"
        )
    };
}

const BY_ID: &str = invites!("invites.id = ?");

const BY_CODE: &str = invites!("code_hash = ?");

const LIST_OWN: &str = list!("created_by = ?4");

const LIST_OWN_AND_SERVER: &str = list!("(created_by = ?4 OR room_id IS NULL)");

const LIST_OWN_TO: &str = list!("room_id = ?4 AND created_by = ?5");

const LIST_ALL_TO: &str = list!("room_id = ?4");

const COUNT_OPEN: &str = concat!(
    "SELECT count(*) FROM (SELECT 1 FROM invites WHERE ",
    "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2) \
    AND (max_uses IS NULL OR used < max_uses) AND created_by = ?1 LIMIT 1000) AS open"
);

const MAKE: &str = "INSERT INTO invites \
    (code_hash, room_id, role, created_by, created_at, max_uses, expires_at, asks) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id";

const USE: &str = "UPDATE invites SET used = used + 1 WHERE id = ?";

const REVOKE: &str = "UPDATE invites SET revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1";

/// Those of one person that lead nowhere since this time. Of one that was used up it is not known since when.
const FORGET: &str = "DELETE FROM invites WHERE created_by = ?1 \
    AND (revoked_at < ?2 OR expires_at < ?2 OR (used >= max_uses AND created_at < ?2))";
