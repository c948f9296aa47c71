//! Records to begin with, for tests, for simulations, and where a page is rendered of which only a part counts; each
//! then says what its own differ in. A new field gets its value for all of them here.

use crate::{Message, MessageId, Number, Room, RoomId, Seq, Timestamp, UserId};

/// What Alice, who is user 1, has just posted in room 1: "hello", at the beginning of time, under a key with the
/// number in it. Its id is the number too.
pub fn message(number: i64) -> Message {
    Message {
        id: MessageId(number),
        room_id: RoomId(1),
        number: Number(number),
        seq: Seq(number),
        user_id: UserId(1),
        username: "Alice".to_owned(),
        author: None,
        content: "hello".to_owned(),
        client_id: format!("k{number}"),
        timestamp: Timestamp(0),
        edited_at: None,
        deleted: false,
        reply_to: None,
        quote: None,
        thread: None,
        replies: None,
        links: Vec::new(),
        doc: None,
        reactions: Vec::new(),
        mentions: Vec::new(),
        mentions_all: false,
        pinned: false,
        may_undo: false,
    }
}

/// A room of nobody's, empty and silent, in which nothing was posted yet.
pub fn room(id: RoomId, name: &str) -> Room {
    Room {
        id,
        name: name.to_owned(),
        description: String::new(),
        created_at: Timestamp(0),
        created_by: None,
        seq: Seq::ZERO,
        online: 0,
        last_message_at: None,
        sort: String::new(),
    }
}
