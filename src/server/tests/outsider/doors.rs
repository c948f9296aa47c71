//! Every door, as somebody knocks at it who may not see what is behind: what they ask, and what they are answered,
//! without what differs between any two answers.

use crate::harness::{Answer, Guest, LOBBY, Server, Socket};
use parlour_protocol::{Number, RoomId, Seq};
use parlour_server::outsider::Told;
use parlour_server::page_content::{At, View, place};
use parlour_server::rooms::{browse, find};
use parlour_server::{Scope, accounts};
use reqwest::Method;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use tokio_tungstenite::tungstenite::Message;

/// Somebody who may not see the rooms that are asked for.
pub struct Outsider {
    pub name: &'static str,
    pub guest: Option<Guest>,
    /// Whether they were let into one of the rooms before.
    pub was_inside: bool,
}

/// Frames that come when the hub's clock says so, and not as answers: they are listened to elsewhere.
const BESIDE: [&str; 6] = [
    "room_activity",
    "room_changed",
    "users_list",
    "typing",
    "system",
    "heartbeat",
];

/// Headers that differ between any two answers.
const OWN_HEADERS: [&str; 3] = ["date", "x-request-id", "content-length"];

impl Outsider {
    pub async fn knock(&self, server: &Server, rooms: &[i64], told: &mut Vec<Told>) {
        let lists = [
            "rooms",
            "rooms?limit=1",
            "rooms?limit=1&after=.1",
            "me/rooms",
            "me/mentions",
            "rooms/1",
            "rooms/1/history",
        ];
        for path in lists {
            told.push(self.ask(server, Method::GET, path, None).await);
        }
        self.read(server, rooms, told).await;
        for room in rooms {
            told.push(self.enter(server, *room).await);
            // The last of them is leaving.
            for (method, path, body) in calls(*room) {
                told.push(self.ask(server, method, &path, body).await);
            }
        }
        told.push(self.talk(server, rooms).await);
    }

    async fn ask(&self, server: &Server, method: Method, path: &str, body: Option<Value>) -> Told {
        let door = format!("{} {method} {path}", self.name);
        let path = format!("/api/chat/{path}");
        let answer = server.call(method, &path, self.guest.as_ref(), body).await;
        self::told(door, &answer)
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        let guest = self.guest.iter();
        guest
            .map(|guest| ("authorization", format!("Bearer {}", guest.token)))
            .collect()
    }

    async fn socket(&self, server: &Server, path: &str) -> Socket {
        let headers = self.headers();
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        server.socket(path, &headers).await
    }

    /// A socket of the room alone.
    pub async fn enter(&self, server: &Server, room: i64) -> Told {
        let mut socket = self.socket(server, &format!("/ws/chat/{room}")).await;
        // A member is waited for to say who is coming. Who may not see the room may have been sent away before that.
        let _ = socket.try_send(Message::text("{}")).await;
        let mut frames = Vec::new();
        let closed = loop {
            match socket.next_or_close().await {
                // Only a member is told what the room is.
                Ok(frame) if frame["type"] == "welcome" => {
                    frames.push(masked(frame));
                    break None;
                }
                Ok(frame) => frames.push(masked(frame)),
                Err(closed) => break closed,
            }
        };
        Told {
            door: format!("{} one-room socket {room}", self.name),
            answer: format!("{frames:?} {closed:?}"),
        }
    }

    /// Every command, for each of the rooms, and the list of rooms.
    async fn talk(&self, server: &Server, rooms: &[i64]) -> Told {
        let mut socket = self.socket(server, "/ws").await;
        let mut frames = Vec::new();
        for room in rooms {
            for frame in commands(*room) {
                socket.send(frame).await;
            }
            frames.extend(socket.everything(LOBBY).await);
        }
        socket.send(json!({"type": "rooms"})).await;
        frames.extend(socket.everything(LOBBY).await);
        frames.retain(|frame| !BESIDE.iter().any(|beside| frame["type"] == *beside));
        let mut frames: Vec<_> = frames.into_iter().map(masked).collect();
        if self.was_inside {
            // That they came and that it ended has a place in their own stream, which is theirs.
            for frame in &mut frames {
                frame.as_object_mut().unwrap().remove("me");
            }
        }
        Told {
            door: format!("{} socket", self.name),
            answer: format!("{frames:?}"),
        }
    }

