//! Reactions to messages: who reacted with what, and what of it stands on the message.
//!
//! *Invariant:* a reaction that comes or goes takes the room's next `seq` in its own transaction and leaves it on its
//! message, together with the list of all; the rows of the table are what that list counts. A message that is deleted counts
//! none, and has none once its author cannot have it back.

use super::Store;
use super::beside;
use super::db::{self, Db, statement, values};
use super::direct::is_refused;
use super::members::{Standing, standing};
use super::message_ids::MessageIds;
use super::messages::{self, Changed, numbered};
use super::rooms::{Viewer, visible};
use super::tables::{Counted, MessageRow, UserRow, user_columns};
use super::writer::Written;
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::reactions::turn;
use parlour_protocol::{Message, Number, Reaction, RoomId, Timestamp, User, UserId};

/// A reaction that is to come or to go.
#[derive(Clone, Debug)]
pub struct ReactionDraft {
    /// The user who reacts.
    pub user: UserId,
    /// The guests that they were: a reaction of one of these is theirs.
    pub was: Vec<UserId>,
    /// The room of the message.
    pub room: RoomId,
    /// The number of the message in its room.
    pub number: Number,
    /// The emoji it is.
    pub emoji: String,
    /// Whether it is to be there.
    pub on: bool,
    /// When they do.
    pub at: Timestamp,
}

/// A reaction of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnReaction {
    /// The room of the message.
    pub room: RoomId,
    /// The number of the message in its room.
    pub number: Number,
    /// The emoji it is.
    pub emoji: String,
    /// When they reacted.
    pub at: Timestamp,
}

impl Store {
    /// Lets a reaction come or go, unless `decide` refuses it for how the user stands to the room, for the message as it
    /// is, and for whether the reaction is there already; false leaves it as it is.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`], what `decide` answers, or the
    /// database failed.
    pub async fn react(
        &self,
        draft: ReactionDraft,
        decide: impl Fn(&Standing, &Message, bool) -> Result<bool, ServiceError> + Send + 'static,
    ) -> Result<Changed, ServiceError> {
        let ids = self.ids;
        self.write(move |db| {
            let ReactionDraft {
                user, room, number, ..
            } = draft;
            let standing = standing(db, user, room)?;
            let mut found = numbered(db, room, number)?;
            let there = theirs(db, found.row.id, &draft)?;
            let before = found.clone().into_message(ids);
            if !decide(&standing, &before, there.is_some())? {
                return Ok(Written::quietly(Changed {
                    message: beside::reading(db, before)?,
                    is_new: false,
                }));
            }
            if statement(db, IS_REFUSED)?.exists(values![room, user])? {
                return Err(ServiceError::RoomNotFound);
            }
            let step = Step {
                emoji: &draft.emoji,
                user: there.unwrap_or(user),
                on: draft.on,
                at: draft.at,
            };
            if !take(db, &mut found.row, &step)? {
                return Err(ServiceError::RoomNotFound);
            }
            let message = beside::reading(db, found.into_message(ids))?;
            Ok(Written {
                publish: vec![step.publication(message.clone())],
                value: Changed {
                    message,
                    is_new: true,
                },
            })
        })
        .await
    }

    /// Which of these reactions, as `(number, emoji)`, are those of a user, or of a guest whom they were, to messages of a
    /// room with numbers from the first to the last.
    ///
    /// # Errors
    /// The database failed.
    pub async fn own_reactions(
        &self,
        user: UserId,
        room: RoomId,
        (first, last): (Number, Number),
    ) -> Result<Vec<(Number, String)>, ServiceError> {
        let read = move |db: &Db| Ok(own(db, user, room, (first, last))?);
        self.read(read).await
    }

    /// Up to `limit` people who reacted with an emoji, in the order of the ids that they had then, behind one of them; each
    /// with that id, and as who they are now.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`], or the database failed.
    pub async fn who_reacted(
        &self,
        viewer: impl Into<Viewer>,
        (room, number): (RoomId, Number),
        emoji: String,
        after: UserId,
        limit: u32,
    ) -> Result<Vec<(UserId, User)>, ServiceError> {
        let viewer = viewer.into();
        let read = move |db: &Db| {
            visible(db, viewer, room)?;
            let row = numbered(db, room, number)?.row;
            if row.deleted_at.is_some() {
                return Ok(Vec::new());
            }
            let values = values![row.id, &emoji, after, i64::from(limit)];
            let people = statement(db, WHO)?.rows(values, |row| {
                let user = User::from(UserRow::read(row)?);
                Ok((UserId(row.get(UserRow::COUNT)?), user))
            });
            Ok(people?)
        };
        self.read(read).await
    }

