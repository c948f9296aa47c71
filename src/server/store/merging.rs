//! A guest who signs in to an account: one person from then on.
//!
//! No message is rewritten: whose one of the guest's is says `users.merged_into` of its author, and a change in the
//! house's stream tells who shows them. What says which rooms the person sees, how far they have read, and who they are
//! to others moves to the account in one transaction: memberships, bans, blocks, invitations, and what they asked for;
//! and of two reactions that are one person's from then on one goes.
//! *Invariant:* a guest who has become somebody else is not `active`: no session of theirs is left, and they post nothing.

use super::Store;
use super::cards;
use super::db::{self, Db, Row, statement, values};
use super::direct;
use super::house;
use super::members;
use super::mentions;
use super::person_seqs;
use super::reactions;
use super::rooms::{Viewer, begins, visible};
use super::saved;
use super::sessions::{self, Ending, SessionDraft};
use super::tables::{InRoom, ToldOf};
use super::writer::Written;
use crate::error::ServiceError;
use crate::events::Publication;
use crate::scope::SessionId;
use parlour_protocol::{LeftReason, Level, RoomId, RoomRole, Seq, Timestamp, UserId};

/// A guest who signs in.
#[derive(Clone, Debug)]
pub struct MergeDraft {
    /// The guest who signs in.
    pub guest: UserId,
    /// The session of theirs in the place of which the account's begins.
    pub session: SessionId,
    /// The account that they sign in to.
    pub account: UserId,
    /// The account's session.
    pub begins: SessionDraft,
}

/// How somebody stands to a room, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Held {
    is_in: bool,
    role: RoomRole,
    read_seq: Seq,
    read_posts: i64,
    joined_at: Timestamp,
    wrote: bool,
    /// How many posts a direct room had when it was hidden; -1 for one that is not.
    hid_posts: i64,
    is_favourite: bool,
    level: Level,
}

impl Store {
    /// Begins a session of the account, which the guest is from now on. Who is no guest any more, since they did so twice
    /// at once, stays who they are.
    ///
    /// # Errors
    /// The database failed.
    pub async fn merge(&self, draft: MergeDraft) -> Result<(), ServiceError> {
        let ids = self.ids;
        self.write(move |db| {
            let (guest, account) = (draft.guest, draft.account);
            let mut publish = Vec::new();
            publish.extend(sessions::begin_one_more(db, account, &draft.begins)?);
            if statement(db, MERGE)?.execute(values![guest, account])? == 1 {
                let seq = house::take(db)?;
                statement(db, CHANGED)?.execute(values![guest, seq])?;
                publish.extend(end_sessions(db, guest, draft.session)?);
                move_bans(db, guest, account)?;
                publish.extend(move_memberships(db, &draft)?);
                publish.extend(block_as_them(db, guest, account)?);
                for sql in [BLOCK_AS_THEM, INVITED_BY_THEM, ASKED_BY_THEM] {
                    statement(db, sql)?.execute(values![guest, account])?;
                }
                mentions::merge(db, guest, account)?;
                saved::merge(db, guest, account)?;
                statement(db, ASKED_TWICE)?.execute(values![guest])?;
                move_direct_keys(db, &draft)?;
                publish.extend(reactions::unite(db, guest, account, ids)?);
                publish.extend(direct::renamed(db, account)?);
                // What the guest wrote is shown as the account's from now on.
                publish.extend(house::publications_since(db, Seq(seq.0 - 1))?);
                // Sockets of the account that are there know of nobody whom it was.
                publish.push(Publication::RoleChanged {
                    user: account,
                    me: person_seqs::take(db, account)?,
                });
            }
            Ok(Written { publish, value: () })
        })
        .await
    }
}

/// In this browser another one takes its place; elsewhere nobody has signed in.
fn end_sessions(
    db: &Db,
    guest: UserId,
    session: SessionId,
) -> db::Result<impl Iterator<Item = Publication>> {
    let renewed = sessions::end(db, guest, Ending::One(session))?;
    let others = sessions::end(db, guest, Ending::All)?;
    let renewed = sessions::ended(db, guest, renewed, true)?;
    Ok(renewed
        .into_iter()
        .chain(sessions::ended(db, guest, others, false)?))
}