    /// What pages show, and what is found.
    async fn read(&self, server: &Server, rooms: &[i64], told: &mut Vec<Told>) {
        let ctx = &server.ctx;
        let visitor = Scope::visitor(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let person = match &self.guest {
            Some(guest) => accounts::authenticate(ctx, &guest.token).await.unwrap(),
            None => None,
        };
        let scope = Scope { person, ..visitor };
        let mut shown = |door: String, answer: String| {
            let door = format!("{} {door}", self.name);
            told.push(Told { door, answer });
        };
        for wanted in ["twin", "Twin 0", "canary", ""] {
            let found = find(ctx, &scope, wanted).await.unwrap();
            let ids: Vec<_> = found.rooms.iter().map(|room| room.id).collect();
            shown(format!("find {wanted:?}"), format!("{ids:?}"));
            let page = browse(ctx, &scope, wanted, None, 100).await.unwrap();
            let rooms = page.rooms.iter();
            let rooms: Vec<_> = rooms
                .map(|one| (one.room.id, &one.room.name, one.is_member))
                .collect();
            shown(format!("browse {wanted:?}"), format!("{rooms:?}"));
        }
        let views = [View::Newest, View::Around(Number(1)), View::Unread(Seq(0))];
        let rooms = rooms.iter().map(|room| RoomId(*room));
        let ats = rooms.flat_map(|room| views.map(|view| Some(At { room, view })));
        for at in [None].into_iter().chain(ats) {
            let answer = match place(ctx, &scope, at).await {
                Ok(place) => {
                    let lines = place.rooms.iter().map(|entry| {
                        let room = &entry.room;
                        (
                            room.id,
                            room.name.clone(),
                            room.seq,
                            room.online,
                            entry.unread,
                        )
                    });
                    let open = place.open.as_ref().map(|open| open.history.messages.len());
                    format!("{:?} {open:?}", lines.collect::<Vec<_>>())
                }
                Err(error) => format!("{error:?}"),
            };
            shown(format!("a page {at:?}"), answer);
        }
    }
}

/// An answer of the REST door.
pub fn told(door: String, answer: &Answer) -> Told {
    let mut headers: Vec<_> = answer.headers.iter().collect();
    headers.retain(|(name, _)| !OWN_HEADERS.contains(&name.as_str()));
    headers.sort_by_key(|(name, _)| name.as_str());
    let body = masked(answer.body.clone());
    Told {
        door,
        answer: format!("{} {headers:?} {body}", answer.status),
    }
}

/// Every call about one room.
fn calls(room: i64) -> Vec<(Method, String, Option<Value>)> {
    let get = |rest: &str| (Method::GET, format!("rooms/{room}{rest}"), None);
    let with = |method, rest: &str, body| (method, format!("rooms/{room}{rest}"), Some(body));
    vec![
        get(""),
        get("/users"),
        get("/messages"),
        get("/messages?before=9"),
        get("/history"),
        get("/history?around=1"),
        get("/open"),
        get("/open?around=1"),
        get("/open?unread=true"),
        with(
            Method::POST,
            "/messages",
            json!({"content": "x", "client_id": format!("to-{room}")}),
        ),
        with(
            Method::POST,
            "/messages",
            json!({"content": "x", "client_id": "r", "reply_to": 1}),
        ),
        with(Method::PATCH, "/messages/1", json!({"content": "x"})),
        with(Method::DELETE, "/messages/1", json!({})),
        with(Method::POST, "/messages/1/undo", json!({})),
        get("/pins"),
        with(Method::PUT, "/messages/1/saved", json!({})),
        with(Method::DELETE, "/messages/1/saved", json!({})),
        with(Method::PUT, "/messages/1/pin", json!({})),
        with(Method::DELETE, "/messages/1/pin", json!({})),
        with(Method::PUT, "/messages/1/reactions/tada", json!({})),
        with(Method::DELETE, "/messages/1/reactions/tada", json!({})),
        get("/messages/1/reactions/eyes"),
        get("/messages/1/revisions"),
        with(Method::DELETE, "/messages/1/revisions/1", json!({})),
        with(Method::PATCH, "", json!({"name": "Twin 0"})),
        with(Method::DELETE, "", json!({})),
        get("/members"),
        get("/completions?q=@"),
        get("/completions?q=%23"),
        get("/members?limit=1&after=1"),
        with(Method::POST, "/members", json!({"user_id": 1})),
        with(Method::PATCH, "/members/1", json!({"role": "member"})),
        with(Method::DELETE, "/members/1", json!({})),
        get("/bans"),
        with(Method::POST, "/bans", json!({"user_id": 1})),
        with(Method::DELETE, "/bans/1", json!({})),
        with(Method::POST, "/membership", json!({})),
        with(Method::DELETE, "/membership", json!({})),
    ]
}

/// Every command about one room.
fn commands(room: i64) -> Vec<Value> {
    vec![
        json!({"type": "join", "room_id": room}),
        json!({"type": "join", "room_id": room, "look": true, "after": 0}),
        json!({"type": "sync", "room_id": room, "after": 1}),
        json!({"type": "message", "room_id": room, "content": "x", "client_id": format!("on-{room}")}),
        json!({"type": "edit", "room_id": room, "number": 1, "content": "x"}),
        json!({"type": "delete", "room_id": room, "number": 1}),
        json!({"type": "react", "room_id": room, "number": 1, "emoji": "tada", "on": true}),
        json!({"type": "read", "room_id": room, "seq": 1}),
        json!({"type": "unread", "room_id": room, "number": 1}),
        json!({"type": "typing", "room_id": room, "is_typing": true}),
        json!({"type": "leave", "room_id": room}),
    ]
}

/// Without ids of messages, which tell nothing, and the times of the machine; and without what is drawn anew.
fn masked(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let is_message = fields.contains_key("number") && fields.contains_key("client_id");
            let fields = fields.into_iter().map(|(name, value)| {
                let value = match name.as_str() {
                    "id" if is_message => Value::Null,
                    "epoch" | "token" | "hash" => Value::Null,
                    _ => masked(value),
                };
                (name, value)
            });
            Value::Object(fields.collect())
        }
        Value::Array(values) => values.into_iter().map(masked).collect(),
        Value::String(text) if is_time(&text) => "a time".into(),
        other => other,
    }
}

fn is_time(text: &str) -> bool {
    text.len() == 24 && text.ends_with('Z') && text.as_bytes()[10] == b'T'
}
