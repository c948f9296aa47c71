//! What a page shows, as JSON in the page and as calls answer it.

use crate::json::{FromJson, Json, record};
use crate::{
    Availability, Level, Message, Number, Person, ReadOnly, Room, RoomId, Seq, Timestamp, User,
    UserId,
};
use serde::{Deserialize, Serialize, Serializer};

record! {
    /// The data of a whole page, enough to render it without another request.
    pub struct Place {
        /// Who is looking; `None` before a name was given.
        pub me: Option<User>,
        /// The guests that they were before they signed in.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub was: Vec<UserId>,
        /// The sidebar, ordered by name; written as [`Listed`].
        #[serde(serialize_with = "listed")]
        pub rooms: Vec<RoomEntry>,
        /// The room that is open; `None` on the welcome screen.
        pub open: Option<OpenRoom>,
        /// The key that the composer's form sends with when there is no script.
        pub form_key: String,
        /// Whom the reader blocks: what these say is folded away.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub blocked: Vec<UserId>,
    }
}

/// A room in the sidebar. Read back, its room has what [`Listed`] has of it, however it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Listed")]
pub struct RoomEntry {
    /// The room as a list shows it.
    pub room: Room,
    /// Messages posted since the person last read; 0 for a person who is no member.
    pub unread: i64,
    /// Those of them that mention the person, 100 at most.
    pub mentions: i64,
    /// Whether the person is a member of the room.
    pub is_member: bool,
    /// Whether they have it among their favourites.
    pub is_favourite: bool,
    /// Of what in it they want to be told.
    #[serde(skip_serializing_if = "is_zero")]
    pub level: Level,
    /// Of a direct room with one other: whether that one is there.
    pub availability: Option<Availability>,
}

impl FromJson for RoomEntry {
    fn from_json(json: Json) -> Option<Self> {
        Listed::from_json(json).map(Self::from)
    }
}

record! {
    /// An entry as a page's JSON has it: what a list shows, without what is zero. A page may list hundreds
    /// of rooms.
    pub struct Listed {
        room: ListedRoom,
        #[serde(default, skip_serializing_if = "is_zero")]
        unread: i64,
        #[serde(default, skip_serializing_if = "is_zero")]
        mentions: i64,
        #[serde(default, skip_serializing_if = "is_zero")]
        is_member: bool,
        #[serde(default, skip_serializing_if = "is_zero")]
        is_favourite: bool,
        #[serde(default, skip_serializing_if = "is_zero")]
        level: Level,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        availability: Option<Availability>,
    }
}

record! {
    struct ListedRoom {
        id: RoomId,
        name: String,
        #[serde(default, skip_serializing_if = "is_zero")]
        seq: Seq,
        #[serde(default, skip_serializing_if = "is_zero")]
        online: u32,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        sort: String,
    }
}

pub(crate) fn is_zero<T: Default + PartialEq>(number: &T) -> bool {
    *number == T::default()
}

fn listed<S: Serializer>(rooms: &[RoomEntry], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(rooms.iter().cloned().map(Listed::from))
}

impl From<RoomEntry> for Listed {
    fn from(entry: RoomEntry) -> Self {
        let RoomEntry {
            room,
            unread,
            mentions,
            is_member,
            is_favourite,
            level,
            availability,
        } = entry;
        Self {
            room: ListedRoom {
                id: room.id,
                name: room.name,
                seq: room.seq,
                online: room.online,
                sort: room.sort,
            },
            unread,
            mentions,
            is_member,
            is_favourite,
            level,
            availability,
        }
    }
}

impl From<Listed> for RoomEntry {
    fn from(listed: Listed) -> Self {
        let Listed {
            room,
            unread,
            mentions,
            is_member,
            is_favourite,
            level,
            availability,
        } = listed;
        Self {
            room: Room {
                id: room.id,
                name: room.name,
                description: String::new(),
                created_at: Timestamp(0),
                created_by: None,
                seq: room.seq,
                online: room.online,
                last_message_at: None,
                sort: room.sort,
            },
            unread,
            mentions,
            is_member,
            is_favourite,
            level,
            availability,
        }
    }
}

record! {
    /// A room with the part of its history that is shown.
    pub struct OpenRoom {
        /// The room that is open.
        pub room: Room,
        /// Whether the person may change and delete it.
        pub may_delete: bool,
        /// Why the person cannot write in it; `None` where they can.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub read_only: Option<ReadOnly>,
        /// How many ask to be let in, 100 at most, for a person who decides about that.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub asking: u32,
        /// Up to which seq the person has read it; `None` for a person who is no member.
        pub read: Option<Seq>,
        /// The people who are in it now.
        pub roster: Roster,
        /// The messages that are shown.
        pub history: History,
        /// The message a permalink points at.
        pub marked: Option<Number>,
    }
}

record! {
    /// A run of a room's messages without holes.
    #[derive(Default)]
    pub struct History {
        /// The messages, oldest first.
        pub messages: Vec<Message>,
        /// The room's seq when this was read: every change up to it is in `messages`.
        pub seq: Seq,
        /// There are older messages than the first.
        pub has_older: bool,
        /// There are newer messages than the last.
        pub has_newer: bool,
        /// How far the house's stream had come: their authors are called no less lately. `None` for who does not hear it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub house: Option<Seq>,
    }
}

record! {
    /// Who is in a room now.
    #[derive(Default)]
    pub struct Roster {
        /// Ordered by name; at most 200.
        pub people: Vec<Person>,
        /// How many there are, exactly.
        pub count: u32,
    }
}

impl Roster {
    /// Their names, in the same order.
    pub fn names(&self) -> Vec<String> {
        self.people.iter().map(|p| p.name.clone()).collect()
    }
}