/// Whoever blocks the guest blocks the account from now on, and hears of it on all their devices.
fn block_as_them(db: &Db, guest: UserId, account: UserId) -> db::Result<Vec<Publication>> {
    let by = statement(db, BLOCKED_AS_THEM)?
        .rows(values![guest, account], |row| Ok(UserId(row.get(0)?)))?;
    let by = by.into_iter();
    let mut publish = Vec::new();
    for user in by {
        publish.extend(cards::blocks_changed(db, user, account, true)?);
    }
    Ok(publish)
}

/// Of two bans from one room the longer one is left.
fn move_bans(db: &Db, guest: UserId, account: UserId) -> db::Result<()> {
    for sql in [FORGET_SHORTER_BANS, FORGET_OTHER_BANS, MOVE_BANS] {
        statement(db, sql)?.execute(values![guest, account])?;
    }
    Ok(())
}

fn move_memberships(db: &Db, draft: &MergeDraft) -> Result<Vec<Publication>, ServiceError> {
    let (guest, account) = (draft.guest, draft.account);
    let rooms = statement(db, HELD)?.rows(values![guest], |row| {
        Ok((RoomId(row.get(0)?), held(row, 1)?))
    })?;
    statement(db, LET_GO)?.execute(values![guest])?;
    let mut publish = Vec::new();
    for (room, by_guest) in rooms {
        let by_account = statement(db, HELD_IN)?.row(values![room, account], |row| held(row, 0))?;
        let is_banned =
            statement(db, IS_BANNED)?.exists(values![room, account, draft.begins.now])?;
        let now = united(by_guest, by_account, is_banned);
        let is_shown = !members::is_visible_to(db, account, room)?;
        let me = person_seqs::take(db, account)?;
        hold(db, room, account, &now, me)?;
        publish.extend(changed(db, room, account, by_account, &now, me, is_shown)?);
    }
    // Of rooms that the guest was not in, but was banned from.
    let banned = statement(db, BANNED_FROM)?.rows(values![account, draft.begins.now], |row| {
        Ok(RoomId(row.get(0)?))
    })?;
    for room in banned {
        let ending = members::Ending::By(LeftReason::Banned);
        publish.extend(members::end(db, room, account, ending)?);
    }
    Ok(publish)
}

/// What the account's devices are told of a room.
fn changed(
    db: &Db,
    room: RoomId,
    account: UserId,
    before: Option<Held>,
    now: &Held,
    me: Seq,
    is_shown: bool,
) -> Result<Vec<Publication>, ServiceError> {
    let was_in = before.is_some_and(|before| before.is_in);
    Ok(match (was_in, now.is_in) {
        (false, true) => {
            let seen = visible(db, Viewer(Some(account)), room)?.into_room();
            begins(&seen, is_shown, account, now.read_posts, me)
        }
        (true, true) => vec![Publication::Read {
            user: account,
            room,
            seq: now.read_seq,
            read_posts: now.read_posts,
            is_asked: true,
            me,
        }],
        (true, false) => {
            let is_gone = !members::is_visible_to(db, account, room)?;
            let hidden = is_gone.then_some(Publication::RoomHidden {
                room,
                user: account,
            });
            let left = Publication::Left {
                room,
                user: account,
                me,
                reason: Some(LeftReason::Banned),
            };
            [left].into_iter().chain(hidden).collect()
        }
        (false, false) => Vec::new(),
    })
}

/// How one stands to a room who stood to it as these two: in it as either was, in the higher role, with all read that
/// either has. Who is banned from it is not in it, unless they keep order there.
fn united(guest: Held, account: Option<Held>, is_banned: bool) -> Held {
    let both = [Some(guest), account];
    let both = || both.into_iter().flatten();
    // What one was before they left is not what they are; but an owner stays that.
    let role = |held: Held| match held.is_in || held.role == RoomRole::Owner {
        true => held.role,
        false => RoomRole::Visitor,
    };
    let role = both().map(role).max().unwrap_or(RoomRole::Visitor);
    let is_in = both().any(|held| held.is_in) && (!is_banned || role >= RoomRole::Moderator);
    let counts = || both().filter(|held| held.is_in == both().any(|held| held.is_in));
    let read = counts().max_by_key(|held| held.read_seq).unwrap_or(guest);
    Held {
        is_in,
        role: role.max(RoomRole::Member),
        read_seq: read.read_seq,
        read_posts: read.read_posts,
        joined_at: counts()
            .map(|held| held.joined_at)
            .min()
            .unwrap_or(guest.joined_at),
        wrote: both().any(|held| held.wrote),
        hid_posts: counts()
            .map(|held| held.hid_posts)
            .min()
            .unwrap_or(guest.hid_posts),
        is_favourite: is_in && both().any(|held| held.is_favourite),
        // Who was told of less as the guest is so still, unless they are in it with the account.
        level: counts().next_back().map_or(guest.level, |held| held.level),
    }
}

