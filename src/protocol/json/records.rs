//! The records, read from their fields.

use super::{Fields, FromJson, Json};
use crate::{
    AppError, ErrorCode, History, Link, Message, MessageId, OpenRoom, Person, Place, Room,
    RoomEntry, RoomId, Roster, Timestamp, User, UserId, UserKind,
};

impl FromJson for String {
    fn from_json(json: Json) -> Option<Self> {
        match json {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: Json) -> Option<Self> {
        match json {
            Json::List(items) => {
                // Less code than collecting options.
                let mut records = Self::with_capacity(items.len());
                for item in items {
                    records.push(T::from_json(item)?);
                }
                Some(records)
            }
            _ => None,
        }
    }
}

impl FromJson for Timestamp {
    fn from_json(json: Json) -> Option<Self> {
        String::from_json(json)?.parse().ok()
    }
}

impl FromJson for ErrorCode {
    fn from_json(json: Json) -> Option<Self> {
        let name = String::from_json(json)?;
        Self::ALL.into_iter().find(|code| code.name() == name)
    }
}

impl FromJson for AppError {
    fn from_json(json: Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let error = Self {
            code: fields.maybe("code")?,
            message: fields.text("message"),
            field: fields.maybe_text("field"),
            at: unsigned(&mut fields, "at")?,
            retry_after_ms: unsigned(&mut fields, "retry_after_ms")?,
        };
        fields.done(error)
    }
}

/// A number that may be absent, but not negative or larger than it can be.
pub(super) fn unsigned<T: TryFrom<i64>>(fields: &mut Fields, name: &str) -> Option<Option<T>> {
    match fields.maybe_number(name) {
        Some(number) => T::try_from(number).ok().map(Some),
        None => Some(None),
    }
}

impl FromJson for User {
    fn from_json(json: Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let user = Self {
            id: UserId(fields.number("id")),
            name: fields.text("name"),
            kind: match fields.text("kind").as_str() {
                "guest" => UserKind::Guest,
                "member" => UserKind::Member,
                "bot" => UserKind::Bot,
                _ => return None,
            },
        };
        fields.done(user)
    }
}

impl FromJson for Person {
    fn from_json(json: Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let person = Self {
            id: UserId(fields.number("id")),
            name: fields.text("name"),
        };
        fields.done(person)
    }
}

impl FromJson for Room {
    fn from_json(json: Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let room = Self {
            id: RoomId(fields.number("id")),
            name: fields.text("name"),
            description: fields.maybe_text("description").unwrap_or_default(),
            created_at: fields.maybe("created_at")?,
            created_by: fields.maybe_number("created_by").map(UserId),
            seq: fields.number("seq"),
            online: fields.count("online"),
            last_message_at: fields.maybe("last_message_at"),
            sort: fields.maybe_text("sort").unwrap_or_default(),
        };
        fields.done(room)
    }
}

impl FromJson for Message {
    fn from_json(json: Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let message = Self {
            id: MessageId(fields.number("id")),
            room_id: RoomId(fields.number("room_id")),
            number: fields.number("number"),
            seq: fields.number("seq"),
            user_id: UserId(fields.number("user_id")),
            username: fields.text("username"),
            content: fields.text("content"),
            client_id: fields.text("client_id"),
            timestamp: fields.maybe("timestamp")?,
            edited_at: fields.maybe("edited_at"),
            deleted: fields.flag("deleted"),
            reply_to: fields.maybe_number("reply_to"),
            links: fields.maybe("links").unwrap_or_default(),
        };
        fields.done(message)
    }
}

impl FromJson for Link {
    fn from_json(json: Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let link = Self {
            start: fields.count("start"),
            end: fields.count("end"),
            href: fields.maybe_text("href"),
        };
        fields.done(link)
    }
}

impl FromJson for History {
    fn from_json(json: Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let history = Self {
            messages: fields.list("messages"),
            seq: fields.number("seq"),
            has_older: fields.flag("has_older"),
            has_newer: fields.flag("has_newer"),
        };
        fields.done(history)
    }
}

impl FromJson for Roster {
    fn from_json(json: Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let roster = Self {
            people: fields.list("people"),
            count: fields.count("count"),
        };
        fields.done(roster)
    }
}

impl FromJson for RoomEntry {
    fn from_json(json: Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let mut room = Fields::of(fields.take("room"));
        let entry = Self {
            room: Room {
                id: RoomId(room.number("id")),
                name: room.text("name"),
                description: String::new(),
                created_at: Timestamp(0),
                created_by: None,
                seq: room.maybe_number("seq").unwrap_or_default(),
                online: unsigned(&mut room, "online")?.unwrap_or_default(),
                last_message_at: None,
                sort: room.maybe_text("sort").unwrap_or_default(),
            },
            unread: fields.maybe_number("unread").unwrap_or_default(),
        };
        room.done(())?;
        fields.done(entry)
    }
}

impl FromJson for OpenRoom {
    fn from_json(json: Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let open = Self {
            room: fields.maybe("room")?,
            may_delete: fields.flag("may_delete"),
            roster: fields.maybe("roster")?,
            history: fields.maybe("history")?,
            marked: fields.maybe_number("marked"),
        };
        fields.done(open)
    }
}

impl FromJson for Place {
    fn from_json(json: Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let place = Self {
            me: fields.maybe("me"),
            rooms: fields.list("rooms"),
            open: fields.maybe("open"),
            form_key: fields.text("form_key"),
        };
        fields.done(place)
    }
}
