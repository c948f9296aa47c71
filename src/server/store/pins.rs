//! Pinned messages of rooms.
//!
//! *Invariant:* a pin that comes or goes takes the room's next `seq` in its own transaction and leaves it on its message. A
//! message that is deleted is pinned no more.

use super::Store;
use super::authorship::{Authored, authored};
use super::beside;
use super::db::{Db, statement, values};
use super::direct::is_refused;
use super::failure;
use super::members::{Standing, standing};
use super::messages::{Changed, numbered};
use super::rooms::{Viewer, visible};
use super::tables::message_columns;
use super::writer::Written;
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::{Message, Number, Person, RoomId, Timestamp, UserId};

/// A pinned message.
#[derive(Clone, Debug, PartialEq)]
pub struct Pin {
    /// The message as it is.
    pub message: Message,
    /// Who pinned it, as they are called now.
    pub by: Person,
    /// When they did.
    pub at: Timestamp,
}

impl Store {
    /// Pins a message, or unpins it, unless `decide` refuses it for how the user stands to the room, for the message as it
    /// is, and for how many are pinned there; false leaves it as it is.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`], what `decide` answers, or the database failed.
    pub async fn pin(
        &self,
        user: UserId,
        (room, number): (RoomId, Number),
        at: Option<Timestamp>,
        decide: impl Fn(&Standing, &Message, i64) -> Result<bool, ServiceError> + Send + 'static,
    ) -> Result<Changed, ServiceError> {
        let ids = self.ids;
        self.write(move |db| {
            let standing = standing(db, user, room)?;
            let found = numbered(db, room, number)?;
            let row = found.row.id;
            let before = found.into_message(ids);
            let count = statement(db, COUNT)?.row(values![room], |row| row.get(0))?;
            if !decide(&standing, &before, count.unwrap_or_default())? {
                return Ok(Written::quietly(Changed {
                    message: beside::reading(db, before)?,
                    is_new: false,
                }));
            }
            if statement(db, IS_REFUSED)?.exists(values![room, user])? {
                return Err(ServiceError::RoomNotFound);
            }
            let seq = statement(db, NEXT_SEQ)?.row(values![room], |row| row.get::<i64>(0))?;
            let seq = seq.ok_or_else(failure::no_row)?;
            match at {
                Some(at) => statement(db, PIN)?.execute(values![row, seq, user, at])?,
                None => statement(db, UNPIN)?.execute(values![row, seq])?,
            };
            let message = numbered(db, room, number)?.into_message(ids);
            let message = beside::reading(db, message)?;
            Ok(Written {
                publish: vec![Publication::MessageChanged(message.clone())],
                value: Changed {
                    message,
                    is_new: true,
                },
            })
        })
        .await
    }

    /// What is pinned in a room, the one that was pinned last first.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], or the database failed.
    pub async fn pins(
        &self,
        viewer: impl Into<Viewer>,
        room: RoomId,
    ) -> Result<Vec<Pin>, ServiceError> {
        let (viewer, ids) = (viewer.into(), self.ids);
        let read = move |db: &Db| {
            visible(db, viewer, room)?;
            let rows = statement(db, PINS)?.rows(values![room], |row| {
                let by = Person {
                    id: UserId(row.get(Authored::COUNT + 1)?),
                    name: row.get(Authored::COUNT + 2)?,
                };
                let at = Timestamp(row.get(Authored::COUNT)?);
                Ok((Authored::read(row)?.into_message(ids), by, at))
            })?;
            let pins = rows.into_iter().map(|(message, by, at)| {
                let message = beside::reading(db, message)?;
                Ok(Pin { message, by, at })
            });
            pins.collect()
        };
        self.read(read).await
    }
}

const COUNT: &str = "SELECT count(*) FROM messages WHERE room_id = ? AND pinned_at IS NOT NULL";

const NEXT_SEQ: &str = "UPDATE rooms SET seq = seq + 1 WHERE id = ? RETURNING seq";

const PIN: &str = "UPDATE messages SET seq = ?2, pinned_by = ?3, pinned_at = ?4 WHERE id = ?1";

const UNPIN: &str =
    "UPDATE messages SET seq = ?2, pinned_by = NULL, pinned_at = NULL WHERE id = ?1";

/// Who was blocked changes nothing where they talk to the other alone.
const IS_REFUSED: &str = concat!(
    "SELECT 1 FROM rooms WHERE rooms.id = ?1 AND ",
    is_refused!("?2")
);

const PINS: &str = concat!(
    "SELECT ",
    message_columns!(),
    authored!(", messages.pinned_at, coalesce(now.id, pinner.id), coalesce(now.name, pinner.name)"),
    "JOIN users AS pinner ON pinner.id = messages.pinned_by \
    LEFT JOIN users AS now ON now.id = pinner.merged_into \
    WHERE messages.room_id = ? AND messages.pinned_at IS NOT NULL \
    ORDER BY messages.pinned_at DESC, messages.number DESC"
);
