//! A person's own stream: its `seq`, and what changed in it: the rooms they came to or left, how far they have read
//! them, whom they block, and their role on the server.
//!
//! A change takes the next `seq` in its own transaction and leaves it on the membership; one that ended stays as a
//! tombstone that has it. Posting moves one's read position without one: the room's own message tells that, and a send
//! is spared a statement. Receipts take theirs for all that a person has in a batch at once. Whom one blocks is told
//! whole, as it is now, with whatever part of the stream, and so is the role: no row keeps the `seq` of their changes.
//! *Invariant:* a client that applies the pages up to `to`, and the messages of its rooms, has the memberships and read
//! positions that its person had at `to`.

use super::Store;
use super::db::{self, Db, statement, values};
use super::house::{PAGE, TOO_MANY, has_too_many};
use super::known;
use super::members::ReadUpTo;
use super::mention_counts::{UnreadMentions, numbers, unread_mentions};
use super::tables::{InRoom, ToldOf, server_role};
use crate::error::ServiceError;
use parlour_protocol::{Membership, RoomId, RoomRole, Seq, ServerRole, UserId};
use std::collections::HashMap;

/// Every membership that changed in (`from`, `to`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonPage {
    /// Each as it is now, ordered by seq.
    pub rooms: Vec<Membership>,
    /// The person's role in each of them; `None` where they are no member.
    pub roles: Vec<Option<RoomRole>>,
    /// The seq after which the changes begin (exclusive).
    pub from: Seq,
    /// The seq up to which the changes go (inclusive).
    pub to: Seq,
    /// Whether `to` is the stream's present seq; otherwise ask again from `to`.
    pub complete: bool,
    /// Too much changed, or `from` is beyond the stream's seq.
    pub reset: bool,
    /// Whom the person blocks, as it is at the end of the stream.
    pub blocked: Vec<UserId>,
    /// The person's role on the server, likewise; `None` for who is no more, or was disabled.
    pub role: Option<ServerRole>,
}

/// What a socket knows of its person to begin with, read as one state.
#[derive(Clone, Debug, Default)]
pub struct PersonState {
    /// What they are called; `None` for who is no more.
    pub name: Option<String>,
    /// How far they have read each room they belong to.
    pub read: HashMap<RoomId, ReadUpTo>,
    /// What of those they have not read mentions them.
    pub mentions: UnreadMentions,
    /// The seq of their stream.
    pub me: Seq,
    /// Whom they block.
    pub blocked: Vec<UserId>,
    /// Their role on the server; `None` for who is no more, or was disabled.
    pub role: Option<ServerRole>,
}

/// What a person's own row says.
struct Own {
    me: Seq,
    name: String,
    role: Option<ServerRole>,
}

impl Store {
    /// What changed in the user's own stream after `after`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn person_since(&self, user: UserId, after: Seq) -> Result<PersonPage, ServiceError> {
        self.read(move |db| Ok(page(db, user, after)?)).await
    }

    /// What the user is called, how far they have read each room they belong to, and how far their stream has come.
    ///
    /// # Errors
    /// The database failed.
    pub async fn person_state(&self, user: UserId) -> Result<PersonState, ServiceError> {
        let read = move |db: &Db| {
            let own = own(db, user)?;
            let known::Known {
                read,
                mentions,
                blocked,
            } = known::of(db, user)?;
            Ok(PersonState {
                read,
                mentions,
                me: own.as_ref().map(|own| own.me).unwrap_or_default(),
                blocked,
                role: own.as_ref().and_then(|own| own.role),
                name: own.map(|own| own.name),
            })
        };
        self.read(read).await
    }
}

/// What the user's row says; `None` where there is no such user. To be asked first: what is read after it is at least as
/// new as the stream's `seq` in it.
fn own(db: &Db, user: UserId) -> db::Result<Option<Own>> {
    statement(db, OWN)?.row(values![user], |row| {
        let is_active: bool = row.get(4)?;
        let role = server_role(row.get(2)?, row.get(3)?);
        Ok(Own {
            me: Seq(row.get(0)?),
            name: row.get(1)?,
            role: is_active.then_some(role),
        })
    })
}

fn page(db: &Db, user: UserId, after: Seq) -> db::Result<PersonPage> {
    let own = own(db, user)?;
    let newest = own.as_ref().map_or(Seq::ZERO, |own| own.me);
    let mut page = PersonPage {
        rooms: Vec::new(),
        roles: Vec::new(),
        from: after,
        to: newest,
        complete: true,
        reset: true,
        blocked: known::blocked(db, user)?,
        role: own.and_then(|own| own.role),
    };
    let is_foreign = after < Seq::ZERO || after > newest;
    if is_foreign || has_too_many(db, COUNT, values![user, after, TOO_MANY + 1])? {
        return Ok(page);
    }
    page.reset = false;
    let behind = values![user, after, PAGE as i64 + 1];
    let mut changed = statement(db, CHANGED)?.rows(behind, |row| {
        let membership = Membership {
            room_id: RoomId(row.get(0)?),
            is_member: row.get(1)?,
            read: Seq(row.get(2)?),
            unread: row.get(3)?,
            mentions: numbers(row, 8)?.len() as i64,
            seq: Seq(row.get(4)?),
            is_favourite: row.get(5)?,
            level: {
                let ToldOf(level) = row.get(9)?;
                level
            },
        };
        let InRoom(role) = row.get(7)?;
        let role = membership.is_member.then_some(role);
        Ok(((membership, role), Seq(row.get(6)?)))
    })?;
    if changed.len() > PAGE {
        changed.truncate(PAGE);
        page.complete = false;
        page.to = changed.last().map_or(newest, |(_, seq)| *seq);
    }
    (page.rooms, page.roles) = changed.into_iter().map(|(told, _)| told).unzip();
    Ok(page)
}

const OWN: &str = "SELECT me_seq, name, kind, role, state = 'active' FROM users WHERE id = ?";

/// Of a room that one is no member of nothing is told but that.
const CHANGED: &str = concat!(
    "SELECT room_id, is_in, CASE WHEN is_in THEN read_seq ELSE 0 END, \
    CASE WHEN is_in THEN posts - read_posts ELSE 0 END, CASE WHEN is_in THEN seq ELSE 0 END, is_in AND is_favourite, me_seq, role, \
    CASE WHEN is_in THEN mentioned END, CASE WHEN is_in THEN level ELSE 'all' END \
    FROM (SELECT room_id, me_seq, is_favourite, level, read_seq, read_posts, posts, seq, role, \
    state = 'in' AND rooms.deleted_at IS NULL AS is_in, ",
    unread_mentions!(),
    " AS mentioned FROM memberships JOIN rooms ON rooms.id = room_id \
    WHERE user_id = ?1 AND me_seq > ?2) AS changed ORDER BY me_seq LIMIT ?3"
);

const COUNT: &str = "SELECT count(*) FROM \
    (SELECT 1 FROM memberships WHERE user_id = ?1 AND me_seq > ?2 LIMIT ?3) AS changed";
