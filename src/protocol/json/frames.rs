//! The frames: the server's are read, the browser's are written.

use super::{Fields, FromJson, Json, Writer};
use crate::{
    ClientFrame, Heartbeat, Refusal, RoomActivity, RoomGone, RoomId, RoomList, ServerFrame, Sync,
    System, SystemEvent, Typists, UserId, UsersList, Welcome,
};
use std::collections::BTreeMap;

impl FromJson for ServerFrame {
    fn from_json(json: Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let kind = fields.text("type");
        let room_id = |fields: &mut Fields| RoomId(fields.number("room_id"));
        let frame = match kind.as_str() {
            "message" => return Some(Self::Message(fields.whole()?)),
            "message_changed" => return Some(Self::MessageChanged(fields.whole()?)),
            "room_changed" => return Some(Self::RoomChanged(fields.whole()?)),
            "welcome" => Self::Welcome(Welcome {
                room_id: room_id(&mut fields),
                seq: fields.number("seq"),
                epoch: fields.text("epoch"),
                user: fields.maybe("user"),
                room: fields.maybe("room")?,
                token: fields.maybe_text("token"),
                build: fields.maybe_text("build"),
            }),
            "room_deleted" => Self::RoomDeleted(RoomGone {
                room_id: room_id(&mut fields),
            }),
            "left" => Self::Left(RoomGone {
                room_id: room_id(&mut fields),
            }),
            "room_activity" => Self::RoomActivity(RoomActivity {
                room_id: room_id(&mut fields),
                seq: fields.number("seq"),
                unread: fields.number("unread"),
                online: fields.count("online"),
            }),
            "sync" => Self::Sync(Sync {
                room_id: room_id(&mut fields),
                messages: fields.list("messages"),
                from: fields.number("from"),
                to: fields.number("to"),
                complete: fields.flag("complete"),
                reset: fields.take("reset") == Json::Flag(true),
            }),
            "users_list" => Self::UsersList(UsersList {
                room_id: room_id(&mut fields),
                users: fields.list("users"),
                people: fields.list("people"),
                count: fields.count("count"),
            }),
            "system" => Self::System(System {
                room_id: room_id(&mut fields),
                event: match fields.text("event").as_str() {
                    "joined" => SystemEvent::Joined,
                    "left" => SystemEvent::Left,
                    _ => return None,
                },
                user_id: UserId(fields.number("user_id")),
                username: fields.text("username"),
                content: fields.text("content"),
            }),
            "typing" => Self::Typing(Typists {
                room_id: room_id(&mut fields),
                users: fields.list("users"),
                people: fields.list("people"),
            }),
            "heartbeat" => Self::Heartbeat(fields.maybe("rooms")?),
            "rooms" => Self::Rooms(RoomList {
                hash: fields.text("hash"),
                rooms: fields.maybe("rooms"),
            }),
            "error" => Self::Error(Refusal {
                code: fields.maybe("code")?,
                message: fields.text("message"),
                room_id: fields.maybe_number("room_id").map(RoomId),
                client_id: fields.maybe_text("client_id"),
                at: u32::optional(&mut fields, "at")?,
                retry_after_ms: u64::optional(&mut fields, "retry_after_ms")?,
            }),
            _ => return None,
        };
        fields.done(frame)
    }
}

impl Fields {
    /// The record that all the fields together are.
    fn whole<T: FromJson>(self) -> Option<T> {
        T::from_json(Json::Object(self.fields))
    }
}

impl FromJson for Heartbeat {
    /// Of its one field: seqs under room ids, which are texts where they are keys.
    fn from_json(json: Json) -> Option<Self> {
        let Json::Object(fields) = json else {
            return None;
        };
        let mut rooms = BTreeMap::new();
        for (key, value) in fields {
            let Json::Number(seq) = value else {
                return None;
            };
            rooms.insert(RoomId(key.parse().ok()?), seq);
        }
        Some(Self { rooms })
    }
}

impl ClientFrame {
    /// The frame as text.
    pub fn encode(&self) -> String {
        let mut writer = Writer::new();
        writer.open('{').key("type");
        match self {
            Self::Join { room_id, after } => {
                writer.text("join").key("room_id").number(room_id.0);
                given(&mut writer, "after", *after);
            }
            Self::Leave { room_id } => {
                writer.text("leave").key("room_id").number(room_id.0);
            }
            Self::Message {
                room_id,
                content,
                client_id,
                reply_to,
            } => {
                writer.text("message");
                in_room(&mut writer, *room_id);
                writer.key("content").text(content);
                if let Some(client_id) = client_id {
                    writer.key("client_id").text(client_id);
                }
                given(&mut writer, "reply_to", *reply_to);
            }
            Self::Edit {
                room_id,
                number,
                content,
            } => {
                writer.text("edit");
                in_room(&mut writer, *room_id);
                writer.key("number").number(*number);
                writer.key("content").text(content);
            }
            Self::Delete { room_id, number } => {
                writer.text("delete");
                in_room(&mut writer, *room_id);
                writer.key("number").number(*number);
            }
            Self::Typing { room_id, is_typing } => {
                writer.text("typing");
                in_room(&mut writer, *room_id);
                writer.key("is_typing").flag(*is_typing);
            }
            Self::Sync { room_id, after } => {
                writer.text("sync");
                in_room(&mut writer, *room_id);
                writer.key("after").number(*after);
            }
            Self::Read { room_id, seq } => {
                writer.text("read");
                in_room(&mut writer, *room_id);
                writer.key("seq").number(*seq);
            }
            Self::Rooms { known } => {
                writer.text("rooms");
                if let Some(known) = known {
                    writer.key("known").text(known);
                }
            }
        }
        writer.close('}');
        writer.into_text()
    }
}

fn in_room(writer: &mut Writer, room_id: Option<RoomId>) {
    given(writer, "room_id", room_id.map(|id| id.0));
}

fn given(writer: &mut Writer, name: &str, number: Option<i64>) {
    if let Some(number) = number {
        writer.key(name).number(number);
    }
}
