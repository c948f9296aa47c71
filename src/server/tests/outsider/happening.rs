//! What happens in hidden rooms: what is said there, who is let in, put out and kept out, and how the rooms end.

use super::{CANARY, Change, World};
use crate::harness::LOBBY;
use parlour_protocol::{RoomId, UserId};
use parlour_server::outsider::after_the_end;
use reqwest::Method;
use serde_json::json;

impl World {
    /// In a hidden room.
    pub(super) async fn happen(&mut self, change: Change, room: i64, is_in: bool) {
        let store = self.server.ctx.store.clone();
        let (id, bob) = (RoomId(room), UserId(self.bob.id));
        match change {
            Change::Say(_) => self.say(room).await,
            Change::Edit(_) | Change::TakeBack(_) | Change::React(_) => {
                self.say(room).await;
                let path = format!("/api/chat/rooms/{room}/history?limit=1");
                let last = self
                    .server
                    .call(Method::GET, &path, Some(&self.alice), None)
                    .await;
                let number = last.body["messages"][0]["number"].as_i64().unwrap();
                let path = format!("{room}/messages/{number}");
                if let Change::React(_) = change {
                    for (method, emoji) in [
                        (Method::PUT, "tada"),
                        (Method::DELETE, "tada"),
                        (Method::PUT, "eyes"),
                    ] {
                        let path = format!("{path}/reactions/{emoji}");
                        self.call(method, &self.alice, &path, json!({})).await;
                    }
                    return;
                }
                let (method, body) = match change {
                    Change::Edit(_) => (Method::PATCH, json!({"content": "canary again"})),
                    _ => (Method::DELETE, json!({})),
                };
                self.call(method, &self.alice, &path, body).await;
            }
            Change::Describe(_) => {
                let body = json!({"description": format!("{CANARY} {}", self.keys)});
                self.call(Method::PATCH, &self.alice, &room.to_string(), body)
                    .await;
            }
            Change::LetIn(_) => {
                match self.is_direct(room) {
                    // Nobody is let into one: it was made with them in it.
                    true => {
                        let now = parlour_protocol::Timestamp(0);
                        store.let_in(bob, id, now).await.unwrap();
                    }
                    false => {
                        self.lift(room).await;
                        let path = format!("{room}/members");
                        let bob = json!({"user_id": self.bob.id});
                        self.call(Method::POST, &self.alice, &path, bob).await;
                    }
                }
                self.page.join(room).await;
            }
            Change::PutOut(_) | Change::Ban(_) | Change::Leave(_) if is_in => {
                self.end(change, room).await
            }
            Change::Ban(_) => self.ban(room).await,
            Change::Lift(_) => self.lift(room).await,
            Change::Role(_) if is_in => {
                let path = format!("{room}/members/{}", self.bob.id);
                let role = ["member", "moderator"][self.keys % 2];
                self.call(Method::PATCH, &self.alice, &path, json!({"role": role}))
                    .await;
            }
            Change::Rules(_) => {
                let posting = ["all", "members", "moderators"][self.keys % 3];
                let guests = ["no", "read", "write"][self.keys % 3];
                // Members say what they say; who keeps order there is not hindered.
                let body = json!({"posting": posting, "guests": guests});
                self.call(Method::PATCH, &self.alice, &room.to_string(), body)
                    .await;
            }
            Change::Archive(_) => {
                for archived in [true, false] {
                    let body = json!({"archived": archived});
                    self.call(Method::PATCH, &self.alice, &room.to_string(), body)
                        .await;
                }
            }
            Change::Ask(_) => self.ask(room).await,
            Change::Block(_) => {
                let path = format!("/api/chat/me/blocks/{}", self.mallory.id);
                let blocked = self
                    .server
                    .call(Method::PUT, &path, Some(&self.alice), None)
                    .await;
                assert_eq!(blocked.status, 204);
            }
            Change::Delete(_) => {
                self.call(Method::DELETE, &self.alice, &room.to_string(), json!({}))
                    .await;
            }
            Change::Warm(_) => {
                for path in [
                    format!("rooms/{room}"),
                    format!("rooms/{room}/open"),
                    "me/rooms".to_owned(),
                ] {
                    let path = format!("/api/chat/{path}");
                    let seen = self
                        .server
                        .call(Method::GET, &path, Some(&self.alice), None)
                        .await;
                    assert_eq!(seen.status, 200);
                    assert!(seen.body.to_string().contains(&room.to_string()));
                }
                let mut socket = self.server.joined(&self.alice, room).await;
                let typing = json!({"type": "typing", "room_id": room, "is_typing": true});
                socket.send(typing).await;
            }
            _ => {}
        }
    }

