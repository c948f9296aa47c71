//! What of a person's unread messages mentions them: read beside how far they have read their rooms, and told when it
//! changes.
//!
//! *Invariant:* it is never counted along, but follows from the rows: what is behind a member's read mark, mentions them
//! or everybody, is not deleted, and is of nobody whom they block or who they are.

use super::db::{self, Db, Row, statement, values};
use crate::events::Publication;
use parlour_protocol::rules::MENTIONS_COUNTED;
use parlour_protocol::{Message, Number, RoomId, UserId};
use std::collections::HashMap;

/// The numbers of the unread messages of each room that mention a person, in order; of a room with more than are
/// counted, the last.
pub type UnreadMentions = HashMap<RoomId, Vec<Number>>;

/// The numbers of what is unread and mentions the member, as a text for [`numbers`], or NULL; for who selects from
/// `memberships` and `rooms`. Of a room in which nothing is unread nothing is looked at.
macro_rules! unread_mentions {
    () => {
        concat!(
            "CASE WHEN rooms.posts > memberships.read_posts THEN \
            (SELECT string_agg(CAST(number AS TEXT), ',') FROM (SELECT number FROM (\
            SELECT mentions.number FROM mentions JOIN messages ON messages.room_id = mentions.room_id \
            AND messages.number = mentions.number JOIN users AS author ON author.id = messages.author_id \
            WHERE mentions.user_id = memberships.user_id AND mentions.room_id = memberships.room_id \
            AND mentions.number > memberships.read_seq AND ",
            $crate::store::mentions::is_told!(
                "memberships.user_id",
                "coalesce(author.merged_into, author.id)"
            ),
            " ORDER BY mentions.number DESC LIMIT 100) AS named UNION SELECT number FROM (\
            SELECT messages.number FROM messages JOIN users AS author ON author.id = messages.author_id \
            WHERE messages.room_id = memberships.room_id AND messages.mentions_all \
            AND messages.number > memberships.read_seq AND ",
            $crate::store::mentions::is_told!(
                "memberships.user_id",
                "coalesce(author.merged_into, author.id)"
            ),
            " ORDER BY messages.number DESC LIMIT 100) AS shouted) AS unread) END"
        )
    };
}
pub(super) use unread_mentions;

/// Reads [`unread_mentions`] in this column.
pub(super) fn numbers(row: &Row<'_>, at: usize) -> db::Result<Vec<Number>> {
    let text: Option<String> = row.get(at)?;
    let numbers = text.iter().flat_map(|text| text.split(','));
    let mut numbers: Vec<Number> = numbers
        .filter_map(|number| number.parse().ok().map(Number))
        .collect();
    numbers.sort_unstable();
    let first = numbers.len().saturating_sub(MENTIONS_COUNTED);
    Ok(numbers.split_off(first))
}

/// The unread messages of a room that mention a member of it.
pub(super) fn in_room(db: &Db, user: UserId, room: RoomId) -> db::Result<Vec<Number>> {
    let found = statement(db, IN_ROOM)?.row(values![room, user], |row| numbers(row, 0))?;
    Ok(found.unwrap_or_default())
}

/// What is published where all that is counted of a person may be another.
pub(super) fn recounted(db: &Db, user: UserId) -> db::Result<Publication> {
    let rows = statement(db, IN_ALL)?.rows(values![user], |row| {
        Ok((RoomId(row.get(0)?), numbers(row, 1)?))
    })?;
    let mentions = rows.into_iter().filter(|(_, numbers)| !numbers.is_empty());
    Ok(Publication::MentionsCounted {
        user,
        mentions: mentions.collect(),
    })
}

/// What is published of whom a message mentions now that was posted before, as the so manyth of its room.
pub(super) fn changed(db: &Db, message: &Message) -> db::Result<Publication> {
    let at = values![message.room_id, message.number];
    let ordinal = statement(db, ORDINAL)?.row(at, |row| row.get(0))?;
    Ok(published(message, ordinal.unwrap_or_default(), false))
}

/// The same of a message that is the so manyth of its room.
pub(super) fn published(message: &Message, ordinal: i64, is_new: bool) -> Publication {
    Publication::Mentioned {
        room: message.room_id,
        number: message.number,
        ordinal,
        author: message.user_id,
        people: message.mentions.iter().map(|named| named.id).collect(),
        is_for_all: message.mentions_all,
        is_new,
    }
}

const ORDINAL: &str = "SELECT ordinal FROM messages WHERE room_id = ? AND number = ?";

const IN_ROOM: &str = concat!(
    "SELECT ",
    unread_mentions!(),
    " FROM memberships JOIN rooms ON rooms.id = memberships.room_id \
    WHERE memberships.room_id = ? AND memberships.user_id = ?"
);

const IN_ALL: &str = concat!(
    "SELECT room_id, ",
    unread_mentions!(),
    " FROM memberships JOIN rooms ON rooms.id = memberships.room_id \
    WHERE memberships.user_id = ? AND memberships.state = 'in' AND rooms.deleted_at IS NULL"
);
