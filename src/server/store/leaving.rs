//! Accounts that are deleted: at once nobody is signed in to them, and what they leave behind goes in pieces.
//!
//! *Invariant:* what is still to be done stands on the person's row, so that a restart goes on with it. Each message that
//! changes takes its room's next `seq`, as every change does. A room that has members keeps an owner.

use super::Store;
use super::administration::{PersonFacts, facts};
use super::authorship::Authored;
use super::beside;
use super::db::{self, Db, Row, statement, values};
use super::direct;
use super::failure;
use super::house;
use super::members;
use super::mention_counts;
use super::mentions;
use super::messages;
use super::reactions;
use super::saved;
use super::sessions::{self, Ending, ended};
use super::standing_told;
use super::tables::{MessageRow, UserRow, message_columns, user_columns};
use super::writer::Written;
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::{MS_PER_DAY, Number, RoomId, RoomRole, Timestamp, User, UserId};

/// Messages, or memberships, in a piece.
const PIECE: i64 = 50;
/// Milliseconds for which the name is nobody else's: thirty days.
const HELD_FOR: i64 = 30 * MS_PER_DAY;

/// What becomes of the messages of who leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// They stay, under the name of somebody who left.
    Keep,
    /// They are deleted, which leaves tombstones.
    Delete,
}

impl Leaving {
    fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Delete => "delete",
        }
    }
}

/// Somebody whose account was deleted, and what is to be done.
struct Leaver {
    id: UserId,
    name: String,
    leaving: Leaving,
    /// Up to which idempotency key their messages are done.
    after: String,
}

impl Store {
    /// Deletes an account, unless `decide` refuses: it has this name from now on, and no password, session, block or
    /// role. What it leaves behind goes with [`Store::sweep_leaver`].
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] when there is none, what `decide` answers, or the database failed.
    pub async fn leave_house(
        &self,
        user: UserId,
        name: &'static str,
        leaving: Leaving,
        now: Timestamp,
        decide: impl Fn(&PersonFacts) -> Result<(), ServiceError> + Send + 'static,
    ) -> Result<(), ServiceError> {
        self.write(move |db| {
            decide(&facts(db, user)?)?;
            statement(db, HOLD)?.execute(values![user, now.0 + HELD_FOR])?;
            let seq = house::take(db)?;
            statement(db, LEAVE)?.execute(values![user, name, leaving.name(), seq])?;
            // What they wrote as guests before they signed in goes the same way.
            statement(db, LEAVE_AS_GUESTS)?.execute(values![user, name, leaving.name()])?;
            for sql in [NO_PASSWORD, NO_CODES, NO_BROWSERS, NO_BLOCKS, NO_REQUESTS] {
                statement(db, sql)?.execute(values![user])?;
            }
            mentions::forget(db, user)?;
            saved::forget(db, user)?;
            let gone = sessions::end(db, user, Ending::All)?;
            let left = statement(db, USER)?.row(values![user], UserRow::read)?;
            let renamed = Publication::Renamed {
                user: User::from(left.ok_or_else(failure::no_row)?),
                skeleton: String::new(),
                seq,
                within: None,
            };
            let mut publish: Vec<_> = ended(db, user, gone, false)?.into_iter().collect();
            publish.push(renamed);
            publish.extend(direct::renamed(db, user)?);
            Ok(Written { publish, value: () })
        })
        .await
    }

    /// Does a piece of what is to be done for somebody whose account was deleted: first their memberships, then
    /// their reactions and their messages. False: there is nobody.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sweep_leaver(&self, now: Timestamp) -> Result<bool, ServiceError> {
        let look = |db: &Db| Ok(statement(db, NEXT)?.exists(values![])?);
        if !self.read(look).await? {
            return Ok(false);
        }
        self.took_back();
        let ids = self.ids;
        self.write(move |db| {
            let Some(leaver) = statement(db, NEXT)?.row(values![], leaver)? else {
                return Ok(Written::quietly(()));
            };
            let rooms = statement(db, ROOMS)?
                .rows(values![leaver.id, PIECE], |row| Ok(RoomId(row.get(0)?)))?;
            if !rooms.is_empty() {
                let mut publish = Vec::new();
                for room in rooms {
                    let left = members::Ending::Left { keeps_role: true };
                    publish.extend(members::end(db, room, leaver.id, left)?);
                    publish.extend(hand_over(db, room, leaver.id)?);
                }
                return Ok(Written { publish, value: () });
            }
            if let Some(publish) = reactions::take_some(db, leaver.id, PIECE, ids)? {
                return Ok(Written { publish, value: () });
            }
            let values = values![leaver.id, &leaver.after, PIECE];
            let messages = statement(db, MESSAGES)?.rows(values, MessageRow::read)?;
            let mut publish = Vec::new();
            for message in &messages {
                let changed = change(db, &leaver, message, now)?;
                if let Some(changed) = changed {
                    let changed = beside::reading(db, changed.into_message(ids))?;
                    let mentioned = mention_counts::changed(db, &changed)?;
                    publish.extend([Publication::MessageChanged(changed), mentioned]);
                }
            }
            match messages.last() {
                Some(last) => {
                    statement(db, SO_FAR)?.execute(values![leaver.id, &last.client_id])?
                }
                None => statement(db, DONE)?.execute(values![leaver.id])?,
            };
            Ok(Written { publish, value: () })
        })
        .await?;
        Ok(true)
    }
}