    /// Up to `limit` reactions of a user, in the order of their rooms and of the messages in these, behind one of them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn reactions_of(
        &self,
        user: UserId,
        after: (RoomId, Number, String),
        limit: usize,
    ) -> Result<Vec<OwnReaction>, ServiceError> {
        let read = move |db: &Db| {
            let (room, number, emoji) = (after.0, after.1, &after.2);
            let values = values![user, room, number, emoji, limit as i64];
            let reactions = statement(db, OF_USER)?.rows(values, |row| {
                Ok(OwnReaction {
                    room: RoomId(row.get(0)?),
                    number: Number(row.get(1)?),
                    emoji: row.get(2)?,
                    at: Timestamp(row.get(3)?),
                })
            });
            Ok(reactions?)
        };
        self.read(read).await
    }
}

/// One reaction that comes or goes.
struct Step<'s> {
    emoji: &'s str,
    user: UserId,
    on: bool,
    at: Timestamp,
}

impl Step<'_> {
    fn publication(&self, message: Message) -> Publication {
        Publication::Reacted {
            message,
            emoji: self.emoji.to_owned(),
            user: self.user,
            on: self.on,
        }
    }
}

/// Whose of a person's ids has this reaction.
fn theirs(db: &Db, message: i64, draft: &ReactionDraft) -> db::Result<Option<UserId>> {
    for user in [draft.user].into_iter().chain(draft.was.iter().copied()) {
        if statement(db, IS_THERE)?.exists(values![message, &draft.emoji, user])? {
            return Ok(Some(user));
        }
    }
    Ok(None)
}

/// Writes a step, and leaves the message as it is then. False, and only the reaction is gone: its room is deleted.
fn take(db: &Db, row: &mut MessageRow, step: &Step<'_>) -> db::Result<bool> {
    let key = values![row.id, step.emoji, step.user];
    match step.on {
        true => {
            let place = values![
                row.id,
                step.emoji,
                step.user,
                row.room_id,
                row.number,
                step.at
            ];
            statement(db, INSERT)?.execute(place)?
        }
        false => statement(db, DELETE)?.execute(key)?,
    };
    let seq = statement(db, NEXT_SEQ)?.row(values![row.room_id], |row| row.get::<i64>(0))?;
    let Some(seq) = seq else { return Ok(false) };
    row.seq = seq;
    let mut reactions = std::mem::take(&mut row.reactions).reactions;
    turn(&mut reactions, step.emoji, step.user, step.on);
    row.reactions = Counted::of(reactions);
    statement(db, COUNT)?.execute(values![row.id, seq, row.reactions.json().as_deref()])?;
    Ok(true)
}

/// Takes away these reactions, each the message's row and the emoji, of a user who is nobody's any more.
fn take_away(
    db: &Db,
    user: UserId,
    reactions: Vec<(i64, String)>,
    ids: MessageIds,
) -> Result<Vec<Publication>, ServiceError> {
    let mut publish = Vec::new();
    for (message, emoji) in reactions {
        let step = Step {
            emoji: &emoji,
            user,
            on: false,
            at: Timestamp(0),
        };
        let Some(mut found) = messages::of_row(db, message)? else {
            continue;
        };
        if take(db, &mut found.row, &step)? {
            let message = beside::reading(db, found.into_message(ids))?;
            publish.push(step.publication(message));
        }
    }
    Ok(publish)
}

