//! What is done with messages besides writing them: having one back, what it said before, pins, saving, forwarding, and
//! going to a day.

use super::room;
use crate::{Number, Room, Seq};

/// Where the form goes that gives a deleted message back.
pub fn undo_delete(room: &Room, number: Number) -> String {
    format!("{}/m/{number}/undo", self::room(room))
}

/// `/rooms/12-general/pins`: what is pinned in a room.
pub fn pins(room: &Room) -> String {
    format!("{}/pins", self::room(room))
}

/// Where the form goes that pins a message.
pub fn pin(room: &Room, number: Number) -> String {
    format!("{}/m/{number}/pin", self::room(room))
}

/// Where the form goes that unpins it.
pub fn unpin(room: &Room, number: Number) -> String {
    format!("{}/m/{number}/unpin", self::room(room))
}

/// `/rooms/12-general/date`: the page that asks for a day, and where its form goes.
pub fn date(room: &Room) -> String {
    format!("{}/date", self::room(room))
}

/// The page that asks where a message is to be forwarded to, and its form's target.
pub fn forward(room: &Room, number: Number) -> String {
    format!("{}/m/{number}/forward", self::room(room))
}

/// Where the form goes that saves a message for oneself.
pub fn save(room: &Room, number: Number) -> String {
    format!("{}/m/{number}/save", self::room(room))
}

/// Where the form goes that lets go of it.
pub fn unsave(room: &Room, number: Number) -> String {
    format!("{}/m/{number}/unsave", self::room(room))
}

/// `/rooms/12-general/m/345/revisions`: what a message said before it was edited.
pub fn revisions(room: &Room, number: Number) -> String {
    format!("{}/m/{number}/revisions", self::room(room))
}

/// Where the form goes that forgets one of these.
pub fn drop_revision(room: &Room, number: Number, seq: Seq) -> String {
    format!("{}/{seq}/drop", revisions(room, number))
}
