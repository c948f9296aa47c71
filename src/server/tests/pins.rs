//! Pinned messages: who pins, what is told of it, and how many there can be.

use crate::harness::{Answer, Guest, LOBBY, Server};
use reqwest::Method;
use serde_json::{Value, json};

impl Server {
    async fn pins(&self, by: &Guest, room: i64, number: i64, on: bool) -> Answer {
        let path = format!("/api/chat/rooms/{room}/messages/{number}/pin");
        let method = if on { Method::PUT } else { Method::DELETE };
        self.call(method, &path, Some(by), None).await
    }

    /// The numbers of what is pinned.
    async fn pinned(&self, room: i64) -> Vec<i64> {
        let pins = self.get(&format!("/api/chat/rooms/{room}/pins")).await;
        assert_eq!(pins.status, 200, "{pins:?}");
        let pins = pins.body.as_array().unwrap().iter();
        pins.map(|pin| pin["message"]["number"].as_i64().unwrap())
            .collect()
    }

    async fn joins(&self, who: &Guest, room: i64) {
        let path = format!("/api/chat/rooms/{room}/membership");
        let joined = self.call(Method::POST, &path, Some(who), None).await;
        assert_eq!(joined.status, 204);
    }
}

#[tokio::test]
async fn a_pin_is_a_change_of_the_message_and_is_listed_with_who_pinned() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    for text in ["one", "two"] {
        server.say(&alice, LOBBY, text).await;
    }
    let mut socket = server.joined(&bob, LOBBY).await;
    assert_eq!(server.pins(&alice, LOBBY, 2, true).await.status, 204);
    let told = socket.next_of_type("message_changed").await;
    assert_eq!(
        (&told["number"], &told["pinned"], &told["seq"]),
        (&json!(2), &json!(true), &json!(3))
    );
    assert_eq!(server.pins(&alice, LOBBY, 1, true).await.status, 204);
    // Twice is once, and moves nothing.
    assert_eq!(server.pins(&alice, LOBBY, 1, true).await.status, 204);
    let history = server.get("/api/chat/rooms/1/history").await.body;
    assert_eq!(history["seq"], 4);
    assert_eq!(server.pinned(LOBBY).await, [1, 2], "the newest pin first");
    let list = server.get("/api/chat/rooms/1/pins").await.body;
    assert_eq!(
        list[0]["pinned_by"],
        json!({"id": alice.id, "name": "Alice"})
    );
    assert!(list[0]["pinned_at"].is_string());
    assert_eq!(list[0]["message"], history["messages"][0]);

    assert_eq!(server.pins(&alice, LOBBY, 1, false).await.status, 204);
    assert_eq!(server.pinned(LOBBY).await, [2]);
    // Deleting unpins.
    let path = "/api/chat/rooms/1/messages/2";
    server.call(Method::DELETE, path, Some(&alice), None).await;
    assert_eq!(server.pinned(LOBBY).await, [0_i64; 0]);
    let refused = server.pins(&alice, LOBBY, 2, true).await;
    refused.refused(404, "message_not_found");
    let tombstone = &server.get("/api/chat/rooms/1/history").await.body["messages"][1];
    assert_eq!(tombstone.get("pinned"), None);
}

#[tokio::test]
async fn members_who_may_post_pin_and_nobody_else() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = server.room(&alice, "Den").await;
    server.say(&alice, den, "one").await;
    let path = format!("/api/chat/rooms/{den}/messages/1/pin");
    let nobody = server.call(Method::PUT, &path, None, None).await;
    nobody.refused(401, "sign_in_required");
    let visitor = server.pins(&bob, den, 1, true).await;
    visitor.refused(403, "forbidden");
    server.joins(&bob, den).await;
    assert_eq!(server.pins(&bob, den, 1, true).await.status, 204);
    let rules = async |rules: Value| {
        let path = format!("/api/chat/rooms/{den}");
        let changed = server
            .call(Method::PATCH, &path, Some(&alice), Some(rules))
            .await;
        assert_eq!(changed.status, 200, "{changed:?}");
    };
    rules(json!({"posting": "moderators"})).await;
    let refused = server.pins(&bob, den, 1, false).await;
    refused.refused(403, "forbidden");
    rules(json!({"archived": true})).await;
    let refused = server.pins(&alice, den, 1, false).await;
    refused.refused(403, "read_only");
    assert_eq!(server.pinned(den).await, [1]);
}

#[tokio::test]
async fn fifty_can_be_pinned_in_a_room() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    for number in 1..=51 {
        server.say(&alice, LOBBY, "x").await;
        if number <= 50 {
            assert_eq!(server.pins(&alice, LOBBY, 1, true).await.status, 204);
        }
    }
    let first = server.get("/api/chat/rooms/1/history?limit=100").await.body;
    let numbers = first["messages"].as_array().unwrap().iter();
    let numbers: Vec<i64> = numbers.map(|one| one["number"].as_i64().unwrap()).collect();
    for number in &numbers[..50] {
        let pinned = server.pins(&alice, LOBBY, *number, true).await;
        assert_eq!(pinned.status, 204, "{pinned:?}");
    }
    let refused = server.pins(&alice, LOBBY, numbers[50], true).await;
    refused.refused(422, "invalid");
    assert_eq!(
        server.pins(&alice, LOBBY, numbers[3], false).await.status,
        204
    );
    let pinned = server.pins(&alice, LOBBY, numbers[50], true).await;
    assert_eq!(pinned.status, 204);
    assert_eq!(server.pinned(LOBBY).await.len(), 50);
}