/// Takes away up to `limit` of a user's reactions, whichever come first; nothing once there are none.
pub(super) fn take_some(
    db: &Db,
    user: UserId,
    limit: i64,
    ids: MessageIds,
) -> Result<Option<Vec<Publication>>, ServiceError> {
    let some =
        statement(db, SOME)?.rows(values![user, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if some.is_empty() {
        return Ok(None);
    }
    take_away(db, user, some, ids).map(Some)
}

/// Takes away what a guest and the account that they are now both reacted with: it is one person's.
pub(super) fn unite(
    db: &Db,
    guest: UserId,
    account: UserId,
    ids: MessageIds,
) -> Result<Vec<Publication>, ServiceError> {
    let twice = statement(db, TWICE)?.rows(values![guest, account], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    take_away(db, guest, twice, ids)
}

/// Says of each reaction to these messages of a room whether it is the viewer's. Where there are none, nothing is read.
pub(super) fn mark_own(
    db: &Db,
    viewer: Viewer,
    room: RoomId,
    messages: &mut [Message],
) -> db::Result<()> {
    let Some((user, range)) = viewer.0.zip(reacted(messages)) else {
        return Ok(());
    };
    let own = own(db, user, room, range)?;
    mark(messages, &own);
    Ok(())
}

/// The first and the last of these messages that have reactions; none where none has.
pub(crate) fn reacted(messages: &[Message]) -> Option<(Number, Number)> {
    let reacted = messages.iter().filter(|one| !one.reactions.is_empty());
    let numbers = reacted.map(|message| message.number);
    let first = numbers.clone().min()?;
    Some((first, numbers.max()?))
}

/// Marks these reactions, as `(number, emoji)`, as the reader's own.
pub(crate) fn mark(messages: &mut [Message], own: &[(Number, String)]) {
    for message in messages {
        let number = message.number;
        for Reaction { emoji, mine, .. } in &mut message.reactions {
            *mine = own.iter().any(|(at, with)| *at == number && with == emoji);
        }
    }
}

/// What stands on a message whose reactions were not counted meanwhile, as it is stored: all of them again, in their order.
pub(super) fn counted(db: &Db, message: i64) -> db::Result<Option<String>> {
    let rows = statement(db, IN_ORDER)?.rows(values![message], |row| {
        Ok((row.get::<String>(0)?, UserId(row.get(1)?)))
    })?;
    let mut reactions = Vec::new();
    for (emoji, user) in &rows {
        turn(&mut reactions, emoji, *user, true);
    }
    Ok(Counted::of(reactions).json())
}

fn own(
    db: &Db,
    user: UserId,
    room: RoomId,
    (first, last): (Number, Number),
) -> db::Result<Vec<(Number, String)>> {
    statement(db, OWN)?.rows(values![user, room, first, last], |row| {
        Ok((Number(row.get(0)?), row.get(1)?))
    })
}

const IS_THERE: &str = "SELECT 1 FROM reactions WHERE message_id = ? AND emoji = ? AND user_id = ?";

const INSERT: &str = "INSERT INTO reactions (message_id, emoji, user_id, room_id, number, at) \
    VALUES (?, ?, ?, ?, ?, ?)";

const DELETE: &str = "DELETE FROM reactions WHERE message_id = ? AND emoji = ? AND user_id = ?";

const NEXT_SEQ: &str =
    "UPDATE rooms SET seq = seq + 1 WHERE id = ? AND deleted_at IS NULL RETURNING seq";

const COUNT: &str = "UPDATE messages SET seq = ?2, reactions = ?3 WHERE id = ?1";

/// Who was blocked says nothing new where they talk to the other alone, by no verb.
const IS_REFUSED: &str = concat!(
    "SELECT 1 FROM rooms WHERE rooms.id = ?1 AND ",
    is_refused!("?2")
);

/// A range of `reactions_person` for each of a person's ids.
const OWN: &str = "SELECT number, emoji FROM reactions WHERE user_id IN \
    (SELECT id FROM users WHERE id = ?1 UNION ALL SELECT id FROM users WHERE merged_into = ?1) \
    AND room_id = ?2 AND number >= ?3 AND number <= ?4";

const IN_ORDER: &str =
    "SELECT emoji, user_id FROM reactions WHERE message_id = ? ORDER BY at, user_id, emoji";

const WHO: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", user_id FROM reactions JOIN users AS reacting ON reacting.id = user_id \
    JOIN users ON users.id = coalesce(reacting.merged_into, reacting.id) \
    WHERE message_id = ? AND emoji = ? AND user_id > ? ORDER BY user_id LIMIT ?"
);

const OF_USER: &str = "SELECT room_id, number, emoji, at FROM reactions WHERE user_id = ?1 \
    AND (room_id, number, emoji) > (?2, ?3, ?4) AND NOT EXISTS (SELECT 1 FROM undoable \
    WHERE undoable.message_id = reactions.message_id) ORDER BY room_id, number, emoji LIMIT ?5";

const SOME: &str = "SELECT message_id, emoji FROM reactions WHERE user_id = ? \
    ORDER BY room_id, number LIMIT ?";

const TWICE: &str = "SELECT guest.message_id, guest.emoji FROM reactions AS guest \
    WHERE guest.user_id = ?1 AND EXISTS (SELECT 1 FROM reactions AS other \
    JOIN users ON users.id = other.user_id \
    WHERE other.message_id = guest.message_id AND other.emoji = guest.emoji \
    AND other.user_id <> ?1 AND (users.id = ?2 OR users.merged_into = ?2))";