/// A direct room is that of the person with the others now, unless they have one as who they signed in to: there is one
/// for a set of people. The guest's can be read then, and is written in no more.
fn move_direct_keys(db: &Db, draft: &MergeDraft) -> db::Result<()> {
    let rooms = statement(db, DIRECT)?.rows(values![draft.account], |row| {
        Ok((RoomId(row.get(0)?), row.get::<String>(1)?))
    })?;
    for (room, key) in rooms {
        let people = direct::read_key(&key);
        if !people.contains(&draft.guest) {
            continue;
        }
        let them = |user: UserId| match user == draft.guest {
            true => draft.account,
            false => user,
        };
        let people = people.into_iter().map(them).collect();
        let key = direct::key(&people);
        let is_taken = people.len() < 2 || statement(db, HAS_KEY)?.exists(values![&key])?;
        match is_taken {
            true => statement(db, ARCHIVE)?.execute(values![room, draft.begins.now])?,
            false => statement(db, SET_KEY)?.execute(values![room, &key])?,
        };
    }
    Ok(())
}

/// Of a row that has its columns from here on.
fn held(row: &Row<'_>, first: usize) -> db::Result<Held> {
    let InRoom(role) = row.get(first + 1)?;
    Ok(Held {
        is_in: row.get(first)?,
        role,
        read_seq: Seq(row.get(first + 2)?),
        read_posts: row.get(first + 3)?,
        joined_at: Timestamp(row.get(first + 4)?),
        wrote: row.get(first + 5)?,
        hid_posts: row.get(first + 6)?,
        is_favourite: row.get(first + 7)?,
        level: {
            let ToldOf(level) = row.get(first + 8)?;
            level
        },
    })
}

fn hold(db: &Db, room: RoomId, user: UserId, held: &Held, me: Seq) -> db::Result<()> {
    let state = match held.is_in {
        true => "in",
        false => "out",
    };
    let values = values![
        room,
        user,
        state,
        InRoom(held.role),
        held.read_seq,
        held.read_posts,
        held.joined_at,
        held.wrote,
        held.hid_posts,
        held.is_favourite,
        ToldOf(held.level),
        me
    ];
    statement(db, HOLD)?.execute(values).map(drop)
}

const MERGE: &str = "UPDATE users SET state = 'merged', merged_into = ?2 \
    WHERE id = ?1 AND kind = 'guest' AND state = 'active'";

const CHANGED: &str = "UPDATE users SET seq = ?2 WHERE id = ?1";

const HELD: &str = "SELECT room_id, state = 'in', role, read_seq, read_posts, joined_at, wrote, hid_posts, \
    is_favourite, level FROM memberships JOIN rooms ON rooms.id = room_id WHERE user_id = ? AND deleted_at IS NULL";

const HELD_IN: &str = "SELECT state = 'in', role, read_seq, read_posts, joined_at, wrote, hid_posts, is_favourite, level \
    FROM memberships WHERE room_id = ? AND user_id = ?";

const LET_GO: &str = "DELETE FROM memberships WHERE user_id = ?";

const HOLD: &str = "INSERT INTO memberships \
    (room_id, user_id, state, role, read_seq, read_posts, joined_at, wrote, hid_posts, is_favourite, level, me_seq) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (room_id, user_id) DO UPDATE SET \
    state = excluded.state, role = excluded.role, read_seq = excluded.read_seq, \
    read_posts = excluded.read_posts, joined_at = excluded.joined_at, wrote = excluded.wrote, \
    hid_posts = excluded.hid_posts, is_favourite = excluded.is_favourite, level = excluded.level, me_seq = excluded.me_seq";

const IS_BANNED: &str = "SELECT 1 FROM bans WHERE room_id = ? AND user_id = ? \
    AND (ends_at IS NULL OR ends_at > ?)";