    async fn say(&mut self, room: i64) {
        self.keys += 1;
        // Those outside are not named by it, nor told.
        let text = format!("{CANARY} {} @Mallory @Carol @Bob @room", self.keys);
        let people = [self.mallory.id, self.carol.id];
        let said = match self.keys % 2 {
            0 => json!({"content": text}),
            _ => json!({"content": text, "mentions": people}),
        };
        let path = format!("{room}/messages");
        self.call(Method::POST, &self.alice, &path, said).await;
    }

    /// Carol asks, and is let in and put out, or refused.
    async fn ask(&self, room: i64) {
        let body = json!({"room_id": room, "ask": true});
        let made = (self.server)
            .post("/api/chat/invites", Some(&self.alice), body)
            .await;
        let code = made.body["code"].as_str().unwrap();
        let path = format!("/api/chat/invites/{code}/accept");
        let asked = self.server.post(&path, Some(&self.carol), json!({})).await;
        assert_eq!(asked.status, 202, "{asked:?}");
        if asked.body["asked"] != "waiting" {
            // She was refused before, and stays so.
            return;
        }
        let path = format!("{room}/requests/{}", self.carol.id);
        match self.keys % 2 {
            0 => {
                self.call(Method::PUT, &self.alice, &path, json!({})).await;
                let path = format!("{room}/members/{}", self.carol.id);
                self.call(Method::DELETE, &self.alice, &path, json!({}))
                    .await;
            }
            _ => {
                self.call(Method::DELETE, &self.alice, &path, json!({}))
                    .await;
            }
        }
    }

    fn is_direct(&self, room: i64) -> bool {
        RoomId(room).is_direct()
    }

    async fn ban(&self, room: i64) {
        let bob = json!({"user_id": self.bob.id, "reason": CANARY});
        self.call(Method::POST, &self.alice, &format!("{room}/bans"), bob)
            .await;
    }

    async fn lift(&self, room: i64) {
        let path = format!("{room}/bans/{}", self.bob.id);
        self.call(Method::DELETE, &self.alice, &path, json!({}))
            .await;
    }

    /// Bob's membership ends while he hears the room.
    async fn end(&mut self, change: Change, room: i64) {
        let bearer = format!("Bearer {}", self.bob.token);
        let headers = [("authorization", bearer.as_str())];
        let mut one = self
            .server
            .socket(&format!("/ws/chat/{room}"), &headers)
            .await;
        one.send(json!({})).await;
        one.next_of_type("welcome").await;
        match change {
            Change::Leave(_) => {
                let path = format!("{room}/membership");
                self.call(Method::DELETE, &self.bob, &path, json!({})).await;
            }
            Change::Ban(_) => self.ban(room).await,
            _ if self.is_direct(room) => {
                let (id, bob) = (RoomId(room), UserId(self.bob.id));
                assert!(self.server.ctx.store.put_out(bob, id).await.unwrap());
            }
            _ => {
                let path = format!("{room}/members/{}", self.bob.id);
                self.call(Method::DELETE, &self.alice, &path, json!({}))
                    .await;
            }
        }
        self.say(room).await;
        let frames = self.page.everything(LOBBY).await;
        let frames: Vec<String> = frames.iter().map(ToString::to_string).collect();
        self.found.extend(after_the_end(&frames, &room.to_string()));
        assert_eq!(one.closed().await.0, 4403);
    }
}