fn leaver(row: &Row<'_>) -> db::Result<Leaver> {
    Ok(Leaver {
        id: UserId(row.get(0)?),
        name: row.get(1)?,
        leaving: match &*row.get::<String>(2)? {
            "keep" => Leaving::Keep,
            _ => Leaving::Delete,
        },
        after: row.get(3)?,
    })
}

/// A room that its last owner left is its moderator's who is there longest, or its member's.
fn hand_over(db: &Db, room: RoomId, from: UserId) -> db::Result<Vec<Publication>> {
    let was_owner = statement(db, WAS_OWNER)?.execute(values![room, from])? > 0;
    if !was_owner || members::owners(db, room)? > 0 {
        return Ok(Vec::new());
    }
    let heir = statement(db, HEIR)?.row(values![room], |row| Ok(UserId(row.get(0)?)))?;
    let Some(user) = heir else {
        return Ok(Vec::new());
    };
    standing_told::role(db, user, room, RoomRole::Owner)
}

/// Rewrites or deletes a message; nothing, in a room that is deleted, where it goes anyway.
fn change(
    db: &Db,
    leaver: &Leaver,
    message: &MessageRow,
    now: Timestamp,
) -> db::Result<Option<Authored>> {
    let seq = statement(db, NEXT_SEQ)?.row(values![message.room_id], |row| row.get::<i64>(0))?;
    let Some(seq) = seq else { return Ok(None) };
    statement(db, RENAME)?.execute(values![message.id, seq, &leaver.name])?;
    if leaver.leaving == Leaving::Delete {
        messages::forget_what_hangs_on(db, message.id)?;
        statement(db, DELETE)?.execute(values![message.id, now])?;
        mentions::remove(db, RoomId(message.room_id), Number(message.number))?;
    }
    messages::of_row(db, message.id)
}

const HOLD: &str = "INSERT INTO former_names (user_id, name, skeleton, held_until) \
    SELECT id, name, skeleton, ?2 FROM users WHERE id = ?1";

const LEAVE: &str = "UPDATE users SET name = ?2, folded = '', skeleton = '', bio = '', utc_offset = NULL, mail = '', role = 'member', \
    state = 'deleted', leaving = ?3, left_after = '', seq = ?4 WHERE id = ?1";

const LEAVE_AS_GUESTS: &str = "UPDATE users SET name = ?2, folded = '', skeleton = '', leaving = ?3, \
    left_after = '' WHERE merged_into = ?1";

const NO_PASSWORD: &str = "DELETE FROM credentials WHERE user_id = ?";

const NO_CODES: &str = "DELETE FROM one_time_codes WHERE user_id = ?";

const NO_BROWSERS: &str = "DELETE FROM known_browsers WHERE user_id = ?";

const NO_BLOCKS: &str = "DELETE FROM blocks WHERE user_id = ?";

const NO_REQUESTS: &str = "DELETE FROM join_requests WHERE user_id = ?";

const USER: &str = concat!("SELECT ", user_columns!(), " FROM users WHERE id = ?");

const NEXT: &str =
    "SELECT id, name, leaving, left_after FROM users WHERE leaving <> '' ORDER BY id LIMIT 1";

/// A direct room stays what it is to the others.
const ROOMS: &str = "SELECT room_id FROM memberships JOIN rooms ON rooms.id = room_id \
    WHERE user_id = ? AND state = 'in' AND kind <> 'direct' AND deleted_at IS NULL LIMIT ?";

const WAS_OWNER: &str = "UPDATE memberships SET role = 'member' \
    WHERE room_id = ? AND user_id = ? AND role = 'owner'";

const HEIR: &str = "SELECT user_id FROM memberships JOIN users ON users.id = user_id \
    WHERE room_id = ? AND memberships.state = 'in' AND users.state = 'active' \
    ORDER BY users.kind = 'guest', memberships.role <> 'moderator', joined_at, user_id LIMIT 1";

const MESSAGES: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM messages WHERE author_id = ? AND client_id > ? ORDER BY client_id LIMIT ?"
);

const NEXT_SEQ: &str =
    "UPDATE rooms SET seq = seq + 1 WHERE id = ? AND deleted_at IS NULL RETURNING seq";

const RENAME: &str = "UPDATE messages SET seq = ?2, author_name = ?3 WHERE id = ?1";

const DELETE: &str = "UPDATE messages SET body = '', doc = NULL, gist = NULL, reactions = NULL, mentions_all = FALSE, \
    pinned_by = NULL, pinned_at = NULL, deleted_at = coalesce(deleted_at, ?2) WHERE id = ?1";

const SO_FAR: &str = "UPDATE users SET left_after = ?2 WHERE id = ?1";

const DONE: &str = "UPDATE users SET leaving = '', left_after = '' WHERE id = ?";