const BANNED_FROM: &str = "SELECT bans.room_id FROM bans JOIN memberships \
    ON memberships.room_id = bans.room_id AND memberships.user_id = bans.user_id \
    WHERE bans.user_id = ?1 AND (ends_at IS NULL OR ends_at > ?2) AND state = 'in' \
    AND role NOT IN ('owner', 'moderator')";

const FORGET_SHORTER_BANS: &str = "DELETE FROM bans WHERE user_id = ?2 AND EXISTS \
    (SELECT 1 FROM bans AS other WHERE other.room_id = bans.room_id AND other.user_id = ?1 \
    AND (other.ends_at IS NULL OR other.ends_at > bans.ends_at))";

const FORGET_OTHER_BANS: &str = "DELETE FROM bans WHERE user_id = ?1 AND EXISTS \
    (SELECT 1 FROM bans AS other WHERE other.room_id = bans.room_id AND other.user_id = ?2)";

const MOVE_BANS: &str = "UPDATE bans SET user_id = ?2 WHERE user_id = ?1";

const BLOCK_AS_THEM: &str = "INSERT INTO blocks (user_id, blocked_id, blocked_at) \
    SELECT CAST(?2 AS BIGINT), blocked_id, blocked_at FROM blocks \
    WHERE user_id = ?1 AND blocked_id <> ?2 ON CONFLICT (user_id, blocked_id) DO NOTHING";

const BLOCKED_AS_THEM: &str = "INSERT INTO blocks (user_id, blocked_id, blocked_at) \
    SELECT user_id, CAST(?2 AS BIGINT), blocked_at FROM blocks \
    WHERE blocked_id = ?1 AND user_id <> ?2 ON CONFLICT (user_id, blocked_id) DO NOTHING RETURNING user_id";

const INVITED_BY_THEM: &str = "UPDATE invites SET created_by = ?2 WHERE created_by = ?1";

const ASKED_BY_THEM: &str = "UPDATE join_requests SET user_id = ?2 WHERE user_id = ?1 AND NOT EXISTS \
    (SELECT 1 FROM join_requests AS other WHERE other.room_id = join_requests.room_id AND other.user_id = ?2)";

const ASKED_TWICE: &str = "DELETE FROM join_requests WHERE user_id = ?";

const DIRECT: &str = "SELECT rooms.id, direct_key FROM memberships \
    JOIN rooms ON rooms.id = room_id WHERE user_id = ? AND direct_key IS NOT NULL";

const HAS_KEY: &str = "SELECT 1 FROM rooms WHERE direct_key = ?";

const SET_KEY: &str = "UPDATE rooms SET direct_key = ?2 WHERE id = ?1";

const ARCHIVE: &str = "UPDATE rooms SET archived_at = ?2 WHERE id = ?1";

#[cfg(test)]
mod tests {
    use super::*;

    fn held(is_in: bool, role: RoomRole, read: i64) -> Held {
        Held {
            is_in,
            role,
            read_seq: Seq(read),
            read_posts: read,
            joined_at: Timestamp(read),
            wrote: false,
            hid_posts: -1,
            is_favourite: false,
            level: Level::All,
        }
    }

    #[test]
    fn one_is_in_a_room_as_either_was_and_has_read_what_either_has() {
        let member = held(true, RoomRole::Member, 7);
        assert_eq!(united(member, None, false), member);
        let owner = held(true, RoomRole::Owner, 3);
        let both = united(member, Some(owner), false);
        assert_eq!((both.role, both.read_seq), (RoomRole::Owner, Seq(7)));
        assert_eq!(both.joined_at, Timestamp(3));
        assert_eq!(united(owner, Some(member), false), both);
        // What was read before leaving is read no more, nor is it a role.
        let former = held(false, RoomRole::Moderator, 9);
        assert_eq!(united(member, Some(former), false), member);
        assert_eq!(united(former, Some(member), false), member);
        let left = held(false, RoomRole::Owner, 9);
        assert_eq!(united(member, Some(left), false).role, RoomRole::Owner);
        assert!(!united(former, Some(left), false).is_in);
    }

    #[test]
    fn who_was_banned_as_either_is_not_in_the_room_unless_they_keep_order_there() {
        let member = held(true, RoomRole::Member, 7);
        assert!(!united(member, Some(member), true).is_in);
        let moderator = held(true, RoomRole::Moderator, 7);
        assert!(united(member, Some(moderator), true).is_in);
    }
}
