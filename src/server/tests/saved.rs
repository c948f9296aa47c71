//! Messages that people have saved: their own list, across rooms, of what they see.

use crate::accounts::PASSWORD;
use crate::harness::{Answer, Guest, LOBBY, Server};
use reqwest::Method;
use serde_json::{Value, json};

impl Server {
    async fn saves(&self, by: &Guest, room: i64, number: i64, on: bool) -> Answer {
        let path = format!("/api/chat/rooms/{room}/messages/{number}/saved");
        let method = if on { Method::PUT } else { Method::DELETE };
        self.call(method, &path, Some(by), None).await
    }

    async fn has_saved(&self, by: &Guest, room: i64, number: i64) {
        let saved = self.saves(by, room, number, true).await;
        assert_eq!(saved.status, 204, "{saved:?}");
    }

    /// The texts of what somebody has saved.
    async fn saved(&self, by: &Guest) -> Vec<String> {
        let list = self
            .call(Method::GET, "/api/chat/me/saved", Some(by), None)
            .await;
        assert_eq!(list.status, 200, "{list:?}");
        let all = list.body.as_array().unwrap().iter();
        all.map(|saved| saved["message"]["content"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn what_one_saves_is_ones_own_list_the_newest_first() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = server.room(&alice, "Den").await;
    server.say(&alice, LOBBY, "one").await;
    server.say(&alice, den, "two").await;
    server.has_saved(&bob, LOBBY, 1).await;
    server.has_saved(&bob, den, 1).await;
    // Twice is once.
    server.has_saved(&bob, LOBBY, 1).await;
    assert_eq!(server.saved(&bob).await.len(), 2);
    assert_eq!(server.saved(&alice).await, [""; 0]);
    let first = "/api/chat/me/saved?limit=1";
    let page = server.call(Method::GET, first, Some(&bob), None).await;
    let newest = page.body[0]["message"]["content"].clone();
    assert!(page.body[0]["saved_at"].is_string());
    let link = page.header("link").to_owned();
    let next = link.split(['<', '>']).nth(1).unwrap();
    let rest = server.call(Method::GET, next, Some(&bob), None).await;
    let mut both = [newest, rest.body[0]["message"]["content"].clone()];
    both.sort_by_key(ToString::to_string);
    assert_eq!(both, [json!("one"), json!("two")]);
    assert_eq!(rest.header("link"), "");
    assert_eq!(server.saves(&bob, LOBBY, 1, false).await.status, 204);
    assert_eq!(server.saves(&bob, LOBBY, 1, false).await.status, 204);
    assert_eq!(server.saved(&bob).await, ["two"]);
    let nobody = server.get("/api/chat/me/saved").await;
    nobody.refused(401, "sign_in_required");
    let none = server.saves(&bob, LOBBY, 9, true).await;
    none.refused(404, "message_not_found");
}

#[tokio::test]
async fn what_is_out_of_sight_or_deleted_is_not_listed() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = server.room(&alice, "Den").await;
    for (room, text) in [(LOBBY, "one"), (den, "two")] {
        server.say(&alice, room, text).await;
        server.has_saved(&bob, room, 1).await;
    }
    let kind = async |kind: &str| {
        let path = format!("/api/chat/rooms/{den}");
        let rules = Some(json!({"kind": kind}));
        let changed = server.call(Method::PATCH, &path, Some(&alice), rules).await;
        assert_eq!(changed.status, 200);
    };
    kind("closed").await;
    assert_eq!(server.saved(&bob).await, ["one"]);
    server
        .saves(&bob, den, 1, false)
        .await
        .refused(404, "room_not_found");
    kind("open").await;
    assert_eq!(server.saved(&bob).await.len(), 2);
    let path = "/api/chat/rooms/1/messages/1";
    server.call(Method::DELETE, path, Some(&alice), None).await;
    assert_eq!(server.saved(&bob).await, ["two"]);
    let path = format!("{path}/undo");
    let undone = server.call(Method::POST, &path, Some(&alice), None).await;
    assert_eq!(undone.status, 200);
    assert_eq!(server.saved(&bob).await.len(), 2);
}

#[tokio::test]
async fn what_a_guest_has_saved_goes_with_them_and_is_taken_along() {
    let server = Server::plain().await;
    let (alice, guest) = (server.member("Alice").await, server.guest("Al").await);
    for text in ["one", "two"] {
        server.say(&alice, LOBBY, text).await;
    }
    server.has_saved(&alice, LOBBY, 1).await;
    for number in [1, 2] {
        server.has_saved(&guest, LOBBY, number).await;
    }
    let body = json!({"username": "Alice", "password": PASSWORD});
    let signed_in = server.post("/api/chat/sessions", Some(&guest), body).await;
    assert!(signed_in.status < 300, "{signed_in:?}");
    let mut all = server.saved(&alice).await;
    all.sort();
    assert_eq!(all, ["one", "two"]);
    let data = server
        .call(Method::GET, "/api/chat/me/data", Some(&alice), None)
        .await;
    let numbers = data.body["saved"].as_array().unwrap().iter();
    let numbers: Vec<&Value> = numbers.map(|saved| &saved["number"]).collect();
    assert_eq!(numbers, [1, 2]);
    // Who leaves leaves nothing of it.
    let left = "SELECT count(*) FROM saved";
    assert_eq!(server.ctx.store.query_sql::<i64>(left).await, [2]);
    let gone = Some(json!({"password": PASSWORD}));
    let gone = server
        .call(Method::DELETE, "/api/chat/me", Some(&alice), gone)
        .await;
    assert_eq!(gone.status, 204, "{gone:?}");
    assert_eq!(server.ctx.store.query_sql::<i64>(left).await, [0]);
}
