//! What is read beside messages: what replies quote, and who those are whom messages mention.
//!
//! *Invariant:* it is read in the state of the database that the messages are of, and nothing of it is kept on them.

use super::db::{self, Db};
use super::{mentions, quotes};
use parlour_protocol::{Message, RoomId};

/// Puts it into each of these, all of one room.
pub(super) fn read(db: &Db, room: RoomId, messages: &mut [Message]) -> db::Result<()> {
    quotes::quote(db, room, messages)?;
    mentions::name(db, messages)
}

/// The same of one message.
pub(super) fn reading(db: &Db, mut message: Message) -> db::Result<Message> {
    read(db, message.room_id, std::slice::from_mut(&mut message))?;
    Ok(message)
}
